-- Prices, budgets and what calls cost. Amounts are billionths of a US dollar.

-- The price that the target is estimated, budgeted and charged by; NULL when nobody knows one.
ALTER TABLE certifications ADD COLUMN price jsonb;
-- What the job was estimated to cost, without its targets; NULL for jobs of before.
ALTER TABLE jobs ADD COLUMN estimate jsonb;

-- What a job may spend. A row per job with a budget; lock order: after all other tables' rows but budget_reservations.
CREATE TABLE job_budgets (
    job_id          uuid PRIMARY KEY REFERENCES jobs (id),
    -- NULL for no limit; one of both is set.
    amount          bigint CHECK (amount >= 0),
    tokens          bigint CHECK (tokens >= 0),
    spent           bigint NOT NULL DEFAULT 0,
    spent_tokens    bigint NOT NULL DEFAULT 0,
    -- For calls under way, at their worst.
    reserved        bigint NOT NULL DEFAULT 0,
    reserved_tokens bigint NOT NULL DEFAULT 0,
    -- When it first kept a call from being made.
    exhausted_at    timestamptz,
    CHECK (amount IS NOT NULL OR tokens IS NOT NULL)
)
-- Each call rewrites the row twice, and no index holds what changes.
WITH (fillfactor = 25, autovacuum_vacuum_cost_delay = 0);

-- A row per call under way of a job with a budget, by the claim that makes it. What a claim leaves behind is charged in full.
CREATE TABLE budget_reservations (
    id               uuid PRIMARY KEY,
    job_id           uuid NOT NULL REFERENCES job_budgets (job_id),
    certification_id uuid NOT NULL REFERENCES certifications (id),
    fence            bigint NOT NULL,
    amount           bigint NOT NULL,
    input_tokens     bigint NOT NULL,
    output_tokens    bigint NOT NULL,
    is_priced        boolean NOT NULL
);
CREATE INDEX budget_reservations_by_claim ON budget_reservations (certification_id, fence);
CREATE INDEX budget_reservations_by_job ON budget_reservations (job_id);

-- What each claim's calls cost.
CREATE TABLE claim_costs (
    certification_id uuid NOT NULL REFERENCES certifications (id),
    fence            bigint NOT NULL,
    job_id           uuid NOT NULL REFERENCES jobs (id),
    -- Of the claim's beginning, in UTC.
    day              date NOT NULL,
    model            text COLLATE "C" NOT NULL,
    calls            bigint NOT NULL,
    -- Those without a price, which the amounts lack.
    unpriced_calls   bigint NOT NULL,
    input_tokens     bigint NOT NULL,
    output_tokens    bigint NOT NULL,
    amount           bigint NOT NULL,
    -- The part of the amount whose usage nobody reported.
    estimated_amount bigint NOT NULL,
    PRIMARY KEY (certification_id, fence)
);
CREATE INDEX claim_costs_by_job ON claim_costs (job_id);
CREATE INDEX claim_costs_by_day ON claim_costs (day);
