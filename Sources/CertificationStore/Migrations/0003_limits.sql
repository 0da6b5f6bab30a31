-- Limits per downstream, circuit breakers, and the dispatch window of a job.

ALTER TABLE certifications
    -- Until when, and why, a request is put off because of a limit or an open circuit; NULL once it starts.
    ADD COLUMN deferred_until     timestamptz,
    ADD COLUMN deferred_because   text,
    -- When its calls were charged to the quota, for a request that waits for its turn: it is not charged again.
    ADD COLUMN admitted_at        timestamptz,
    -- Attempts that came to nothing by throttling alone and therefore do not count, and when the first one ended.
    ADD COLUMN throttle_deferrals int NOT NULL DEFAULT 0,
    ADD COLUMN throttled_since    timestamptz;

-- What a downstream has in use.
CREATE INDEX certifications_in_use ON certifications (provider, model, region) WHERE status = 'PROCESSING';
-- The next target of a job that has not been dispatched.
CREATE INDEX certifications_undispatched ON certifications (job_id, id) WHERE status = 'QUEUED' AND request_id IS NULL;
CREATE INDEX certifications_unnoted ON certifications (id)
    WHERE status IN ('QUEUED', 'RETRYING') AND request_expires_at IS NULL AND request_id IS NOT NULL;
CREATE INDEX jobs_unfinished ON jobs (id) WHERE status IN ('QUEUED', 'PROCESSING');

-- A row per model and region that was ever called. Lock order: this, circuit_breakers, jobs, certifications.
CREATE TABLE downstream_limits (
    provider text NOT NULL,
    model    text COLLATE "C" NOT NULL,
    region   text COLLATE "C" NOT NULL,
    -- The quota that the last admission applied; NULL before the first.
    quota    jsonb,
    -- Buckets and the adaptive factor as the domain keeps them (DownstreamLimit).
    state    jsonb NOT NULL,
    PRIMARY KEY (provider, model, region)
)
-- Rows are updated all the time and no index holds what changes: room for heap-only updates.
WITH (fillfactor = 50);

-- A row per breaker that has seen a failure.
CREATE TABLE circuit_breakers (
    provider    text NOT NULL,
    region      text COLLATE "C" NOT NULL,
    error_class text NOT NULL,
    -- As the domain keeps it (CircuitBreaker).
    state       jsonb NOT NULL,
    PRIMARY KEY (provider, region, error_class)
)
WITH (fillfactor = 50);
