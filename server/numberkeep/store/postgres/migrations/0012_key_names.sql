-- What a key is for. Not "name": an older numberkeep beside this one joins accounts, which has that column already.
ALTER TABLE numberkeep.api_keys ADD COLUMN key_name text NOT NULL DEFAULT '';
