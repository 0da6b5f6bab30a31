-- All that a certificate says stays as it was issued, a change of the rubric ends certificates, and the list of revocations
-- says when it changed.

ALTER TABLE certificates DROP CONSTRAINT certificates_revocation_cause_check;
ALTER TABLE certificates ADD CONSTRAINT certificates_revocation_cause_check
    CHECK (revocation_cause IN ('operator', 'model-end-of-life', 'drifted', 'rubric-change'));

-- What a change of the rubric, or the end of a model, may have to end.
CREATE INDEX certificates_unrevoked ON certificates (expires_at) WHERE revoked_at IS NULL;

-- What was issued stays as it was issued, columns of later migrations among it. Only its place in time changes, once: what was
-- superseded stays so, and a revocation is for good.
CREATE OR REPLACE FUNCTION keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changing CONSTANT text[] := ARRAY['superseded_at', 'superseded_by', 'revoked_at', 'revoked_by', 'revocation_cause',
                                      'revocation_reason'];
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION 'certificates are kept; revoke this one instead' USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(OLD) - changing IS DISTINCT FROM to_jsonb(NEW) - changing THEN
        RAISE EXCEPTION 'what a certificate says cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.superseded_at IS NOT NULL
        AND (OLD.superseded_at, OLD.superseded_by) IS DISTINCT FROM (NEW.superseded_at, NEW.superseded_by)
    THEN
        RAISE EXCEPTION 'what superseded a certificate cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL
        AND (OLD.revoked_at, OLD.revoked_by, OLD.revocation_cause, OLD.revocation_reason)
        IS DISTINCT FROM (NEW.revoked_at, NEW.revoked_by, NEW.revocation_cause, NEW.revocation_reason)
    THEN
        RAISE EXCEPTION 'a revocation is for good' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_are_not_truncated BEFORE TRUNCATE ON certificates
    FOR EACH STATEMENT EXECUTE FUNCTION keep_certificate();

-- Which revocations there are, as one value: another one after every transaction that revoked something, so that a list that
-- was made before is known to be old. Random, because a database that is restored to an earlier state must not name other
-- revocations by a number that was in use.
CREATE TABLE revocation_state (
    is_only    boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    version    uuid NOT NULL,
    -- The transaction that changed it: once is enough for each.
    changed_by xid8
);
INSERT INTO revocation_state (version) VALUES (gen_random_uuid());

CREATE FUNCTION change_revocation_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE revocation_state SET version = gen_random_uuid(), changed_by = pg_current_xact_id()
    WHERE changed_by IS DISTINCT FROM pg_current_xact_id();
    RETURN NULL;
END $$;
-- At the commit: the row is the last that any transaction locks, so that no two wait for each other.
CREATE CONSTRAINT TRIGGER certificates_change_revocations AFTER UPDATE ON certificates
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    EXECUTE FUNCTION change_revocation_state();
