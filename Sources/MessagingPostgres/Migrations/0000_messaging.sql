-- Messages on their way out, and the ids of those that came in and were handled.

CREATE TABLE outbox (
    -- The message id; a UUID version 7, so that it sorts by age.
    id             uuid PRIMARY KEY,
    exchange       text NOT NULL,
    routing_key    text NOT NULL,
    mandatory      boolean NOT NULL,
    type           text NOT NULL,
    schema_version int NOT NULL,
    correlation_id uuid,
    body           bytea NOT NULL,
    attempt        int NOT NULL,
    traceparent    text,
    tracestate     text,
    extra_headers  jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL,
    -- Not to be published earlier.
    not_before     timestamptz NOT NULL,
    -- The relay that is publishing it. A claim that has run out may be taken over.
    claimed_by     uuid,
    claimed_until  timestamptz
)
-- Room on each page for the new version of a claimed row. Together with an index that holds no claim column this makes
-- claims heap-only updates: they leave no trace in the indexes.
WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Claims read it in order. It must never hold claimed_by or claimed_until.
CREATE INDEX outbox_due ON outbox (not_before, id);

CREATE TABLE inbox (
    consumer     text NOT NULL,
    message_id   uuid NOT NULL,
    processed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, message_id)
);

-- For forgetting the oldest.
CREATE INDEX inbox_processed_at ON inbox (processed_at);
