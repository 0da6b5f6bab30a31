-- The processes that work, and the certifications whose worker died.

CREATE TABLE workers (
    -- As leases name it; a process that starts again is another owner.
    owner          uuid PRIMARY KEY,
    service        text NOT NULL,
    host           text NOT NULL,
    pid            int NOT NULL,
    version        text NOT NULL,
    lanes          text[] NOT NULL,
    -- Certifications at once in each lane.
    concurrency    int NOT NULL,
    -- Both by the database's clock.
    started_at     timestamptz NOT NULL,
    heartbeat_at   timestamptz NOT NULL,
    -- The worker's clock minus the database's at the heartbeat.
    clock_skew     interval NOT NULL,
    -- NULL where the system does not tell.
    resident_bytes bigint
)
-- Each heartbeat rewrites the row: on its own page, and not in the index.
WITH (fillfactor = 50, autovacuum_vacuum_cost_delay = 0);

-- Claims whose lease ran out without a sign of life of their worker.
CREATE TABLE worker_deaths (
    certification_id uuid NOT NULL REFERENCES certifications (id),
    fence            bigint NOT NULL,
    owner            uuid,
    -- The worker's last heartbeat; NULL when it left none.
    host             text,
    pid              int,
    version          text,
    resident_bytes   bigint,
    heartbeat_at     timestamptz,
    counted_at       timestamptz NOT NULL,
    -- When the worker said that it lives after all; the death then counts no more.
    absolved_at      timestamptz,
    PRIMARY KEY (certification_id, fence)
);

-- When the lease was given or last renewed.
ALTER TABLE certifications ADD COLUMN leased_at timestamptz;
