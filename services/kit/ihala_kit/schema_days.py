"""The SQL by which the inbox is kept in days (days.py) and the outbox in shards (shards.py); schema.create_v4 runs it."""

# Only ever of a constant or a number, so quoting is no question. `first_of` is the smallest id that a day can have.
_FIRST_OF = """
    CREATE FUNCTION inbox_first_of(day date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
        SELECT (lpad(to_hex((extract(epoch FROM day::timestamp) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
    $$
"""

# One process at a time. A day that events came for before it was made takes them over, while nobody reads or writes them: readers lock
# `inbox` and then its parts, so whoever locked a part first and then needed the whole (to drop another) would wait for them in a ring.
_DAYS = """
    CREATE FUNCTION inbox_days(today date, kept integer, ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
    DECLARE
        changed integer := 0;
        last date;
        begins date;
        part text;
    BEGIN
        PERFORM pg_advisory_xact_lock(1726478);
        SELECT max(right(relname, 8))::date INTO last FROM pg_inherits JOIN pg_class ON oid = inhrelid
        WHERE inhparent = 'inbox'::regclass AND relname <> 'inbox_other';
        FOR begins IN SELECT generate_series(last, today + ahead, interval '1 day') LOOP
            part := 'inbox_day_' || to_char(begins, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            LOCK TABLE ONLY inbox IN ACCESS EXCLUSIVE MODE;
            EXECUTE format('CREATE TABLE %I (LIKE inbox INCLUDING ALL)', part);
            EXECUTE format(
                'WITH early AS (DELETE FROM inbox_other WHERE event_id >= %L AND event_id < %L RETURNING consumer, event_id)
                 INSERT INTO %I SELECT consumer, event_id FROM early',
                inbox_first_of(begins), inbox_first_of(begins + 1), part);
            EXECUTE format(
                'ALTER TABLE inbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                part, inbox_first_of(begins), inbox_first_of(begins + 1));
            changed := changed + 1;
        END LOOP;
        FOR part IN SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid
            WHERE inhparent = 'inbox'::regclass AND (
                relname LIKE 'inbox_day_%' AND right(relname, 8) < to_char(today - kept, 'YYYYMMDD')
                OR relname LIKE 'inbox_before_%' AND right(relname, 8) <= to_char(today - kept, 'YYYYMMDD'))
        LOOP
            EXECUTE format('DROP TABLE %I', part);
            changed := changed + 1;
        END LOOP;
        RETURN changed;
    END $$
"""

# The rows that are there become one part, which ends the day after tomorrow: they are read once and not written.
_PARTS = """
    DO $$
    DECLARE
        ends date := (now() AT TIME ZONE 'UTC')::date + 2;
        part text := 'inbox_before_' || to_char(ends, 'YYYYMMDD');
    BEGIN
        EXECUTE format('ALTER TABLE inbox RENAME TO %I', part);
        EXECUTE format('ALTER INDEX inbox_pkey RENAME TO %I', part || '_pkey');
        CREATE TABLE inbox (consumer text, event_id uuid, PRIMARY KEY (consumer, event_id)) PARTITION BY RANGE (event_id);
        CREATE TABLE inbox_other PARTITION OF inbox DEFAULT;
        EXECUTE format(
            'WITH odd AS (DELETE FROM %I WHERE event_id >= %L RETURNING consumer, event_id)
             INSERT INTO inbox_other SELECT consumer, event_id FROM odd', part, inbox_first_of(ends));
        EXECUTE format('ALTER TABLE inbox ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', part, inbox_first_of(ends));
        PERFORM inbox_days(ends - 2, 45, 3);
    END $$
"""

INBOX_IN_DAYS = (_FIRST_OF, _DAYS, _PARTS)
OUTBOX_BY_KEY = (
    "CREATE INDEX outbox_key ON outbox (key, seq)",
    "CREATE INDEX outbox_slot ON outbox ((get_byte(uuid_send(key), 15) & 15), seq)",
)
