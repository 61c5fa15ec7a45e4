"""Who is kept yet: conditions in SQL that each run, the dry run and the last look before a key goes share. Pure.

They ask of everybody who was decided to be one with a person: who is erased is erased with all of them. `:cutoff` is the moment before
which everything must have ended, `:told_before` the one before which a coordinator must have been told of an open file.
"""


def worked_at(case: str) -> str:
    """Return when something was last done or is due in a file, in SQL; null for one that nobody ever worked on.

    Help on the spot and the questions after a service are no work on it: the file of who needed nothing more is nobody's to close.
    """
    return f"""(SELECT max(at) FROM (
        SELECT max(s.at) FROM case_step s WHERE s.case_id = {case}.id AND s.act <> 'forgotten'
        UNION ALL SELECT max(greatest(t.begins_at, t.recorded_at)) FROM appointment t WHERE t.case_id = {case}.id
        UNION ALL SELECT max(greatest(t.made_at, t.ended_at)) FROM plan t WHERE t.case_id = {case}.id
        UNION ALL SELECT max(t.settled_at) FROM plan_goal t WHERE t.case_id = {case}.id
        UNION ALL SELECT max(greatest(t.settled_at, {_due("t")})) FROM plan_step t WHERE t.case_id = {case}.id
        UNION ALL SELECT max(greatest(t.paid_at, {_due("t")})) FROM instalment t WHERE t.case_id = {case}.id
        UNION ALL SELECT max(t.given_at) FROM assistance t
            WHERE t.case_id = {case}.id AND t.kind <> 'on_the_spot' AND t.state <> 'cancelled'
        UNION ALL SELECT max(t.made_at) FROM assessment t WHERE t.case_id = {case}.id
        UNION ALL SELECT max(t.added_at) FROM attachment t WHERE t.case_id = {case}.id
    ) AS work (at))"""  # noqa: S608 - constants


def by_needs(person: str) -> str:
    """Return the condition that they have a need that goes on, or a need or file of since the term."""
    return f"""EXISTS ({_linked(person)}
        SELECT FROM linked WHERE EXISTS (
            SELECT FROM need o WHERE o.person_id = linked.id
            AND (o.changed_at >= :cutoff OR o.state NOT IN ('verified', 'unverified', 'closed'))
        ) OR EXISTS (SELECT FROM case_file o WHERE o.person_id = linked.id AND o.opened_at >= :cutoff))"""  # noqa: S608 - constants


def cases(person: str) -> str:
    """Return the query for their files, as `o` with `worked_at`, that keep them: worked on or closed since the term, or open and told of
    to nobody."""
    return f"""{_linked(person)}
        SELECT o.id, o.state, w.worked_at FROM linked JOIN case_file o ON o.person_id = linked.id
        CROSS JOIN LATERAL (SELECT {worked_at("o")} AS worked_at) w
        WHERE w.worked_at >= :cutoff OR o.closed_at >= :cutoff OR (o.state = 'open' AND w.worked_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM case_step s WHERE s.case_id = o.id AND s.act = 'forgotten' AND s.at >= w.worked_at AND s.at <= :told_before))"""  # noqa: S608 - constants


def _linked(person: str) -> str:
    return f"""WITH RECURSIVE linked (id) AS (
            SELECT {person}
            UNION
            SELECT CASE WHEN m.kept_id = linked.id THEN m.merged_id ELSE m.kept_id END
            FROM linked JOIN merge m ON m.state = 'done' AND (m.kept_id = linked.id OR m.merged_id = linked.id)
        )"""  # noqa: S608 - constants


def _due(table: str) -> str:
    return f"CASE WHEN {table}.state = 'planned' THEN ({table}.due_on + 1)::timestamp AT TIME ZONE 'Asia/Baghdad' END"
