"""Shards of the outbox: each has one leader, processes share them evenly, and whatever is taken is of each key its first rows."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ihala_kit import backlog as backlogs
from ihala_kit import relay as relaying
from ihala_kit.auth import Caller
from ihala_kit.backlog import Backlog
from ihala_kit.bus import Message
from ihala_kit.db import Database
from ihala_kit.dsn import plain_dsn
from ihala_kit.outbox import emit
from ihala_kit.relay import Relay
from ihala_kit.settings import KitSettings
from ihala_kit.shards import SLOTS, slots_of, try_locks
from sqlalchemy import text

from tests.kit.samples import revoked

KEYS = [UUID(int=number + 1) for number in range(40)]
ALL = list(range(SLOTS))


class Taken:
    """A producer that notes what it was given; each relay has a name of its own."""

    sent: list[Message] = []

    def __init__(self, _: Any) -> None:
        pass

    async def __aenter__(self) -> "Taken":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def send(self, messages: Sequence[Message]) -> None:
        await asyncio.sleep(0)
        Taken.sent += messages


@pytest.fixture(autouse=True)
def taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "Producer", Taken)
    Taken.sent = []


@pytest.fixture
async def connections(kit_db: Database) -> AsyncIterator[list[asyncpg.Connection]]:
    made = [await asyncpg.connect(plain_dsn(kit_db.settings.database_url)) for _ in range(3)]
    yield made
    for connection in made:
        await connection.close()


@pytest.fixture
def settings(kit_db: Database) -> KitSettings:
    return kit_db.settings.model_copy(update={"leader_lost_after_seconds": 1, "relay_shards": 4})


async def write(database: Database, *keys: UUID) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        for key in keys:
            emit(tx, revoked(key))


async def left(database: Database) -> int:
    async with database.transaction(Caller.system("test")) as tx:
        return int(await tx.scalar(text("SELECT count(*) FROM outbox")) or 0)


def orders() -> dict[str, list[int]]:
    """Return, by key, the numbers in the order in which they were sent."""
    found: dict[str, list[int]] = defaultdict(list)
    for one in Taken.sent:
        found[one.key.decode()].append(int(dict(one.headers)["ce_sequence"]))
    return found


async def until(true: Any, within: float = 30) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)


def test_every_slot_has_one_shard_whatever_their_number() -> None:
    for shards in range(1, SLOTS + 1):
        assert sorted(slot for shard in range(shards) for slot in slots_of(shard, shards)) == ALL


async def test_processes_with_other_numbers_of_shards_exclude_each_other(connections: list[asyncpg.Connection]) -> None:
    one, two, three = connections
    assert await try_locks(one, slots_of(1, 2))
    assert not await try_locks(two, slots_of(0, 1))
    assert not await try_locks(two, slots_of(1, 3))  # both hold 1 and 7
    assert await try_locks(three, slots_of(0, 2)), "who did not get all keeps none"


async def run_two(settings: KitSettings) -> tuple[list[Relay], list["asyncio.Task[None]"]]:
    relays = [Relay(settings, "gateway"), Relay(settings, "gateway")]
    return relays, [asyncio.create_task(relay.run()) for relay in relays]


async def stopped(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_second_process_gets_its_share_and_the_first_goes_on_alone_without_it(kit_db: Database, settings: KitSettings) -> None:
    first, second = Relay(settings, "gateway"), Relay(settings, "gateway")
    running = asyncio.create_task(first.run())
    await until(lambda: first.leading)
    other = asyncio.create_task(second.run())
    await until(lambda: (len(first.share.led), len(second.share.led)) == (2, 2))
    assert first.share.led.isdisjoint(second.share.led)
    assert not first.wake(), "a process that leads a part alone has the others told"
    await write(kit_db, *KEYS)
    await until(lambda: len(Taken.sent) == len(KEYS))
    while await left(kit_db):  # what is sent and not yet deleted, its successor sends again
        await asyncio.sleep(0.01)
    await stopped(other)
    await until(lambda: first.leading)
    await write(kit_db, *KEYS)
    await until(lambda: len(Taken.sent) == 2 * len(KEYS))
    await stopped(running)
    assert orders() == {str(key): [1, 2] for key in KEYS}


async def test_two_processes_under_writers_send_each_once_in_order(kit_db: Database, settings: KitSettings) -> None:
    relays, tasks = await run_two(settings)
    for n in range(60):
        await write(kit_db, *(KEYS[(n * 7 + m) % len(KEYS)] for m in range(10)))
    await until(lambda: len(Taken.sent) == 600)
    assert sorted(number for relay in relays for number in relay.share.led) == [0, 1, 2, 3]
    await stopped(*tasks)
    assert await left(kit_db) == 0
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in orders().values())


async def test_what_is_new_goes_along_with_its_key_while_much_waits(
    kit_db: Database, connections: list[asyncpg.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlogs, "BATCH", 20)
    old, waits, new = uuid4(), uuid4(), uuid4()
    await write(kit_db, *[old] * 30, waits, *[old] * 60, waits, new)
    found = [(row["key"], row["sequence"]) for row in await Backlog(connections[0], ALL).next()]
    assert found == [(old, n + 1) for n in range(20)] + [(waits, 1), (waits, 2), (new, 1)]


async def test_during_a_drain_what_is_new_leaves_long_before_the_end(kit_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlogs, "BATCH", 50)
    waiting = [uuid4() for _ in range(500)]
    for _ in range(4):
        await write(kit_db, *waiting)
    relay = asyncio.create_task(Relay(kit_db.settings, "gateway").run())
    await until(lambda: len(Taken.sent) > 0)
    new = [uuid4(), waiting[-1]]
    await write(kit_db, *new)
    behind = len(Taken.sent)
    await until(lambda: len(Taken.sent) == 2002)
    await stopped(relay)
    last = {one.key.decode(): place for place, one in enumerate(Taken.sent)}
    assert max(last[str(key)] for key in new) < behind + 500
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in orders().values())


async def test_of_a_key_with_much_nothing_goes_along_but_its_first(
    kit_db: Database, connections: list[asyncpg.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlogs, "BATCH", 20)
    old, waits = uuid4(), uuid4()
    await write(kit_db, *[old] * 30, *[waits] * 25)
    found = [(row["key"], row["sequence"]) for row in await Backlog(connections[0], ALL).next()]
    assert found == [(old, n + 1) for n in range(20)] + [(waits, n + 1) for n in range(10)]


@pytest.mark.parametrize("shards", [1, 2, 3, 16])
async def test_all_of_a_backlog_leaves_once_and_in_order(
    kit_db: Database, connections: list[asyncpg.Connection], monkeypatch: pytest.MonkeyPatch, shards: int
) -> None:
    monkeypatch.setattr(backlogs, "BATCH", 48)
    for n in range(4):
        await write(kit_db, *(KEYS[(n * m * m) % len(KEYS)] for m in range(100)))
    sent: dict[UUID, list[int]] = defaultdict(list)
    waiting = [Backlog(connections[0], slots_of(shard, shards)) for shard in range(shards)]
    async with asyncio.timeout(30):
        while await left(kit_db):
            for backlog in waiting:
                rows = await backlog.next()
                for row in rows:
                    sent[row["key"]].append(row["sequence"])
                await connections[0].execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [row["seq"] for row in rows])
    assert sum(map(len, sent.values())) == 400
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in sent.values())


async def test_a_shard_and_a_key_are_found_by_their_index_in_a_long_backlog(connections: list[asyncpg.Connection]) -> None:
    one = connections[0]
    await one.execute("""INSERT INTO outbox (id, topic, key, type, version, sequence, epoch, time, snapshot, data) SELECT
                         gen_random_uuid(), 't', gen_random_uuid(), 't', 1, 1, 1, now(), false, '{}' FROM generate_series(1, 20000)""")
    of_slots = await one.fetch(f"EXPLAIN {backlogs.OF_SLOTS}".replace("$1", "50").replace("$2", "'{1,3,5}'"))
    newest = await one.fetch(f"EXPLAIN {backlogs.NEWEST_KEYS}".replace("$1", "50").replace("$2", "10").replace("$3", "'{1,3,5}'"))
    assert any("outbox_slot" in row[0] for row in of_slots)
    assert any("outbox_key" in row[0] for row in newest)
    assert not any("Seq Scan" in row[0] for row in [*of_slots, *newest])
