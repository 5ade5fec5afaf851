-- What a store of schema version 3 of SQLite held; tests/unit/numberkeep/store/test_upgrades.py says what it must read as.

INSERT INTO accounts (account_id, name, region, created_at, contact_count, last_message) VALUES
    (1, 'ours', 'US', 1789999999000000, 3, 3),
    (2, 'theirs', 'GB', 1789999999000001, 2, 2);

INSERT INTO api_keys (key_id, account_id, secret_hash, created_at, revoked_at) VALUES
    ('nk_ours', 1, X'0101010101010101010101010101010101010101010101010101010101010101', 1789999999000000, NULL),
    ('nk_theirs', 2, X'0202020202020202020202020202020202020202020202020202020202020202', 1789999999000001, NULL),
    ('nk_lost', 1, X'0303030303030303030303030303030303030303030303030303030303030303', 1789999999000002, 1790000009000000);

INSERT INTO contacts (
    account_id, contact_id, phone, created_at, first_name, last_name, company_name, assigned_to_email,
    sendblue_number, tags, custom_variables, verified, opt_out
) VALUES
    (1, 877212474368000001, '+14155552671', 1790000000000000, 'Ada', 'Lovelace', 'Analytical', 'a@example.com', '+14155550100', '["vip","😀"]', '{"plan":"pro","e":"é"}', 1, 0),
    (1, 877212478464000001, '+14155550123', 1790000001000000, '', '', '', '', '', '[]', '{}', 0, 1),
    (1, 877212482560000001, '+442071838750', 1790000002000000, '😀', '', 'O''Neill', '', '', '["vip"]', '{"":"empty label"}', 0, 0),
    (2, 877212474368000002, '+14155552671', 1790000000000000, 'Eve', '', '', '', '', '["vip"]', '{}', 0, 0),
    (2, 877212478464000002, '+33142685300', 1790000001000000, '', 'Curie', '', '', '', '[]', '{}', 1, 0);

INSERT INTO contact_tags (account_id, tag, created_at, contact_id) VALUES
    (1, 'vip', 1790000000000000, 877212474368000001),
    (1, '😀', 1790000000000000, 877212474368000001),
    (1, 'vip', 1790000002000000, 877212482560000001),
    (2, 'vip', 1790000000000000, 877212474368000002);

INSERT INTO opt_outs (account_id, phone, opted_out_at) VALUES
    (1, '+14155550123', 1790000003000000),
    (1, '+14155550199', 1790000004000000),
    (2, '+14155550123', 1790000005000000);

INSERT INTO verifications (account_id, phone, requested_at) VALUES
    (1, '+14155552671', 1790000010000000),
    (1, '+442071838750', 1790000012000000),
    (2, '+14155552671', 1790000011000000);

INSERT INTO messages (account_id, message_id, phone, content, status, created_at) VALUES
    (1, 1, '+14155552671', 'Hello', 'queued', 1790000000000001),
    (2, 1, '+14155552671', 'Hello 😀', 'queued', 1790000000000002),
    (1, 2, '+442071838750', 'It''s you?', 'queued', 1790000000000003),
    (1, 3, '+14155552671', 'Again', 'queued', 1790000010000000),
    (2, 2, '+14155552671', 'Again', 'queued', 1790000011000000);

INSERT INTO answers (account_id, key, fingerprint, answer, created_at) VALUES
    (1, 'k1', X'66', X'00ff7b7d', 1790000000000000),
    (1, '😀', X'66', X'', 1790000000000001),
    (2, 'k1', X'66', X'7468656972', 1790000000000000);
