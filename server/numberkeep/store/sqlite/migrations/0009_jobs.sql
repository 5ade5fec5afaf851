-- Long jobs, such as imports, and the data that they keep until they are deleted; see domain/jobs/job.py.
CREATE TABLE jobs (
    account_id  INTEGER NOT NULL,
    job_id      INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    worker      TEXT    NOT NULL,
    lease_until INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    detail      TEXT    NOT NULL,
    PRIMARY KEY (account_id, job_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_lease_until ON jobs (lease_until) WHERE status = 'running';
CREATE INDEX jobs_created_at ON jobs (created_at) WHERE size > 0;

CREATE TABLE job_parts (
    account_id INTEGER NOT NULL,
    job_id     INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    data       BLOB    NOT NULL,
    PRIMARY KEY (account_id, job_id, name, place)
) STRICT;

ALTER TABLE accounts ADD COLUMN last_job INTEGER NOT NULL DEFAULT 0;
