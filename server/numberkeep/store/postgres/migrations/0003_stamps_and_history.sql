-- Who made each change and why, what it replaced, and the previous event about the same number. actor and cause are
-- kind:id, replaced is JSON; '' stands for what was not recorded before this version.
ALTER TABLE numberkeep.events
    ADD COLUMN actor          text   NOT NULL DEFAULT '',
    ADD COLUMN cause          text   NOT NULL DEFAULT '',
    ADD COLUMN replaced       text   NOT NULL DEFAULT '',
    ADD COLUMN previous_event bigint NOT NULL DEFAULT 0;

UPDATE numberkeep.events AS e SET previous_event = chain.previous FROM (
    SELECT account_id, event_id, lag(event_id) OVER (PARTITION BY account_id, phone ORDER BY event_id) AS previous
    FROM numberkeep.events
) AS chain
WHERE e.account_id = chain.account_id AND e.event_id = chain.event_id AND chain.previous IS NOT NULL;

-- The last event about a number stands with its contact, and where there is no contact, in last_events.
ALTER TABLE numberkeep.contacts ADD COLUMN last_event bigint NOT NULL DEFAULT 0;

CREATE TABLE numberkeep.last_events (
    account_id bigint NOT NULL,
    phone      text   COLLATE "C" NOT NULL,
    last_event bigint NOT NULL,
    PRIMARY KEY (account_id, phone)
);

INSERT INTO numberkeep.last_events
SELECT account_id, phone, max(event_id) FROM numberkeep.events GROUP BY account_id, phone;

UPDATE numberkeep.contacts AS c SET last_event = l.last_event FROM numberkeep.last_events AS l
WHERE c.account_id = l.account_id AND c.phone = l.phone;

DELETE FROM numberkeep.last_events AS l USING numberkeep.contacts AS c
WHERE c.account_id = l.account_id AND c.phone = l.phone;

CREATE INDEX last_events_event ON numberkeep.last_events (account_id, last_event);

-- A message names the verification that it asks for.
ALTER TABLE numberkeep.writers ADD COLUMN last_verification bigint NOT NULL DEFAULT 0;
ALTER TABLE numberkeep.verifications ADD COLUMN verification_id bigint NOT NULL DEFAULT 0;
ALTER TABLE numberkeep.messages ADD COLUMN verification_id bigint NOT NULL DEFAULT 0;

UPDATE numberkeep.verifications AS v SET verification_id = numbered.number FROM (
    SELECT account_id, phone, row_number() OVER (PARTITION BY account_id ORDER BY requested_at, phone) AS number
    FROM numberkeep.verifications
) AS numbered
WHERE v.account_id = numbered.account_id AND v.phone = numbered.phone;

UPDATE numberkeep.messages AS m SET verification_id = v.verification_id FROM numberkeep.verifications AS v
WHERE m.account_id = v.account_id AND m.phone = v.phone AND m.created_at = v.requested_at AND m.direction = 'outbound';

UPDATE numberkeep.writers AS w SET last_verification = v.last FROM (
    SELECT account_id, max(verification_id) AS last FROM numberkeep.verifications GROUP BY account_id
) AS v
WHERE w.account_id = v.account_id;

-- A delivery has one state: 0 waiting, 1 taken, 2 dead.
ALTER TABLE numberkeep.outbox ADD COLUMN state smallint NOT NULL DEFAULT 0;

UPDATE numberkeep.outbox SET state = CASE WHEN dead THEN 2 WHEN attempts > 0 AND error = '' THEN 1 ELSE 0 END;

DROP INDEX numberkeep.outbox_dead;
ALTER TABLE numberkeep.outbox DROP COLUMN dead;
CREATE INDEX outbox_dead ON numberkeep.outbox (account_id, target, item) WHERE state = 2;
CREATE INDEX outbox_dead_created_at ON numberkeep.outbox (account_id, created_at) WHERE state = 2;
