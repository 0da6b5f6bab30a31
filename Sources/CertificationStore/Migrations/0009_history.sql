-- What is noticed over time: certificates that are reused, verdicts that differ from the one before, notices of expiry.

-- The certification whose valid certificate stands for this one, which made no call.
ALTER TABLE certifications ADD COLUMN reused_from uuid REFERENCES certifications (id);

-- Verdicts that differ significantly from the target's verdict before; append-only. A row is written with its event.
CREATE TABLE drifts (
    certification_id uuid PRIMARY KEY REFERENCES certifications (id),
    baseline_id      uuid NOT NULL REFERENCES certifications (id),
    change           text NOT NULL CHECK (change IN ('REGRESSION', 'IMPROVEMENT')),
    -- What changed, a sentence each.
    findings         text[] NOT NULL,
    noticed_at       timestamptz NOT NULL
);

-- Notices that a certificate ends soon: the primary key is what makes each be given once.
CREATE TABLE expiry_notices (
    certification_id uuid NOT NULL REFERENCES certifications (id),
    -- The length of the notice, in seconds.
    notice           int NOT NULL,
    noticed_at       timestamptz NOT NULL,
    PRIMARY KEY (certification_id, notice)
);

-- What ends soon.
CREATE INDEX certifications_expiring ON certifications (certified_until)
    WHERE certified_until IS NOT NULL AND reused_from IS NULL;
