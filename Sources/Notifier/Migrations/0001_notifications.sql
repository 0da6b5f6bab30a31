-- Mails to be sent, what became of them, and every attempt at them.

-- How a job ended: what all mails about it say.
CREATE TABLE job_reports (
    job_id      uuid PRIMARY KEY,
    -- The event as it was received.
    report      jsonb NOT NULL,
    traceparent text,
    tracestate  text,
    received_at timestamptz NOT NULL
);

-- One mail per job and recipient.
CREATE TABLE notifications (
    id               uuid PRIMARY KEY,
    job_id           uuid NOT NULL REFERENCES job_reports (job_id),
    recipient        text NOT NULL,
    -- The mail's Message-ID: the same at every attempt, so that a receiver that got it twice can tell.
    mail_message_id  text NOT NULL,
    status           text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sending', 'sent', 'failed')),
    -- Attempts begun.
    attempts         int NOT NULL DEFAULT 0,
    next_attempt_at  timestamptz NOT NULL,
    lease_expires_at timestamptz,
    -- Grows with every claim; a write that carries an older one changes nothing.
    fence            bigint NOT NULL DEFAULT 0,
    -- The mail server's last reply code; null when it never got that far.
    smtp_code        int,
    last_error       text,
    created_at       timestamptz NOT NULL,
    sent_at          timestamptz,
    failed_at        timestamptz,
    UNIQUE (job_id, recipient)
);
CREATE INDEX notifications_due ON notifications (next_attempt_at) WHERE status IN ('pending', 'sending');

-- One row per attempt, written before the mail server is called; append-only but for its outcome.
CREATE TABLE delivery_attempts (
    notification_id uuid NOT NULL REFERENCES notifications (id),
    fence           bigint NOT NULL,
    attempt         int NOT NULL,
    started_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    -- Null while it runs, and for ever when the process died: whether the mail went out is then unknown.
    outcome         text CHECK (outcome IN ('sent', 'retry', 'failed', 'postponed')),
    smtp_code       int,
    error           text,
    PRIMARY KEY (notification_id, fence)
);
