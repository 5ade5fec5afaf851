-- Steps of an upgrade that SQL cannot do, until the program has done them: see store/canonical_numbers.py.
CREATE TABLE pending_steps (name TEXT PRIMARY KEY) STRICT;

INSERT INTO pending_steps VALUES ('canonical_numbers');
