-- When the receiver ended the subscription by answering 410; NULL for a webhook that is enabled. The pending deliveries
-- of a disabled webhook have the state 3, held.
ALTER TABLE webhooks ADD COLUMN disabled_at INTEGER;
