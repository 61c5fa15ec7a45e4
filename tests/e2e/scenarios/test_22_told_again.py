"""Told again: all that is open is repeated and nothing changes by it; a reader that lost a need begins it whole."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
from ihala_local.stack import Stack

from tests.e2e.checker import databases, settled
from tests.e2e.ledger import read_ledger
from tests.e2e.scenarios.scene import Scene

READERS = {"intake": ("directory", "referral"), "directory": ("referral",), "referral": ("intake", "directory"), "notify": ("referral",)}
_SAID = "SELECT DISTINCT ON (key) key::text, epoch, n FROM stream WHERE key = ANY($1::text[]::uuid[]) ORDER BY key, epoch DESC"
_READ = "SELECT source, key::text, epoch, sequence FROM fence WHERE key = ANY($1::text[]::uuid[])"


async def ihala(stack: Stack, *words: str, **environment: str) -> str:
    """Run the operator's command beside a service, with more in its environment if need be; return what it said."""
    command = [str(Path(sys.executable).with_name("ihala")), *words]
    env = os.environ | stack.environment(words[1], owner=True) | environment
    run = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, wrong = await run.communicate()
    assert run.returncode == 0, wrong.decode()
    return out.decode()


async def ask(stack: Stack, service: str, query: str, *values: Any) -> Any:
    """Return the one value of a query to a service's database."""
    connection = await asyncpg.connect(databases(stack.place)[service])
    try:
        return await connection.fetchval(query, *values)
    finally:
        await connection.close()


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(120):
        while not await done():
            await asyncio.sleep(0.2)


async def all_read(stack: Stack, *needs: str) -> bool:
    """Tell whether every reader has come to the end of what was said of these needs."""
    said: dict[tuple[str, str], tuple[int, int]] = {}
    read: dict[tuple[str, str, str], tuple[int, int]] = {}
    for service in READERS:
        connection = await asyncpg.connect(databases(stack.place)[service])
        try:
            said |= {(service, key): (epoch, n) for key, epoch, n in await connection.fetch(_SAID, needs)}
            read |= {(service, source, key): (epoch, n) for source, key, epoch, n in await connection.fetch(_READ, needs)}
        finally:
            await connection.close()
    pairs = [(reader, source) for reader, sources in READERS.items() for source in sources]
    return all(
        read.get((reader, source, need)) == said[source, need] for reader, source in pairs for need in needs if (source, need) in said
    )


async def said_of(stack: Stack, needs: list[str]) -> list[tuple[str, str]]:
    """Return what happened to these needs, in no order; not what was told again, nor messages that take their time."""
    ledger = await asyncio.to_thread(read_ledger, stack.place.kafka_admin.sign_in())
    return sorted(
        (fact.id, fact.name)
        for facts in ledger.streams.values()
        for fact in facts
        if fact.key in needs and not fact.name.startswith(("again: ", "notify."))
    )


async def test_everything_is_told_again_and_nothing_changes(scene: Scene, stack: Stack) -> None:
    offered, accepted, serving = [await scene.need_for(scene.telafar.name) for _ in range(3)]
    await scene.accepted(accepted)
    await scene.accepted(serving)
    await scene.move(serving, "start")
    needs = [str(one.data["need_id"]) for one in (offered, accepted, serving)]
    await until(lambda: all_read(stack, *needs))
    before = await said_of(stack, needs)
    states = [await scene.placement(need) for need in needs]
    for service in ("gateway", "directory", "intake", "referral"):
        assert "keys" in await ihala(stack, "republish", service)
    await until(lambda: all_read(stack, *needs))
    assert await said_of(stack, needs) == before
    assert [await scene.placement(need) for need in needs] == states
    for service in databases(stack.place):
        assert await ask(stack, service, "SELECT count(*) FROM parked WHERE state = 'waiting'") == 0, service
    assert await settled(stack.place) == []


async def test_a_reader_that_lost_a_need_begins_it_whole(scene: Scene, stack: Stack) -> None:
    offer = await scene.need_for(scene.telafar.name)
    need = str(offer.data["need_id"])
    await until(lambda: all_read(stack, need))
    for table in ("fence WHERE source IN ('intake', 'referral') AND key", "need WHERE need_id"):
        await ask(stack, "notify", f"DELETE FROM {table} = $1::text::uuid", need)
    await scene.accepted(offer)  # notify misses all that was before: it holds the need
    waits = "SELECT count(*) > 0 FROM parked WHERE key = $1::text::uuid AND state = 'waiting'"
    await until(lambda: ask(stack, "notify", waits, need))
    for service in ("intake", "referral"):
        assert "events" in await ihala(stack, "republish", service, "--key", need)
    known = "SELECT known FROM need WHERE need_id = $1::text::uuid"
    await until(lambda: ask(stack, "notify", known, need))
    await until(lambda: all_read(stack, need))
    assert await ask(stack, "notify", waits, need) is False
    await scene.move(offer, "start")
    await scene.event("referral.started", referral_id=offer.data["referral_id"])
    await until(lambda: all_read(stack, need))
    assert await ask(stack, "notify", waits, need) is False
