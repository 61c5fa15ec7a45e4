"""Long polls: woken by the commit, without asking the database what a notice has already told."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.referral_v1 import ReferralStarted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_notify import following
from ihala_notify.subscriptions import reading
from ihala_notify.wakeups import CHANNEL, Wakeups

from tests.notify.samples import OPERATOR, RECEIVER, sample
from tests.notify.world import World

READER = Caller("reader", RECEIVER, "nngo", OPERATOR)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whatever the database is asked of feeds."""
    found: list[Any] = []
    read = reading.read_after

    async def recorded(*words: Any) -> reading.Part:
        found.append(words)
        return await read(*words)

    monkeypatch.setattr(reading, "read_after", recorded)
    return found


async def poll(world: World, database: Database, cursor: str | None, wait: float) -> following.Followed:
    return await following.follow(database, world.service.wakeups, READER, cursor, following.everything, wait, 100)


async def read_to_end(world: World, database: Database) -> str:
    """Return the cursor of a feed's end that a notice has told of."""
    await world.identify(uuid4())
    page = await poll(world, database, None, 0)
    while not world.service.wakeups.at_end(RECEIVER, page.items[-1].position):
        await asyncio.sleep(0.01)
    return page.cursor


async def test_a_poll_at_the_known_end_asks_nothing_until_the_next_commit(world: World, database: Database, asked: list[Any]) -> None:
    async with world.listening():
        cursor, need = await read_to_end(world, database), uuid4()
        await world.announce(need)  # not in the receiver's feed
        asked.clear()
        polling = asyncio.create_task(poll(world, database, cursor, 25))
        await asyncio.sleep(0.2)
        assert not asked
        await world.deliver(sample(ReferralStarted, need_id=need))
        page = await asyncio.wait_for(polling, 20)
    assert [item.type for item in page.items] == ["org.ihala.referral.started"]
    assert len(asked) == 1


async def test_a_poll_that_does_not_wait_always_asks(world: World, database: Database, asked: list[Any]) -> None:
    async with world.listening():
        cursor = await read_to_end(world, database)
        asked.clear()
        assert (await poll(world, database, cursor, 0)).items == []
    assert len(asked) == 1


async def test_a_poll_whose_time_is_over_looks_once_more(world: World, database: Database, asked: list[Any]) -> None:
    async with world.listening():
        cursor = await read_to_end(world, database)
        asked.clear()
        assert (await poll(world, database, cursor, 0.2)).cursor == cursor
    assert len(asked) == 1


async def test_a_commit_of_another_process_wakes_by_postgresqls_notice(world: World, database: Database) -> None:
    """Another Database on the same database stands for the process; this one's listeners hear nothing from it."""
    other = World(world.service, Database(world.service.settings))
    async with world.listening():
        cursor = await read_to_end(world, database)
        polling = asyncio.create_task(poll(world, database, cursor, 25))
        await asyncio.sleep(0.2)
        need = uuid4()  # unlike the organisations not spoken of before, so its events are the first of their key
        await other.announce(need)
        await other.deliver(sample(ReferralStarted, need_id=need))
        assert (await asyncio.wait_for(polling, 20)).items
    await other.database.engine.dispose()


async def test_a_commit_of_this_process_wakes_without_postgresqls_notice(world: World, database: Database) -> None:
    wakeups = world.service.wakeups
    database.listeners[CHANNEL].append(wakeups._grown)
    with wakeups.waiter(RECEIVER) as woken:
        await world.identify(uuid4())
        assert woken.is_set()
    position = (await world.feed(RECEIVER))[-1]["position"]
    assert not wakeups.at_end(RECEIVER, position)  # it does not listen: others' commits would be missed


async def test_what_notices_told_is_forgotten_with_their_connection(world: World, database: Database) -> None:
    async with world.listening():
        position = following.position_of(await read_to_end(world, database), RECEIVER)
    assert not world.service.wakeups.at_end(RECEIVER, position)


async def test_who_waits_when_the_process_ends_is_answered_and_comes_again_elsewhere(world: World, database: Database) -> None:
    """Cut off in the middle it would be told of a fault of ours."""
    async with world.listening():
        cursor = await read_to_end(world, database)
        polling = asyncio.create_task(poll(world, database, cursor, 25))
        await asyncio.sleep(0.1)
        assert not polling.done()
    page = await asyncio.wait_for(polling, 10)
    assert (page.items, page.cursor) == ([], cursor)
    assert await asyncio.wait_for(poll(world, database, cursor, 25), 10) == page
    async with world.listening():  # the database is open again
        polling = asyncio.create_task(poll(world, database, cursor, 25))
        await asyncio.sleep(0.1)
        assert not polling.done()
        await world.identify(uuid4())
        assert (await asyncio.wait_for(polling, 20)).items
        assert len(database.listeners[CHANNEL]) == 1


async def test_who_is_woken_while_it_is_told_to_end_ends() -> None:
    wakeups = Wakeups()
    wakeups.listening = True
    for moments in range(4):
        woken = asyncio.Event()
        waiting = asyncio.create_task(wakeups.wait(woken, 5))
        await asyncio.sleep(0.01)
        woken.set()
        for _ in range(moments):
            await asyncio.sleep(0)
        told = waiting.cancel()  # False: it had ended by itself
        await asyncio.wait({waiting})
        assert waiting.cancelled() == told
