-- Dead letters, their replays, and who did what to them.

CREATE TABLE dead_letters (
    -- A UUID version 7 made when the letter was stored, so that it sorts by age.
    id               uuid PRIMARY KEY,
    -- A digest of the message and of how it died: the same death that is delivered again is no second letter.
    death_key        bytea NOT NULL UNIQUE,
    -- How often that death was delivered.
    seen             int NOT NULL DEFAULT 1,
    last_seen_at     timestamptz NOT NULL,
    status           text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'REPLAYING', 'REPLAYED', 'DISCARDED')),
    -- When it was replayed or discarded.
    closed_at        timestamptz,
    message_id       uuid,
    type             text,
    schema_version   int,
    -- Where the message came from; '' where nothing says so.
    exchange         text NOT NULL,
    routing_key      text NOT NULL,
    queue            text NOT NULL,
    cause            text NOT NULL,
    error            text NOT NULL,
    body             bytea NOT NULL,
    headers          jsonb NOT NULL,
    content_type     text,
    app_id           text,
    attempt          int NOT NULL,
    traceparent      text,
    tracestate       text,
    job_id           uuid,
    certification_id uuid,
    sent_at          timestamptz,
    dead_at          timestamptz NOT NULL,
    received_at      timestamptz NOT NULL,
    -- What letters of one kind have in common, and that in words.
    fingerprint      text NOT NULL,
    title            text NOT NULL,
    -- The item of the replay that it came back from.
    replay_item      uuid
);
CREATE INDEX dead_letters_by_status ON dead_letters (status, id DESC);
-- For the gauge of open letters, which every gateway counts.
CREATE INDEX dead_letters_open ON dead_letters (cause) WHERE status = 'OPEN';
CREATE INDEX dead_letters_by_fingerprint ON dead_letters (fingerprint, id DESC);
CREATE INDEX dead_letters_by_job ON dead_letters (job_id, id DESC);
CREATE INDEX dead_letters_by_certification ON dead_letters (certification_id);

-- What a letter's message was changed to; the last one is what a replay sends. The letter itself stays.
CREATE TABLE dead_letter_revisions (
    letter_id   uuid NOT NULL REFERENCES dead_letters (id),
    -- From 1.
    revision    int NOT NULL,
    body        bytea NOT NULL,
    attempt     int NOT NULL,
    routing_key text NOT NULL,
    -- Against what was there before, in unified form.
    diff        text NOT NULL,
    edited_by   text NOT NULL,
    edited_at   timestamptz NOT NULL,
    PRIMARY KEY (letter_id, revision)
);

CREATE TABLE replays (
    id               uuid PRIMARY KEY,
    created_at       timestamptz NOT NULL,
    created_by       text NOT NULL,
    -- What was asked for, in words.
    selection        text NOT NULL,
    state            text NOT NULL DEFAULT 'RUNNING' CHECK (state IN ('RUNNING', 'STOPPED', 'COMPLETED')),
    -- Why it stopped.
    reason           text,
    -- How many letters each canary stage replays; the stage after the last one takes all that are left.
    canary           int[] NOT NULL,
    -- From 0.
    stage            int NOT NULL DEFAULT 0,
    -- Failures of this stage that were known when it was resumed.
    forgiven         int NOT NULL DEFAULT 0,
    -- Messages a second.
    rate             float8 NOT NULL,
    stop_after       int NOT NULL,
    observe          interval NOT NULL,
    finished_at      timestamptz,
    -- Whether the outcome of everything that was sent is known.
    settled          boolean NOT NULL DEFAULT false,
    owner            uuid,
    lease_expires_at timestamptz,
    -- Grows with every claim; a step that carries an older one changes nothing.
    fence            bigint NOT NULL DEFAULT 0
);
CREATE INDEX replays_to_drive ON replays (created_at) WHERE state = 'RUNNING' OR NOT settled;

CREATE TABLE replay_items (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    replay_id        uuid NOT NULL REFERENCES replays (id),
    -- From 1, in the order of sending.
    position         int NOT NULL,
    letter_id        uuid NOT NULL REFERENCES dead_letters (id),
    state            text NOT NULL DEFAULT 'PENDING'
                     CHECK (state IN ('PENDING', 'SENT', 'SUCCEEDED', 'FAILED', 'DELIVERED', 'SKIPPED')),
    -- The stage that it was sent in.
    stage            int,
    why              text,
    message_id       uuid,
    certification_id uuid,
    sent_at          timestamptz,
    -- When the broker was seen to have it.
    departed_at      timestamptz,
    ended_at         timestamptz,
    -- The letter that it became again.
    came_back_as     uuid REFERENCES dead_letters (id),
    UNIQUE (replay_id, position)
);
CREATE INDEX replay_items_by_state ON replay_items (replay_id, state, position);
CREATE INDEX replay_items_by_letter ON replay_items (letter_id);

-- Who did what to which letter or replay; append-only.
CREATE TABLE dead_letter_audit (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL,
    who       text NOT NULL,
    action    text NOT NULL,
    letter_id uuid,
    replay_id uuid,
    -- What, in words: a reason, a diff, an outcome.
    detail    text
);
CREATE INDEX dead_letter_audit_by_letter ON dead_letter_audit (letter_id, id);
CREATE INDEX dead_letter_audit_by_replay ON dead_letter_audit (replay_id, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER dead_letter_audit_is_append_only BEFORE UPDATE OR DELETE ON dead_letter_audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
