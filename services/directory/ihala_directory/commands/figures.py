"""A figure of free places grows old: its provider is asked once to confirm it, and again when the next one has grown old."""

from ihala_contracts.directory_v1 import CapacityFigureOld
from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch, now
from ihala_kit.outbox import emit

from ihala_directory.matching.tables import SHIPPED_BY

AT_ONCE = 100

# Old by the rules of the operator that keeps the entry, as matching counts: then it is trusted no more.
# Only of what is offered now; what is paused is told of when it is offered again.
_OLD = """
    WITH in_force AS MATERIALIZED (
        SELECT DISTINCT ON (operator_id) operator_id, make_interval(days => (body ->> 'figure_good_for_days')::int) AS good_for
        FROM ruleset WHERE state = 'published' AND valid_from <= $1 ORDER BY operator_id, valid_from DESC, number DESC)
    UPDATE service_at_location AS a SET figure_told_at = a.figure_at
    FROM service s, (
        SELECT one.id FROM service_at_location one JOIN service ON service.id = one.service_id AND service.status = 'active'
        JOIN organization ON organization.id = one.organization_id AND organization.status = 'active'
        JOIN in_force AS shipped ON shipped.operator_id = $3
        LEFT JOIN in_force AS own ON own.operator_id = one.operator_id
        WHERE one.figure_at < $1 - (SELECT min(good_for) FROM in_force)
        AND one.figure_at < $1 - coalesce(own.good_for, shipped.good_for)
        AND one.status = 'open' AND one.figure_told_at IS DISTINCT FROM one.figure_at
        ORDER BY one.figure_at LIMIT $2 FOR UPDATE OF one SKIP LOCKED) AS old
    WHERE a.id = old.id AND s.id = a.service_id
    RETURNING a.id, a.service_id, a.organization_id, a.operator_id, a.figure_at, a.hidden, s.restricted
"""


async def tell_old(database: Database) -> int:
    """Tell of up to 100 figures that are old; emits CapacityFigureOld. Return how many. For a Job."""
    async with database.transaction(Caller.system("clock")) as tx:
        rows = await fetch(tx, _OLD, now(tx), AT_ONCE, SHIPPED_BY)
        for row in rows:
            emit(
                tx,
                CapacityFigureOld(
                    organization_id=row["organization_id"], operator_id=row["operator_id"], service_id=row["service_id"],
                    service_at_location_id=row["id"], figure_at=row["figure_at"], restricted=row["restricted"], hidden=row["hidden"],
                    told_at=now(tx),
                ),
            )  # fmt: skip
    return len(rows)
