-- The procedures of tables.sh. The statements of the outbox are those of PostgresOutbox, with the same shapes.

CREATE TABLE timings (what text NOT NULL, ms float8 NOT NULL);

-- A message id as MessageID makes them: 48 bits of milliseconds, then 74 random bits.
CREATE FUNCTION message_id(made timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0') || '7'
        || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid
$$;

-- One claim of the relay, timed. `low` is the lower bound of the search; '-infinity' is none.
CREATE PROCEDURE timed_claim(label text, low timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    began timestamptz := clock_timestamp();
BEGIN
    EXECUTE $claim$
        WITH claimed AS (
            UPDATE outbox
            SET claimed_by = '00000000-0000-0000-0000-000000000001',
                claimed_until = clock_timestamp() + interval '10 seconds'
            WHERE id = ANY (ARRAY(
                SELECT id FROM outbox
                WHERE not_before >= $1 AND not_before <= now() AND (claimed_until IS NULL OR claimed_until <= now())
                ORDER BY not_before, id
                LIMIT 500
                FOR UPDATE SKIP LOCKED))
            RETURNING *)
        SELECT * FROM claimed ORDER BY not_before, id
    $claim$ USING low;
    INSERT INTO timings VALUES (label, extract(epoch FROM clock_timestamp() - began) * 1000);
    COMMIT;
END
$$;

-- Sends messages through the outbox as a relay does: batches of 500 are written as claimed, and deleted when they are
-- confirmed. Every twentieth batch is left unclaimed and taken by a timed claim. The time of batches is noted as well. The
-- floor is a second old, because this sends about as much in a second as a busy system does in the 15 that a true one lags.
CREATE PROCEDURE pass_through(messages bigint, label text, uses_floor boolean) LANGUAGE plpgsql AS $$
DECLARE
    began timestamptz;
    batch uuid[];
    is_claimed boolean;
BEGIN
    FOR number IN 1 .. messages / 500 LOOP
        began := clock_timestamp();
        is_claimed := number % 20 <> 0;
        WITH inserted AS (
        INSERT INTO outbox (id, exchange, routing_key, mandatory, type, schema_version, correlation_id, body, attempt,
            created_at, not_before, claimed_by, claimed_until)
        SELECT message_id(clock_timestamp()), 'certforge.jobs', 'certification.requested.normal', true,
            'certification.requested', 1, gen_random_uuid(), decode(repeat('7b', 400), 'hex'), 1, now(),
            now() + n * interval '1 microsecond', CASE WHEN is_claimed THEN gen_random_uuid() END,
            CASE WHEN is_claimed THEN clock_timestamp() + interval '10 seconds' END
        FROM generate_series(1, 500) AS n
        RETURNING id)
        SELECT array_agg(id) INTO batch FROM inserted;
        COMMIT;
        -- The publisher waits for confirms here.
        IF NOT is_claimed THEN
            CALL timed_claim(label || ' claim', CASE WHEN uses_floor THEN clock_timestamp() - interval '1 second'
                ELSE '-infinity' END);
        END IF;
        DELETE FROM outbox WHERE id = ANY (batch);
        COMMIT;
        INSERT INTO timings VALUES (label || ' batch', extract(epoch FROM clock_timestamp() - began) * 1000);
    END LOOP;
END
$$;

-- The naive design: one plain table, rows are marked when they are sent, and pruned by DELETE later.
CREATE PROCEDURE pass_through_naive(messages bigint, label text) LANGUAGE plpgsql AS $$
DECLARE
    began timestamptz;
    batch uuid[];
BEGIN
    FOR number IN 1 .. messages / 500 LOOP
        began := clock_timestamp();
        INSERT INTO naive_outbox (id, exchange, routing_key, type, correlation_id, body, created_at, not_before)
        SELECT gen_random_uuid(), 'certforge.jobs', 'certification.requested.normal', 'certification.requested',
            gen_random_uuid(), decode(repeat('7b', 400), 'hex'), now(), now()
        FROM generate_series(1, 500) AS n;
        COMMIT;
        DECLARE
            asked timestamptz := clock_timestamp();
        BEGIN
            SELECT array_agg(id) INTO batch FROM (SELECT id FROM naive_outbox
                WHERE sent_at IS NULL AND not_before <= now() ORDER BY not_before, id LIMIT 500
                FOR UPDATE SKIP LOCKED) AS due;
            IF number % 20 = 0 THEN
                INSERT INTO timings VALUES (label || ' claim', extract(epoch FROM clock_timestamp() - asked) * 1000);
            END IF;
        END;
        UPDATE naive_outbox SET sent_at = now() WHERE id = ANY (batch);
        COMMIT;
        INSERT INTO timings VALUES (label || ' batch', extract(epoch FROM clock_timestamp() - began) * 1000);
    END LOOP;
END
$$;

-- Fills an inbox with messages handled over the last ten days.
CREATE PROCEDURE fill(target text, messages bigint) LANGUAGE plpgsql AS $$
BEGIN
    FOR step IN 0 .. 99 LOOP
        EXECUTE format($insert$
            INSERT INTO %s (consumer, message_id, processed_at)
            SELECT 'certification-processor', message_id(made), made + interval '1 second'
            FROM (SELECT now() - interval '10 days' * (1 - (%s + n::float8 / %s) / 100) AS made
                FROM generate_series(1, %s) AS n) AS message
        $insert$, target, step, messages / 100, messages / 100);
        COMMIT;
    END LOOP;
END
$$;

-- What the plain design does to forget: the oldest rows, a thousand at a time.
CREATE PROCEDURE prune_by_delete(target text) LANGUAGE plpgsql AS $$
DECLARE
    forgotten bigint;
BEGIN
    LOOP
        EXECUTE format($delete$
            DELETE FROM %1$s WHERE (consumer, message_id) IN (
                SELECT consumer, message_id FROM %1$s WHERE processed_at < now() - interval '7 days'
                ORDER BY processed_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
        $delete$, target);
        GET DIAGNOSTICS forgotten = ROW_COUNT;
        COMMIT;
        EXIT WHEN forgotten < 1000;
    END LOOP;
END
$$;

-- What InboxRetention does: days whose ids are all too old, and in which nothing was handled lately, are dropped.
CREATE PROCEDURE prune_by_drop(target text) LANGUAGE plpgsql AS $$
DECLARE
    day regclass;
    is_needed boolean;
BEGIN
    FOR day IN SELECT c.oid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = target::regclass
        AND substring(pg_get_expr(c.relpartbound, c.oid) FROM $re$TO \('([0-9a-f-]+)'\)$re$)::uuid
            <= (lpad(to_hex((extract(epoch FROM now() - interval '7 days') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE processed_at >= now() - interval ''7 days'')', day)
            INTO is_needed;
        IF NOT is_needed THEN EXECUTE format('DROP TABLE %s', day); END IF;
        COMMIT;
    END LOOP;
END
$$;

-- Days as InboxRetention makes them, but in the past, in place of the one partition that a migration leaves for it.
CREATE PROCEDURE make_past_days(target text) LANGUAGE plpgsql AS $$
DECLARE
    low uuid;
    high uuid;
BEGIN
    FOR day IN 0 .. 12 LOOP
        low := (lpad(to_hex(extract(epoch FROM date_trunc('day', now()) - (11 - day) * interval '1 day')::bigint * 1000),
            12, '0') || repeat('0', 20))::uuid;
        high := (lpad(to_hex(extract(epoch FROM date_trunc('day', now()) - (10 - day) * interval '1 day')::bigint * 1000),
            12, '0') || repeat('0', 20))::uuid;
        EXECUTE format('CREATE TABLE %1$s_day_%2$s PARTITION OF %1$s FOR VALUES FROM (%3$L) TO (%4$L)', target, day, low, high);
    END LOOP;
END
$$;

CREATE TABLE naive_outbox (
    id uuid PRIMARY KEY, exchange text NOT NULL, routing_key text NOT NULL, type text NOT NULL, correlation_id uuid,
    body bytea NOT NULL, created_at timestamptz NOT NULL, not_before timestamptz NOT NULL, sent_at timestamptz);
CREATE INDEX naive_outbox_due ON naive_outbox (sent_at, not_before, id);

CREATE TABLE plain_inbox (
    consumer text NOT NULL, message_id uuid NOT NULL, processed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, message_id));
CREATE INDEX plain_inbox_processed_at ON plain_inbox (processed_at);
