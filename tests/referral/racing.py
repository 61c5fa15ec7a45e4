"""Two things at the same instant for real: both transactions stand before the placement's lock when it opens, in a known order."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.referral.world import World

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
TRIES = 500


async def race(world: World, need_id: UUID, *runners: Awaitable[Any]) -> list[Any]:
    """Start the runners one behind the other while the need's placement is locked, then open the lock; return their results."""
    started: list[asyncio.Future[Any]] = []
    async with world.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("SELECT 1 FROM placement WHERE need_id = :need FOR UPDATE"), {"need": need_id})
        for runner in runners:
            started.append(asyncio.ensure_future(runner))
            await wait_for(world, len(started))
    return list(await asyncio.gather(*started))


async def race_to_write(world: World, statement: str, *runners: Awaitable[Any], **values: object) -> list[Any]:
    """Start the runners while a row that all of them want to be the first to write is written and not committed; take it back."""
    async with world.database.engine.connect() as connection:
        await connection.execute(text("SELECT set_config('app.system', 'test', true)"))
        await connection.execute(text(statement), values)
        started = [asyncio.ensure_future(runner) for runner in runners]
        await wait_for(world, len(started))
    return list(await asyncio.gather(*started))


async def wait_for(world: World, waiting: int) -> None:
    """Return as soon as so many transactions wait for a lock."""
    for _ in range(TRIES):
        if await world.value(WAITING) == waiting:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to the lock")
