-- Messages that programs send, and what carriers say of them. plain: not written by numberkeep itself. sent_at is 0 for a
-- message that was not sent; that of an earlier message is not known, so it is the time at which it was committed.
ALTER TABLE messages ADD COLUMN plain INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN media_url TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN send_style TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN seat_id TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN status_callback TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN service TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN error_code INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN error_key TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN sent_at INTEGER NOT NULL DEFAULT 0;

UPDATE messages
SET updated_at = created_at, sent_at = CASE WHEN status IN ('sent', 'logged', 'received') THEN created_at ELSE 0 END;

-- What a listing filters and sorts by: see store/message_pages.py. The first one also answers how many have a status.
CREATE INDEX messages_created_at ON messages (account_id, created_at, message_id, direction, status);
CREATE INDEX messages_updated_at ON messages (account_id, updated_at, message_id);
CREATE INDEX messages_sent_at ON messages (account_id, sent_at, message_id);
CREATE INDEX messages_phone ON messages (account_id, phone, message_id);
CREATE INDEX messages_line ON messages (account_id, line, message_id) WHERE line <> '';

-- By what a carrier calls a message that was sent, to find the message that it reports of.
CREATE INDEX messages_sent_handle ON messages (account_id, handle) WHERE direction = 'outbound' AND handle <> '';
