"""What is asked at every registration, each in one way there and back."""

from alembic import op

revision = "0020"
down_revision = "0019"

# In plpgsql, where a statement sees what was committed before it began: whoever waited here sees what the one before brought. Planned once
# a connection: for the few marks of a request PostgreSQL would plan each time anew, which costs more than looking.
_BROUGHT_BEFORE = """
    CREATE FUNCTION brought_before(
        locks bigint[], shared bigint, origin uuid, numbers bytea[], names bytea[], OUT requests uuid[], OUT persons uuid[]
    ) LANGUAGE plpgsql SET plan_cache_mode TO force_generic_plan AS $$
    BEGIN
        PERFORM CASE number WHEN shared THEN pg_advisory_xact_lock_shared(number) ELSE pg_advisory_xact_lock(number) END
        FROM unnest(locks) number;
        requests := ARRAY(SELECT DISTINCT r.request_id FROM request_identifier r WHERE r.origin_id = origin AND r.mark = ANY (numbers));
        persons := ARRAY(SELECT DISTINCT k.person_id FROM natural_key k WHERE k.origin_id = origin AND k.mark = ANY (names));
    END $$
"""

# Who shares marks with the newcomers, the most telling first. `sharing`: how many have the rarest of the marks that both have. The rows of
# every origin are seen inside it, and nowhere else.
_SHARING_MARKS = """
    CREATE FUNCTION sharing_marks(
        whose integer[], kinds text[], marks bytea[], weights integer[], operator uuid, naming text[], but_for uuid[], counted_to bigint,
        at_most bigint
    ) RETURNS TABLE (who integer, person_id uuid, sharing bigint, details bytea, key_id uuid, wrapped bytea)
    LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    DECLARE
        seen_by text := coalesce(current_setting('app.system', true), '');
    BEGIN
        PERFORM set_config('app.system', 'same-person', true);  -- what fails takes this back with all else
        RETURN QUERY WITH asked AS (
            SELECT * FROM unnest(whose, kinds, marks, weights) AS a (who, kind, value, weight)
        ), found AS (
            SELECT asked.who, asked.kind, asked.weight, sharer.person_id,
                   count(*) OVER (PARTITION BY asked.who, asked.kind, asked.value) AS sharing
            FROM asked CROSS JOIN LATERAL (
                SELECT person_id FROM person_mark m WHERE m.operator_id = operator AND m.kind = asked.kind AND m.value = asked.value
                LIMIT counted_to) AS sharer
        ), shared AS (
            SELECT who, person_id, sum(weight) AS weight, min(sharing) FILTER (WHERE kind = ANY(naming)) AS sharing
            FROM found WHERE person_id <> ALL(but_for) GROUP BY who, person_id
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY who ORDER BY weight DESC, person_id DESC) AS place FROM shared
        )
        SELECT r.who, r.person_id, coalesce(r.sharing, 0), p.details, p.key_id, k.wrapped
        FROM ranked r JOIN person p ON p.id = r.person_id JOIN data_key k ON k.id = p.key_id
        WHERE r.place <= at_most AND p.sensitivity = 'standard' AND p.identity_held_by = 'intake' AND k.wrapped IS NOT NULL;
        PERFORM set_config('app.system', seen_by, true);
    END $$
"""


def upgrade() -> None:
    op.execute(_BROUGHT_BEFORE)
    op.execute(_SHARING_MARKS)
