-- Signed certificates and their revocation.

-- Public keys that certificates were ever signed with; they stay published for as long as anybody may want to verify.
CREATE TABLE signing_keys (
    -- The thumbprint (RFC 7638).
    id          text COLLATE "C" PRIMARY KEY,
    -- The public key's 32 bytes in base64url.
    x           text NOT NULL,
    valid_from  timestamptz NOT NULL,
    -- What was signed later does not count; NULL while there is no such end.
    valid_until timestamptz
);

CREATE TABLE certificates (
    id                uuid PRIMARY KEY,
    -- One for each certification, however often its end is written.
    certification_id  uuid NOT NULL UNIQUE REFERENCES certifications (id),
    job_id            uuid NOT NULL REFERENCES jobs (id),
    run_id            uuid NOT NULL,
    provider          text NOT NULL,
    model             text COLLATE "C" NOT NULL,
    region            text COLLATE "C" NOT NULL,
    profile           text NOT NULL,
    status            text NOT NULL CHECK (status IN ('CERTIFIED', 'QUALITY_WARNING')),
    rating            numeric(2, 1) NOT NULL,
    badge             text NOT NULL,
    -- What is signed, as JSON.
    statement         jsonb NOT NULL,
    -- The certificate itself; both are NULL when no key was configured.
    jws               text,
    key_id            text REFERENCES signing_keys (id),
    evidence_digest   text NOT NULL,
    suite_digest      text NOT NULL,
    rubric_digest     text,
    issued_at         timestamptz NOT NULL,
    expires_at        timestamptz NOT NULL,
    expires_because   text NOT NULL,
    -- When a later verdict on the same target took its place, and the certificate that did, if it brought one.
    superseded_at     timestamptz,
    superseded_by     uuid REFERENCES certificates (id),
    revoked_at        timestamptz,
    revoked_by        text,
    revocation_cause  text CHECK (revocation_cause IN ('operator', 'model-end-of-life', 'drifted')),
    revocation_reason text,
    CHECK ((jws IS NULL) = (key_id IS NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revocation_cause IS NULL)
        AND (revoked_at IS NULL) = (revocation_reason IS NULL)),
    CHECK (superseded_by IS NULL OR superseded_at IS NOT NULL)
);
CREATE INDEX certificates_by_target ON certificates (provider, model, region, profile, issued_at DESC, id DESC);
CREATE INDEX certificates_by_model ON certificates (model, region, issued_at DESC, id DESC);
CREATE INDEX certificates_by_age ON certificates (issued_at DESC, id DESC);
CREATE INDEX certificates_revoked ON certificates (id) WHERE revoked_at IS NOT NULL;
CREATE INDEX certificates_expiring ON certificates (expires_at) WHERE revoked_at IS NULL AND superseded_at IS NULL;

-- What was issued stays as it was issued; only its place in time changes, and a revocation is for good.
CREATE FUNCTION keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'certificates are kept; revoke this one instead' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.id, OLD.certification_id, OLD.run_id, OLD.statement, OLD.jws, OLD.key_id, OLD.evidence_digest, OLD.issued_at,
        OLD.expires_at)
        IS DISTINCT FROM (NEW.id, NEW.certification_id, NEW.run_id, NEW.statement, NEW.jws, NEW.key_id,
        NEW.evidence_digest, NEW.issued_at, NEW.expires_at)
        OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    THEN
        RAISE EXCEPTION 'what a certificate says cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_are_kept BEFORE UPDATE OR DELETE ON certificates
    FOR EACH ROW EXECUTE FUNCTION keep_certificate();
