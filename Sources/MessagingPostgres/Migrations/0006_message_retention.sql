-- The inbox by the age of its message ids, so that old ones are forgotten by dropping a partition.
--
-- Message ids begin with the time they were made (UUID version 7, and 8 as MessageID.following makes them), so a range of
-- ids is a span of time. InboxRetention makes a partition for each day ahead and drops those of days long past. Nothing
-- depends on its being in time: an id that no partition takes goes to the default.
--
-- No row is copied that need not be: the table as it was becomes the partition of everything made until tomorrow's end.

ALTER TABLE inbox RENAME TO inbox_past;
ALTER TABLE inbox_past RENAME CONSTRAINT inbox_pkey TO inbox_past_pkey;
-- The new index below serves the same question with a thousandth of the pages and no work for an insert.
DROP INDEX inbox_processed_at;

CREATE TABLE inbox (
    consumer     text NOT NULL,
    message_id   uuid NOT NULL,
    processed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, message_id)
) PARTITION BY RANGE (message_id);

-- Whether anything in a partition was handled lately. Rows come in the order of that time, which is all that BRIN needs.
CREATE INDEX inbox_processed_at ON inbox USING brin (processed_at) WITH (pages_per_range = 32);

-- Ids of the year 2100 and later: of others' making, with no time in them. Kept apart, so that the default stays small,
-- because it is searched whenever a partition is added.
CREATE TABLE inbox_foreign PARTITION OF inbox
    FOR VALUES FROM ('03bb2cc3-d800-0000-0000-000000000000') TO (MAXVALUE);
CREATE TABLE inbox_default PARTITION OF inbox DEFAULT;

-- These two are pruned by DELETE, which finds the oldest rows by this.
CREATE INDEX inbox_foreign_oldest ON inbox_foreign (processed_at);
CREATE INDEX inbox_default_oldest ON inbox_default (processed_at);

DO $$
DECLARE
    boundary uuid := lpad(to_hex(extract(epoch FROM
        date_trunc('day', now() AT TIME ZONE 'UTC') + interval '2 days')::bigint * 1000), 12, '0')
        || repeat('0', 20);
BEGIN
    WITH stranger AS (DELETE FROM inbox_past WHERE message_id >= boundary RETURNING *)
    INSERT INTO inbox SELECT * FROM stranger;
    EXECUTE format('ALTER TABLE inbox ATTACH PARTITION inbox_past FOR VALUES FROM (MINVALUE) TO (%L)', boundary);
END
$$;
