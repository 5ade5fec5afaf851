-- Long jobs, such as imports, and the data that they keep until they are deleted; see domain/jobs/job.py.
CREATE TABLE numberkeep.jobs (
    account_id  bigint NOT NULL,
    job_id      bigint NOT NULL,
    kind        text   NOT NULL,
    status       text   NOT NULL,
    created_at  bigint NOT NULL,
    updated_at  bigint NOT NULL,
    worker      text   NOT NULL,
    lease_until bigint NOT NULL,
    size        bigint NOT NULL,
    detail      text   NOT NULL,
    PRIMARY KEY (account_id, job_id)
);

CREATE INDEX jobs_lease_until ON numberkeep.jobs (lease_until) WHERE status = 'running';
CREATE INDEX jobs_created_at ON numberkeep.jobs (created_at) WHERE size > 0;

CREATE TABLE numberkeep.job_parts (
    account_id bigint NOT NULL,
    job_id     bigint NOT NULL,
    name       text   COLLATE "C" NOT NULL,
    place      bigint NOT NULL,
    data       bytea  NOT NULL,
    PRIMARY KEY (account_id, job_id, name, place)
);

ALTER TABLE numberkeep.writers ADD COLUMN last_job bigint NOT NULL DEFAULT 0;
