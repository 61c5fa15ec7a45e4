"""What the clock process does again and again: works off the instants that have come, in batches, several processes at once if need be."""

import logging
from datetime import timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.faults import passes
from ihala_kit.jobs import Job
from ihala_kit.logs import kind_of
from ihala_kit.once import purge_idempotency
from sqlalchemy import update
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import col, select

from ihala_referral import store, work_items
from ihala_referral.commands import nearing, ticking
from ihala_referral.statistics import counting, publishing
from ihala_referral.tables import Placement

log = logging.getLogger(__name__)

BATCH = 100
PUT_OFF = timedelta(minutes=10)


async def work_off(database: Database) -> int:
    """Do what is due for up to 100 placements, longest due first; return for how many."""
    try:
        async with database.transaction(Caller.system("clock")) as tx:
            situations = await store.due(tx, BATCH)
            for situation in situations:
                await ticking.tick(tx, situation)
            return len(situations)
    except Exception as error:  # one placement must not hold up the clocks of all others
        if _is_away(error):
            raise
        log.exception("a batch of due placements is done one by one", extra={"kind": kind_of(error)})
        return await _one_by_one(database)


async def _one_by_one(database: Database) -> int:
    async with database.transaction(Caller.system("clock")) as tx:
        query = select(Placement.id).where(col(Placement.next_at) <= now(tx)).order_by(col(Placement.next_at)).limit(BATCH)
        due = (await tx.exec(query)).all()
    for placement_id in due:
        try:
            async with database.transaction(Caller.system("clock")) as tx:
                situation = await store.locked(tx, col(Placement.id) == placement_id)
                assert situation is not None, "placements are never deleted"
                await ticking.tick(tx, situation)
        except Exception as error:
            if _is_away(error):
                raise
            log.exception("the clock of a placement fails", extra={"kind": kind_of(error)})
            await _put_off(database, placement_id)
    return len(due)


def _is_away(error: Exception) -> bool:
    """Tell whether it is the database's fault, and not a placement's."""
    return isinstance(error, PoolTimeout) or passes(error)


async def _put_off(database: Database, placement_id: object) -> None:
    """Try again later, and tell a coordinator now."""
    async with database.transaction(Caller.system("clock")) as tx:
        situation = await store.locked(tx, col(Placement.id) == placement_id)
        assert situation is not None, "placements are never deleted"
        await work_items.open_item(tx, situation, work_items.CLOCK_FAILED)
        again = now(tx) + PUT_OFF
        await tx.execute(update(Placement).where(col(Placement.id) == placement_id).values(next_at=again))


JOBS = [
    Job("deadlines", 0.5, work_off),
    Job("deadlines that come near", 5, nearing.tell),
    Job("count statistics", 2, counting.count, pause_seconds=0.25, much=counting.BATCH),  # also when there is much, deadlines come first
    Job("publish statistics", 10, publishing.publish),
    Job("purge idempotency", 3600, purge_idempotency),
]
