-- Steps of an upgrade that SQL cannot do, until the program has done them: see store/canonical_numbers.py.
CREATE TABLE numberkeep.pending_steps (name text PRIMARY KEY);

INSERT INTO numberkeep.pending_steps VALUES ('canonical_numbers');
