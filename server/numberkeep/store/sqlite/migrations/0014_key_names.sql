-- What a key is for. Not "name": statements that join accounts have that column already.
ALTER TABLE api_keys ADD COLUMN key_name TEXT NOT NULL DEFAULT '';
