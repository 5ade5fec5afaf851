-- What a store of schema version 13 of PostgreSQL held; tests/unit/numberkeep/store/test_upgrades.py says what it must read as.

INSERT INTO accounts (name, region, created_at, verification_text, signing_hash, opt_out_words, unclear_opts_out, confirmation) VALUES
    ('ours', 'US', 1789999999000000, '', '\x0404040404040404040404040404040404040404040404040404040404040404', '["basta"]', false, 'You are opted out.'),
    ('theirs', 'GB', 1789999999000001, '', NULL, '[]', true, '');
INSERT INTO writers (
    account_id, contact_count, last_message, last_event, last_entry, ledger, webhook_count, last_webhook, last_verification,
    last_review, open_reviews
) VALUES
    (1, 3, 3, 2, 1, '\x85a74c8737a43e4fb6ac62b59c73fc7aef55ffe42b3fcb62d7cf211dfe53d918', 1, 2, 2, 2, 1),
    (2, 2, 2, 1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000', 1, 1, 1, 0, 0);

INSERT INTO api_keys (key_id, account_id, secret_hash, created_at, revoked_at, read_only, key_name) VALUES
    ('nk_ours', 1, '\x0101010101010101010101010101010101010101010101010101010101010101', 1789999999000000, NULL, false, ''),
    ('nk_theirs', 2, '\x0202020202020202020202020202020202020202020202020202020202020202', 1789999999000001, NULL, true, 'Café 😀'),
    ('nk_lost', 1, '\x0303030303030303030303030303030303030303030303030303030303030303', 1789999999000002, 1790000009000000, false, '');

INSERT INTO contacts (
    account_id, contact_id, phone, created_at, first_name, last_name, company_name, assigned_to_email,
    sendblue_number, tags, custom_variables, verified, opt_out, last_event, search_text
) VALUES
    (1, 877212474368000001, '+14155552671', 1790000000000000, 'Ada', 'Lovelace', 'Analytical', 'a@example.com', '+14155550100', '["vip","😀"]', '{"plan":"pro","e":"é"}', true, false, 0, 'ada' || chr(10) || 'lovelace' || chr(10) || 'analytical' || chr(10) || 'a@example.com' || chr(10) || 'vip' || chr(10) || '😀' || chr(10) || 'pro' || chr(10) || 'e'),
    (1, 877212478464000001, '+14155550123', 1790000001000000, '', '', '', '', '', '[]', '{}', false, true, 2, ''),
    (1, 877212482560000001, '+442071838750', 1790000002000000, '😀', '', 'O''Neill', '', '', '["vip"]', '{"":"empty label"}', false, false, 0, '😀' || chr(10) || 'o''neill' || chr(10) || 'vip' || chr(10) || 'empty label'),
    (2, 877212474368000002, '+14155552671', 1790000000000000, 'Eve', '', '', '', '', '["vip"]', '{}', false, false, 0, 'eve' || chr(10) || 'vip'),
    (2, 877212478464000002, '+33142685300', 1790000001000000, '', 'Curie', '', '', '', '[]', '{}', true, false, 0, 'curie');

INSERT INTO contact_tags (account_id, tag, created_at, contact_id) VALUES
    (1, 'vip', 1790000000000000, 877212474368000001),
    (1, '😀', 1790000000000000, 877212474368000001),
    (1, 'vip', 1790000002000000, 877212482560000001),
    (2, 'vip', 1790000000000000, 877212474368000002);

INSERT INTO opt_outs (account_id, phone, opted_out_at, entry_id) VALUES
    (1, '+14155550123', 1790000003000000, 1),
    (1, '+14155550199', 1790000004000000, 0),
    (2, '+14155550123', 1790000005000000, 0);

INSERT INTO consent (account_id, entry_id, phone, at, opted_out, source, wording, hash) VALUES
    (1, 1, '+14155550123', 1790000003000000, true, 'message', 'Stop ', '\x85a74c8737a43e4fb6ac62b59c73fc7aef55ffe42b3fcb62d7cf211dfe53d918');

INSERT INTO verifications (account_id, verification_id, phone, requested_at, expires_at, pending) VALUES
    (1, 1, '+14155552671', 1790000010000000, 1790086410000000, false),
    (1, 2, '+442071838750', 1790000012000000, 1790086412000000, true),
    (2, 1, '+14155552671', 1790000011000000, 1790086411000000, true);

INSERT INTO reviews (account_id, review_id, phone, at, deadline, wording, decision) VALUES
    (1, 1, '+14155550166', 1790000005000000, 1791209605000000, 'Who is this? 😀', 'keep'),
    (1, 2, '+14155550166', 1790000006000000, 1791209606000000, 'Please don''t stop', 'open');

INSERT INTO messages (account_id, message_id, phone, content, status, created_at, line, direction, handle, error, verification_id, entry_id,
    plain, media_url, send_style, seat_id, reply_to, status_callback, service, error_code, error_key, updated_at, sent_at) VALUES
    (1, 1, '+14155552671', 'Hello', 'queued', 1790000000000001, '', 'outbound', '', '', 0, 0, false, '', '', '', '', '', '', 0, '', 1790000000000001, 0),
    (2, 1, '+14155552671', 'Hello 😀', 'queued', 1790000000000002, '', 'outbound', '', '', 0, 0, false, '', '', '', '', '', '', 0, '', 1790000000000002, 0),
    (1, 2, '+442071838750', 'It''s you?', 'queued', 1790000000000003, '', 'outbound', '', '', 0, 0, false, '', '', '', '', '', '', 0, '', 1790000000000003, 0),
    (1, 3, '+14155552671', 'Again', 'queued', 1790000010000000, '', 'outbound', '', '', 1, 0, true, 'https://example.com/😀.png', 'slam', 'seat', '[1,"h-1",2]', 'https://example.com/status', 'SMS', 30003, 'KEY', 1790000010000001, 1790000010000002),
    (2, 2, '+14155552671', 'Again', 'queued', 1790000011000000, '', 'outbound', '', '', 1, 0, false, '', '', '', '', '', '', 0, '', 1790000011000000, 0);

INSERT INTO events (account_id, event_id, type, at, phone, subject, actor, cause, replaced, previous_event) VALUES
    (1, 1, 'consent.opted_out', 1790000003000000, '+14155550123', '[1,1,1790000003000000,true,"message","Stop ","hadMhzekPk+2rGK1nHP8eu9V/+QrP8ti188hHf5T2Rg="]', 'carrier:hosted', 'request:r-1', '', 0),
    (1, 2, 'contact.updated', 1790000003000000, '+14155550123', '[1,877212478464000001,1790000001000000,"","","","","",[],{},false,true]', 'carrier:hosted', 'request:r-1', '[1,{"opt_out":false}]', 1),
    (2, 1, 'contact.deleted', 1790000004000000, '+14155550777', '[1,877212474368000003,1790000000000001,"Gone","","","","",["vip"],{"plan":"pro"},false,false]', 'api_key:nk_theirs', '', '', 0);

INSERT INTO last_events (account_id, phone, last_event) VALUES
    (2, '+14155550777', 1);

INSERT INTO webhooks (account_id, webhook_id, url, secret, types, created_at, disabled_at) VALUES
    (1, 2, 'https://example.com/', 'secret', '["contact.updated"]', 1790000002000000, NULL),
    (2, 1, 'https://gone.example/', '', '[]', 1790000003000000, 1790000005000000);

INSERT INTO outbox (account_id, target, item, phone, created_at, attempts, due_at, state, head, error) VALUES
    (1, 0, 1, '+14155552671', 1790000000000001, 0, 1790000000000001, 0, true, ''),
    (2, 0, 1, '+14155552671', 1790000000000002, 0, 1790000000000002, 0, true, ''),
    (1, 0, 2, '+442071838750', 1790000000000003, 0, 1790000000000003, 0, true, ''),
    (1, 0, 3, '+14155552671', 1790000010000000, 0, 1790000010000000, 0, false, ''),
    (2, 0, 2, '+14155552671', 1790000011000000, 0, 1790000011000000, 0, false, ''),
    (1, 2, 2, '+14155550123', 1790000003000000, 7, 1790000009000000, 2, false, 'status 500'),
    (2, 1, 1, '+14155550777', 1790000004000000, 1, 9223372036854775807, 3, true, 'answered 410');

INSERT INTO answers (account_id, key, fingerprint, answer, created_at) VALUES
    (1, 'k1', '\x66', '\x00ff7b7d', 1790000000000000),
    (1, '😀', '\x66', '\x', 1790000000000001),
    (2, 'k1', '\x66', '\x7468656972', 1790000000000000);

INSERT INTO numberkeep.jobs (account_id, job_id, kind, status, created_at, updated_at, worker, lease_until, size, detail) VALUES
    (1, 1, 'import', 'done', 1790000002000000, 1790000003000000, '', 0, 2, '[1]'),
    (2, 3, 'import', 'running', 1790000002000000, 1790000003000000, 'w', 1790000004000000, 0, '');

INSERT INTO numberkeep.job_parts (account_id, job_id, name, place, data) VALUES
    (1, 1, 'file', 0, '\x01ff');

UPDATE numberkeep.writers SET last_job = 1 WHERE account_id = 1;
UPDATE numberkeep.writers SET last_job = 3 WHERE account_id = 2;

INSERT INTO numberkeep.key_uses (account_id, key_id, used_at) VALUES
    (1, 'nk_ours', 1790000006000000),
    (1, 'nk_lost', 1790000007000000);

INSERT INTO numberkeep.sessions (
    account_id, session_id, key_id, token_hash, previous_hash, form_token, created_at, rotated_at, used_at
) VALUES
    (1, 4611686018427387903, 'nk_ours', '\x0505050505050505050505050505050505050505050505050505050505050505', '\x', 'form', 1790000001000000, 1790000002000000, 1790000003000000);

INSERT INTO numberkeep.conversations (account_id, phone, last_message) VALUES
    (1, '+14155552671', 3),
    (1, '+442071838750', 2),
    (2, '+14155552671', 2);

INSERT INTO numberkeep.conclusions (account_id, message_id, verdict, ground, entry_id, verification_id, review_id, simulated) VALUES
    (1, 3, 'unclear', 'first_word', 0, 0, 2, false);

INSERT INTO numberkeep.attempts (
    account_id, webhook_id, attempt_id, event_id, phone, type, at, took, attempts, error, url, headers, request, answered, answer, sample
) VALUES
    (1, 2, 1, 2, '+14155550123', 'contact.updated', 1790000004000000, 1500, 7, 'status 500', 'https://example.com/', '{"webhook-id":"ours-2"}', '\x7b7d', 500, '\xff00', false);

INSERT INTO numberkeep.event_days (account_id, day, type, count) VALUES
    (1, 20717, 'consent.opted_out', 1),
    (1, 20717, 'contact.created', 3),
    (1, 20717, 'contact.updated', 1),
    (2, 20717, 'contact.created', 2),
    (2, 20717, 'contact.deleted', 1);

UPDATE numberkeep.writers SET last_attempt = 1 WHERE account_id = 1;
UPDATE numberkeep.writers SET text_event = last_event WHERE account_id = 2;
