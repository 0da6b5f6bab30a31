-- What was noticed about certificates after their jobs: drift, expiry, revocation.

CREATE TABLE notices (
    -- Made of what was noticed, so that an event that comes twice is one notice.
    id          uuid PRIMARY KEY,
    -- The event's type, for example certificate.drifted.
    kind        text NOT NULL,
    job_id      uuid NOT NULL,
    -- The event as it was received.
    notice      jsonb NOT NULL,
    traceparent text,
    tracestate  text,
    received_at timestamptz NOT NULL
);

-- A mail is about a job's end or about a notice.
ALTER TABLE notifications ALTER COLUMN job_id DROP NOT NULL;
ALTER TABLE notifications ADD COLUMN notice_id uuid REFERENCES notices (id);
ALTER TABLE notifications ADD CHECK (num_nonnulls(job_id, notice_id) = 1);
ALTER TABLE notifications ADD UNIQUE (notice_id, recipient);
