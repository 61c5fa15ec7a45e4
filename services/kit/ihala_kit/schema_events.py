"""The functions of the database by which events are written and read (outbox.py, fences.py); schema.create_v6 makes them.

A function costs one way to PostgreSQL and back whatever it does, may travel with a COMMIT without being planned anew each time, and asks
with the rights of who calls it. In plpgsql each statement sees what was committed before it began.
"""

# Keys are numbered in their order, so that two transactions never wait for each other in a ring, and only then rows are written.
WRITE_EVENTS = """
    CREATE FUNCTION write_events(events json) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        WITH asked AS (
            SELECT * FROM ROWS FROM (json_to_recordset(events) AS (
                id uuid, topic text, key uuid, type text, version integer, behind integer, time timestamptz, traceparent text,
                snapshot boolean, data text
            )) WITH ORDINALITY AS a (id, topic, key, type, version, behind, time, traceparent, snapshot, data, place)
        ), numbered AS (
            INSERT INTO stream (key, epoch, n)
            SELECT key, (SELECT epoch FROM stream_epoch), count(*) FROM asked GROUP BY key ORDER BY key
            ON CONFLICT (key, epoch) DO UPDATE SET n = stream.n + excluded.n
            RETURNING key, epoch, n
        )
        INSERT INTO outbox (id, topic, key, type, version, sequence, epoch, time, traceparent, snapshot, data)
        SELECT a.id, a.topic, a.key, a.type, a.version, n.n - a.behind, n.epoch, a.time, a.traceparent, a.snapshot, a.data
        FROM asked a JOIN numbered n USING (key) ORDER BY a.place;
    END $$
"""

# A row with an epoch is the place of a key, one without a source an event that is known, any other a key that waits. What is known is asked
# for by a statement that begins after the locks were had: somebody's commit may have been waited for, and it must be seen.
# By the first and the last of the ids, which are sorted, PostgreSQL looks at no other days of the inbox.
LOCK_FENCES = """
    CREATE FUNCTION lock_fences(reader text, sources text[], keys uuid[], ids uuid[])
    RETURNS TABLE (source text, id uuid, epoch integer, sequence bigint, failed boolean) LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    DECLARE
        first uuid := ids[1];
        last uuid := ids[cardinality(ids)];
    BEGIN
        RETURN QUERY
            INSERT INTO fence (consumer, source, key, epoch, sequence)
            SELECT reader, asked.source, asked.key, 0, 0 FROM unnest(sources, keys) AS asked (source, key) ORDER BY asked.key, asked.source
            ON CONFLICT (consumer, source, key) DO UPDATE SET sequence = fence.sequence
            RETURNING source, key, epoch, sequence, NULL::boolean;
        RETURN QUERY
            SELECT NULL::text, event_id, NULL::integer, NULL::bigint, false FROM inbox
            WHERE consumer = reader AND event_id = ANY(ids) AND event_id BETWEEN first AND last
            UNION ALL
            SELECT source, key, NULL, NULL, bool_or(error NOT IN ('gap', 'behind')) FROM parked
            WHERE consumer = reader AND state = 'waiting' AND key = ANY(keys) GROUP BY source, key;
    END $$
"""

# An upsert, though each place is there and locked: it asks the index whatever PostgreSQL believes of the size of what it is given.
SAVE_FENCES = """
    CREATE FUNCTION save_fences(reader text, moved json, applied json, begun json) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO fence (consumer, source, key, epoch, sequence)
        SELECT reader, source, key, epoch, sequence
        FROM json_to_recordset(moved) AS place (source text, key uuid, epoch integer, sequence bigint)
        ON CONFLICT (consumer, source, key) DO UPDATE SET epoch = excluded.epoch, sequence = excluded.sequence;
        INSERT INTO bookmark (consumer, topic, partition, position)
        SELECT reader, topic, partition, position FROM json_to_recordset(begun) AS at (topic text, partition integer, position bigint)
        ON CONFLICT (consumer, topic, partition) DO UPDATE SET position = excluded.position;
        INSERT INTO inbox (consumer, event_id) SELECT reader, id::uuid FROM json_array_elements_text(applied) AS id ORDER BY 2
        ON CONFLICT DO NOTHING;
    END $$
"""
