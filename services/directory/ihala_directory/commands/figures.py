"""A figure of free places grows old: its provider is asked once to confirm it, and again when the next one has grown old."""

from datetime import timedelta

from ihala_contracts.directory_v1 import CapacityFigureOld
from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch, now
from ihala_kit.outbox import emit

from ihala_directory import matching

AT_ONCE = 100
OLD_AFTER = timedelta(days=matching.SHIPPED.body.figure_good_for_days)  # then matching trusts it no more

# Only of what is offered now; what is paused is told of when it is offered again.
_OLD = """
    UPDATE service_at_location AS a SET figure_told_at = a.figure_at
    FROM service s, (
        SELECT one.id FROM service_at_location one JOIN service ON service.id = one.service_id AND service.status = 'active'
        JOIN organization ON organization.id = one.organization_id AND organization.status = 'active'
        WHERE one.figure_at < $1 AND one.status = 'open' AND one.figure_told_at IS DISTINCT FROM one.figure_at
        ORDER BY one.figure_at LIMIT $2 FOR UPDATE OF one SKIP LOCKED) AS old
    WHERE a.id = old.id AND s.id = a.service_id
    RETURNING a.id, a.service_id, a.organization_id, a.operator_id, a.figure_at, a.hidden, s.restricted
"""


async def tell_old(database: Database) -> int:
    """Tell of up to 100 figures that are old; emits CapacityFigureOld. Return how many. For a Job."""
    async with database.transaction(Caller.system("clock")) as tx:
        rows = await fetch(tx, _OLD, now(tx) - OLD_AFTER, AT_ONCE)
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
