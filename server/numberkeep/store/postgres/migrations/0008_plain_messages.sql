-- Messages that programs send, and what carriers say of them. plain: not written by numberkeep itself. sent_at is 0 for a
-- message that was not sent; that of an earlier message is not known, so it is the time at which it was committed.
ALTER TABLE numberkeep.messages
    ADD COLUMN plain           boolean NOT NULL DEFAULT false,
    ADD COLUMN media_url       text    NOT NULL DEFAULT '',
    ADD COLUMN send_style      text    NOT NULL DEFAULT '',
    ADD COLUMN seat_id         text    NOT NULL DEFAULT '',
    ADD COLUMN reply_to        text    NOT NULL DEFAULT '',
    ADD COLUMN status_callback text    NOT NULL DEFAULT '',
    ADD COLUMN service         text    NOT NULL DEFAULT '',
    ADD COLUMN error_code      bigint  NOT NULL DEFAULT 0,
    ADD COLUMN error_key       text    NOT NULL DEFAULT '',
    ADD COLUMN updated_at      bigint  NOT NULL DEFAULT 0,
    ADD COLUMN sent_at         bigint  NOT NULL DEFAULT 0;

UPDATE numberkeep.messages
SET updated_at = created_at, sent_at = CASE WHEN status IN ('sent', 'logged', 'received') THEN created_at ELSE 0 END;

-- What a listing filters and sorts by: see store/message_pages.py. The first one also answers how many have a status.
CREATE INDEX messages_created_at ON numberkeep.messages (account_id, created_at, message_id) INCLUDE (direction, status);
CREATE INDEX messages_updated_at ON numberkeep.messages (account_id, updated_at, message_id);
CREATE INDEX messages_sent_at ON numberkeep.messages (account_id, sent_at, message_id);
CREATE INDEX messages_phone ON numberkeep.messages (account_id, phone, message_id);
CREATE INDEX messages_line ON numberkeep.messages (account_id, line, message_id) WHERE line <> '';

-- By what a carrier calls a message that was sent, to find the message that it reports of.
CREATE INDEX messages_sent_handle ON numberkeep.messages (account_id, handle) WHERE direction = 'outbound' AND handle <> '';
