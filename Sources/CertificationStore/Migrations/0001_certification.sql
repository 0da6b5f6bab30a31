-- Jobs, certifications, runs and results, with the outbox and inbox of the gateway and the processor.

CREATE TABLE jobs (
    id              uuid PRIMARY KEY,
    status          text NOT NULL DEFAULT 'QUEUED'
                    CHECK (status IN ('QUEUED', 'PROCESSING', 'COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED')),
    requested_by    text NOT NULL,
    idempotency_key text,
    fingerprint     text,
    suite           text NOT NULL,
    lane            text NOT NULL CHECK (lane IN ('high', 'normal', 'bulk')),
    regions         text[] NOT NULL,
    notify          text[] NOT NULL,
    skipped         jsonb NOT NULL DEFAULT '[]',
    traceparent     text,
    created_at      timestamptz NOT NULL,
    started_at      timestamptz,
    cancelled_at    timestamptz,
    finished_at     timestamptz,
    UNIQUE (requested_by, idempotency_key)
);
CREATE INDEX jobs_by_age ON jobs (created_at DESC, id DESC);

CREATE TABLE certifications (
    id                uuid PRIMARY KEY,
    job_id            uuid NOT NULL REFERENCES jobs (id),
    provider          text NOT NULL,
    -- The "C" collation sorts alike everywhere, in lists and in cursors.
    model             text COLLATE "C" NOT NULL,
    region            text COLLATE "C" NOT NULL,
    profile           text NOT NULL CHECK (profile IN ('in-region', 'geographic', 'global')),
    -- The model's name as people write it.
    model_name        text,
    status            text NOT NULL DEFAULT 'QUEUED'
                      CHECK (status IN ('QUEUED', 'PROCESSING', 'RETRYING', 'CERTIFIED', 'QUALITY_WARNING', 'FAILED',
                                        'UNSUPPORTED', 'INCONCLUSIVE', 'CANCELLED')),
    -- Attempts begun; the run of the last one decided.
    attempts          int NOT NULL DEFAULT 0,
    -- Attempts whose worker died with the lease.
    worker_deaths     int NOT NULL DEFAULT 0,
    lease_owner       uuid,
    lease_expires_at  timestamptz,
    -- Grows with every claim; a write that carries an older one changes nothing.
    fence             bigint NOT NULL DEFAULT 0,
    next_attempt_at   timestamptz,
    -- The request message that is to start the next attempt, and when it has evidently expired in its queue.
    request_id        uuid,
    request_expires_at timestamptz,
    rating            numeric(2, 1),
    badge             text,
    reason_code       text,
    reason            text,
    remedy            text,
    certified_until   timestamptz,
    queued_at         timestamptz NOT NULL,
    started_at        timestamptz,
    finished_at       timestamptz,
    UNIQUE (job_id, provider, model, region, profile)
);
CREATE INDEX certifications_by_target ON certifications (provider, model, region, profile, finished_at DESC);
CREATE INDEX certifications_unfinished ON certifications (job_id)
    WHERE status IN ('QUEUED', 'PROCESSING', 'RETRYING');
CREATE INDEX certifications_leased ON certifications (lease_expires_at) WHERE status = 'PROCESSING';
CREATE INDEX certifications_awaited ON certifications (request_expires_at) WHERE status IN ('QUEUED', 'RETRYING');
CREATE INDEX certifications_finished ON certifications (finished_at);

-- One row per attempt that ended; append-only.
CREATE TABLE runs (
    id               uuid PRIMARY KEY,
    certification_id uuid NOT NULL REFERENCES certifications (id),
    attempt          int NOT NULL,
    fence            bigint NOT NULL,
    -- What the attempt came to: a terminal status, or RETRYING when another attempt followed.
    status           text NOT NULL,
    suite            text NOT NULL,
    suite_version    int NOT NULL,
    -- What was judged, with its measures; NULL when the attempt brought no verdict.
    rubric_version   int,
    verdict          jsonb,
    software_version text NOT NULL,
    reason_code      text,
    reason           text,
    started_at       timestamptz NOT NULL,
    finished_at      timestamptz NOT NULL,
    UNIQUE (certification_id, fence)
);

-- Each test's result under each claim, written as it ends; append-only.
CREATE TABLE test_results (
    certification_id uuid NOT NULL REFERENCES certifications (id),
    test             text NOT NULL,
    fence            bigint NOT NULL,
    attempt          int NOT NULL,
    outcome          text NOT NULL
                     CHECK (outcome IN ('PASS', 'FAIL', 'NO_ANSWER', 'ERROR', 'GRADER_ERROR', 'SKIPPED')),
    -- The whole result as the domain keeps it.
    detail           jsonb NOT NULL,
    finished_at      timestamptz NOT NULL,
    PRIMARY KEY (certification_id, test, fence)
);

-- Which certification is a target's current one: a pointer into the history.
CREATE TABLE current_certifications (
    provider         text NOT NULL,
    model            text COLLATE "C" NOT NULL,
    region           text COLLATE "C" NOT NULL,
    profile          text NOT NULL,
    certification_id uuid NOT NULL REFERENCES certifications (id),
    PRIMARY KEY (provider, model, region, profile)
);
