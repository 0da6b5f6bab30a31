-- Recurring certifications and when each of them fired; what operators did to waiting work and to schedules.

CREATE TABLE schedules (
    id          uuid PRIMARY KEY,
    name        text COLLATE "C" NOT NULL UNIQUE,
    -- What to certify, as a job's request has it; models and vendors are looked up anew each time.
    request     jsonb NOT NULL,
    -- Either an expression with its time zone, or an interval in seconds that is counted from the anchor.
    cron        text,
    time_zone   text,
    every       int,
    anchor      timestamptz NOT NULL,
    catch_up    text NOT NULL CHECK (catch_up IN ('latest', 'none', 'all')),
    overlap     text NOT NULL CHECK (overlap IN ('skip', 'allow')),
    paused      boolean NOT NULL,
    created_by  text NOT NULL,
    created_at  timestamptz NOT NULL,
    -- NULL while it is paused, and when it never falls due again.
    next_due_at timestamptz,
    CHECK ((cron IS NULL) = (time_zone IS NULL) AND (cron IS NULL) <> (every IS NULL)),
    CHECK (NOT paused OR next_due_at IS NULL)
);
CREATE INDEX schedules_due ON schedules (next_due_at) WHERE next_due_at IS NOT NULL;

-- One row for each time at which a schedule fell due: the primary key is what makes it fire once.
CREATE TABLE schedule_firings (
    schedule_id uuid NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    due_at      timestamptz NOT NULL,
    status      text NOT NULL CHECK (status IN ('FIRED', 'MISSED', 'SKIPPED')),
    job_id      uuid,
    -- Why it was missed or skipped.
    why         text,
    -- Who asked for a run beside the plan; NULL for a planned one.
    asked_by    text,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (schedule_id, due_at),
    CHECK ((status = 'FIRED') = (job_id IS NOT NULL))
);

-- Who did what by hand; append-only.
CREATE TABLE operator_actions (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    who     text NOT NULL,
    -- For example waiting.postpone.
    action  text NOT NULL,
    -- What it was done to: a certification's id, a filter, a schedule's id.
    subject text NOT NULL,
    detail  jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX operator_actions_by_subject ON operator_actions (subject, at);
CREATE TRIGGER operator_actions_is_append_only BEFORE UPDATE OR DELETE ON operator_actions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
