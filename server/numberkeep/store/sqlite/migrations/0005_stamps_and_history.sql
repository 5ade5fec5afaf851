-- Who made each change and why, what it replaced, and the previous event about the same number. actor and cause are
-- kind:id, replaced is JSON; '' stands for what was not recorded before this version.
ALTER TABLE events ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN replaced TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN previous_event INTEGER NOT NULL DEFAULT 0;

UPDATE events SET previous_event = chain.previous FROM (
    SELECT account_id, event_id, lag(event_id) OVER (PARTITION BY account_id, phone ORDER BY event_id) AS previous
    FROM events
) AS chain
WHERE events.account_id = chain.account_id AND events.event_id = chain.event_id AND chain.previous IS NOT NULL;

-- The last event about a number stands with its contact, and where there is no contact, here.
ALTER TABLE contacts ADD COLUMN last_event INTEGER NOT NULL DEFAULT 0;

CREATE TABLE last_events (
    account_id INTEGER NOT NULL,
    phone      TEXT    NOT NULL,
    last_event INTEGER NOT NULL,
    PRIMARY KEY (account_id, phone)
) STRICT, WITHOUT ROWID;

INSERT INTO last_events SELECT account_id, phone, max(event_id) FROM events GROUP BY account_id, phone;

UPDATE contacts SET last_event = last_events.last_event FROM last_events
WHERE contacts.account_id = last_events.account_id AND contacts.phone = last_events.phone;

DELETE FROM last_events WHERE EXISTS (
    SELECT 1 FROM contacts WHERE contacts.account_id = last_events.account_id AND contacts.phone = last_events.phone
);

CREATE INDEX last_events_event ON last_events (account_id, last_event);

-- A message names the verification that it asks for.
ALTER TABLE accounts ADD COLUMN last_verification INTEGER NOT NULL DEFAULT 0;
ALTER TABLE verifications ADD COLUMN verification_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN verification_id INTEGER NOT NULL DEFAULT 0;

UPDATE verifications SET verification_id = numbered.number FROM (
    SELECT account_id, phone, row_number() OVER (PARTITION BY account_id ORDER BY requested_at, phone) AS number
    FROM verifications
) AS numbered
WHERE verifications.account_id = numbered.account_id AND verifications.phone = numbered.phone;

UPDATE messages SET verification_id = verifications.verification_id FROM verifications
WHERE messages.account_id = verifications.account_id AND messages.phone = verifications.phone
  AND messages.created_at = verifications.requested_at AND messages.direction = 'outbound';

UPDATE accounts SET last_verification = coalesce(
    (SELECT max(verification_id) FROM verifications WHERE verifications.account_id = accounts.account_id), 0
);

-- A delivery has one state: 0 waiting, 1 taken, 2 dead.
ALTER TABLE outbox ADD COLUMN state INTEGER NOT NULL DEFAULT 0;

UPDATE outbox SET state = CASE WHEN dead = 1 THEN 2 WHEN attempts > 0 AND error = '' THEN 1 ELSE 0 END;

DROP INDEX outbox_dead;
ALTER TABLE outbox DROP COLUMN dead;
CREATE INDEX outbox_dead ON outbox (account_id, target, item) WHERE state = 2;
CREATE INDEX outbox_dead_created_at ON outbox (account_id, created_at) WHERE state = 2;
