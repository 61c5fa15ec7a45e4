"""Readers that come, leave and die under load: each event is applied once, in the order of its key, whoever applies it."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.relay import Relay
from ihala_kit.settings import KitSettings
from sqlalchemy import text

from tests.kit.broker.member import reader
from tests.kit.broker.outbox import Outbox, process, until

_APPLIED = text("SELECT consumer FROM reader WHERE consumer LIKE '% % % %' ORDER BY caught_up_at")
_WHO = text("""SELECT DISTINCT split_part(consumer, ' ', 3) FROM reader
               WHERE consumer LIKE '% % % %' AND caught_up_at > CAST(:since AS timestamptz)""")


@asynccontextmanager
async def running(work: object) -> AsyncIterator["asyncio.Task[None]"]:
    """Run something beside the test; it is stopped in order at the end."""
    task: asyncio.Task[None] = asyncio.create_task(work)  # type: ignore[arg-type]
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def applied(database: Database) -> dict[UUID, list[int]]:
    """Return by key what was applied of it, in the order in which it was."""
    found: dict[UUID, list[int]] = defaultdict(list)
    async with database.transaction(Caller.system("test")) as tx:
        for words in (await tx.execute(_APPLIED)).scalars():
            found[UUID(words.split()[0])].append(int(words.split()[1]))
    return found


async def until_all_apply(database: Database, *names: str) -> None:
    """Wait until each of these readers has applied something from now on."""
    since = datetime.now(UTC)

    async def all_did() -> bool:
        async with database.transaction(Caller.system("test")) as tx:
            return set(names) <= set((await tx.execute(_WHO, {"since": since})).scalars())

    await until(all_did)


async def test_three_readers_join_leave_and_die_and_each_event_is_applied_once_in_order(settings: KitSettings) -> None:
    database = Database(settings)
    await database.start()
    outbox = Outbox(database, pause_seconds=0.05)

    async def all_applied() -> bool:
        return sum(map(len, (await applied(database)).values())) >= outbox.written

    async with running(Relay(settings, "notify").run()), running(outbox.write()) as writing, running(reader(database, "stays").run()):
        with process(settings, "MEMBER", sys.executable, "-m", "tests.kit.broker.member") as dies:
            await until_all_apply(database, "stays")
            async with running(reader(database, "leaves").run()):
                await until_all_apply(database, "stays", "leaves", str(dies.pid))
            await until_all_apply(database, "stays", str(dies.pid))
        async with running(reader(database, "comes").run()):
            await until_all_apply(database, "stays", "comes")
        outbox.over = True
        await writing
        await until(all_applied)
    found = await applied(database)
    await database.stop()
    assert sum(map(len, found.values())) == outbox.written
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values())
