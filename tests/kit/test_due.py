"""Due work: done once, at its time, put off when it fails, shared by several clock processes."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

from ihala_kit.auth import Caller
from ihala_kit.clock import move_clock
from ihala_kit.db import Database, now
from ihala_kit.due import DueWork, cancel, perform_next, performers_in, performs, schedule, schedule_all
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

ROW = text("INSERT INTO reader VALUES (:name, clock_timestamp())")


async def leave_a_row(tx: AsyncSession, work: DueWork) -> None:
    await tx.execute(ROW, {"name": f"{work.key} {uuid4()}"})


async def fail(tx: AsyncSession, work: DueWork) -> None:
    await leave_a_row(tx, work)
    raise ValueError("not yet")


async def plan(database: Database, key: UUID, later: timedelta = timedelta()) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        await schedule(tx, "sample", key, now(tx) + later, {"why": "test"})


async def done(database: Database) -> Counter[str]:
    async with database.transaction(Caller.system("test")) as tx:
        rows = await tx.execute(text("SELECT split_part(consumer, ' ', 1) FROM reader"))
        return Counter(rows.scalars())


async def test_work_waits_for_its_time_and_is_gone_when_done(kit_db: Database) -> None:
    key = uuid4()
    await plan(kit_db, key, timedelta(days=30))
    assert not await perform_next(kit_db, {"sample": leave_a_row})
    await move_clock(kit_db.settings.owner_database_url or "", timedelta(days=31))
    kit_db.clock.offset = await kit_db.read_offset()
    assert await perform_next(kit_db, {"sample": leave_a_row})
    assert not await perform_next(kit_db, {"sample": leave_a_row})
    assert await done(kit_db) == {str(key): 1}


async def test_a_second_plan_moves_the_first(kit_db: Database) -> None:
    key = uuid4()
    await plan(kit_db, key)
    await plan(kit_db, key, timedelta(hours=1))
    assert not await perform_next(kit_db, {"sample": leave_a_row})


async def test_many_are_planned_at_once_and_each_is_done_once(kit_db: Database) -> None:
    keys = sorted(uuid4() for _ in range(20))
    await plan(kit_db, keys[3], timedelta(hours=1))
    async with kit_db.transaction(Caller.system("test")) as tx:
        await schedule_all(tx, "sample", [], now(tx))
        await schedule_all(tx, "sample", keys, now(tx))
    while await perform_next(kit_db, {"sample": leave_a_row}):
        pass
    assert await done(kit_db) == {str(key): 1 for key in keys}


async def test_cancelled_work_is_forgotten(kit_db: Database) -> None:
    key = uuid4()
    await plan(kit_db, key)
    async with kit_db.transaction(Caller.system("test")) as tx:
        await cancel(tx, "sample", key)
    assert not await perform_next(kit_db, {"sample": leave_a_row})


async def test_what_fails_leaves_nothing_and_comes_again_later(kit_db: Database) -> None:
    key = uuid4()
    await plan(kit_db, key)
    assert await perform_next(kit_db, {"sample": fail})
    assert await done(kit_db) == {}
    assert not await perform_next(kit_db, {"sample": leave_a_row}), "put off, not lost"
    kit_db.clock.offset = timedelta(minutes=15)
    assert await perform_next(kit_db, {"sample": leave_a_row})
    assert await done(kit_db) == {str(key): 1}


async def test_work_that_breaks_a_rule_of_the_database_does_not_block_the_rest(kit_db: Database) -> None:
    broken, sound = uuid4(), uuid4()

    async def fails_or_not(tx: AsyncSession, work: DueWork) -> None:
        await leave_a_row(tx, work)
        if work.key == broken:
            await tx.execute(text("INSERT INTO reader VALUES (NULL, clock_timestamp())"))

    await plan(kit_db, broken)
    await plan(kit_db, sound)
    while await perform_next(kit_db, {"sample": fails_or_not}):
        pass
    assert await done(kit_db) == {str(sound): 1}


async def test_several_clock_processes_do_each_thing_once(kit_db: Database) -> None:
    keys = [uuid4() for _ in range(40)]
    for key in keys:
        await plan(kit_db, key)

    async def work_off() -> None:
        while await perform_next(kit_db, {"sample": leave_a_row}):
            pass

    await asyncio.gather(*(work_off() for _ in range(4)))
    assert await done(kit_db) == {str(key): 1 for key in keys}


async def test_kinds_of_others_are_left_alone(kit_db: Database) -> None:
    await plan(kit_db, uuid4())
    assert not await perform_next(kit_db, {"another": leave_a_row})


def test_performers_are_found_by_their_mark() -> None:
    import types

    module = types.ModuleType("sample")
    module.work = performs("marked")(leave_a_row)  # type: ignore[attr-defined]
    assert performers_in([module]) == {"marked": leave_a_row}
