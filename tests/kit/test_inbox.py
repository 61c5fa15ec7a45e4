"""Each event applied once, in the order of its key; what cannot be applied parks its key and nothing else."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.envelope import type_of, version_of
from ihala_contracts.gateway_v1 import TokenRevoked
from ihala_kit import parked
from ihala_kit.auth import Caller
from ihala_kit.bus import received
from ihala_kit.db import Database
from ihala_kit.fences import Fences, Place
from ihala_kit.inbox import Inbox
from ihala_kit.outbox import emit
from ihala_kit.records import Received
from ihala_kit.release import release_key, skip_first
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.kit.broker.outbox import until
from tests.kit.samples import record, revoked

NAME = (type_of(TokenRevoked), version_of(TokenRevoked))


class Reader:
    """A reader that leaves a row as its effect and fails when told."""

    def __init__(self) -> None:
        self.failing: dict[str, list[Exception]] = {}

    async def __call__(self, tx: AsyncSession, event: TokenRevoked) -> None:
        await tx.execute(text("INSERT INTO reader VALUES (:name, clock_timestamp())"), {"name": f"{event.key} {event.jti} {uuid4()}"})
        if self.failing.get(event.jti):
            raise self.failing[event.jti].pop()


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def inbox(kit_db: Database, reader: Reader) -> Inbox:
    return Inbox(kit_db, "test", {NAME: reader})


async def effects(database: Database, key: UUID) -> list[str]:
    """Return what was applied for `key`, in the order in which it was."""
    async with database.transaction(Caller.system("test")) as tx:
        query = text("SELECT consumer FROM reader WHERE consumer LIKE :key ORDER BY caught_up_at")
        return [str(row.consumer).split(" ")[1] for row in await tx.execute(query, {"key": f"{key} %"})]


def series(key: UUID, *names: str, start: int = 1) -> list[Received]:
    return [record(revoked(key, name), number) for number, name in enumerate(names, start)]


async def test_a_second_delivery_changes_nothing(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key = uuid4()
    batch = series(key, "a", "b", "c")
    await inbox.apply(batch)
    await inbox.apply(batch)
    await inbox.apply(batch[1:] + batch[:1])
    assert await effects(kit_db, key) == ["a", "b", "c"]


async def test_a_batch_that_waited_for_another_sees_what_that_one_applied(kit_db: Database) -> None:
    key = uuid4()
    first, second = [r.envelope for r in series(key, "a", "b") if r.envelope]
    async with kit_db.transaction(Caller.system("test")) as tx:
        async with kit_db.transaction(Caller.system("other")) as other:
            theirs = await Fences.lock(other, "test", [first])
            waiting = asyncio.create_task(Fences.lock(tx, "test", [first, second]))
            await until(lambda: somebody_waits(other))
            theirs.advance(first)
            theirs.save(other)
            await parked.park(other, "test", record(revoked(key, "d"), 4), "gap")
        ours = await waiting
    assert (ours.places["gateway", key], ours.seen, ours.waiting) == (Place(1, 1), {first.id}, {("gateway", key)})


async def somebody_waits(tx: AsyncSession) -> bool:
    return bool(await tx.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


async def test_what_batches_cost_is_three_messages(kit_db: Database) -> None:
    async def reader(tx: AsyncSession, event: TokenRevoked) -> None:
        emit(tx, event)

    inbox, said = Inbox(kit_db, "test", {NAME: reader}), list[str]()
    async with kit_db.transaction(Caller.system("test")) as tx:
        driver: Any = (await (await tx.connection()).get_raw_connection()).driver_connection
    await inbox.apply(series(uuid4(), "a"))  # the driver learns the types
    await asyncio.sleep(0)
    driver.add_query_logger(lambda record: said.append(record.query))
    await inbox.apply([*series(uuid4(), "a", "b"), *series(uuid4(), "c")])
    await asyncio.sleep(0)
    assert [query.split("(")[0].split()[0] for query in said] == ["BEGIN;SELECT", "SELECT", "SELECT"]
    assert said[2].endswith("COMMIT;")


async def test_without_the_inbox_a_second_delivery_is_applied_again(kit_db: Database, reader: Reader) -> None:
    key = uuid4()
    inbox = Inbox(kit_db, "test", {NAME: reader})
    inbox.once = False
    batch = series(key, "a")
    await inbox.apply(batch)
    await inbox.apply(batch)
    assert await effects(kit_db, key) == ["a", "a"]


async def test_keys_keep_their_order_in_a_mixed_batch(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    keys = [uuid4() for _ in range(5)]
    batches = [series(key, "1", "2", "3", "4") for key in keys]
    await inbox.apply([batch[n] for n in range(4) for batch in batches])
    assert [await effects(kit_db, key) for key in keys] == [["1", "2", "3", "4"]] * 5


async def test_types_that_are_not_read_still_move_the_fence(kit_db: Database, reader: Reader) -> None:
    key = uuid4()
    first, second = series(key, "a", "b")
    await Inbox(kit_db, "test", {}).apply([first])
    await Inbox(kit_db, "test", {NAME: reader}).apply([second])
    assert await effects(kit_db, key) == ["b"]


async def test_a_gap_holds_its_key_until_the_operator_releases_it(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key, other = uuid4(), uuid4()
    _, second, third = series(key, "a", "b", "c")
    await inbox.apply([second, third, *series(other, "x")])
    assert (await effects(kit_db, key), await effects(kit_db, other)) == ([], ["x"])
    async with kit_db.transaction(Caller.system("test")) as tx:
        [waiting] = [found for found in await parked.keys_waiting(tx, "test") if found.key == key]
    assert (waiting.events, waiting.error) == (2, "gap")


async def test_what_fails_for_good_parks_its_key_and_the_rest_flows(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key, other = uuid4(), uuid4()
    reader.failing["b"] = [ValueError("bad")] * 4
    await inbox.apply([*series(key, "a", "b", "c"), *series(other, "x", "y")])
    await inbox.apply(series(key, "d", start=4))
    assert (await effects(kit_db, key), await effects(kit_db, other)) == (["a"], ["x", "y"])
    reader.failing["b"] = []
    assert await release_key(kit_db, inbox, key) == (3, None)
    assert await effects(kit_db, key) == ["a", "b", "c", "d"]
    await inbox.apply(series(key, "e", start=5))
    assert await effects(kit_db, key) == ["a", "b", "c", "d", "e"]


async def test_release_stops_at_the_event_that_fails_again(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key = uuid4()
    reader.failing["a"] = [ValueError("bad")] * 8
    await inbox.apply(series(key, "a", "b"))
    assert await release_key(kit_db, inbox, key) == (0, "ValueError")
    assert await effects(kit_db, key) == []


async def test_a_skipped_event_is_kept_with_its_reason_and_the_rest_waits_for_release(
    kit_db: Database, inbox: Inbox, reader: Reader
) -> None:
    key = uuid4()
    reader.failing["a"] = [ValueError("bad")] * 8
    batch = series(key, "a", "b")
    await inbox.apply(batch)
    assert str(await skip_first(kit_db, inbox, key, "known to be harmless")) == batch[0].headers["ce_id"]
    assert await effects(kit_db, key) == []
    assert await release_key(kit_db, inbox, key) == (1, None)
    assert await effects(kit_db, key) == ["b"]
    async with kit_db.transaction(Caller.system("test")) as tx:
        rows = await tx.execute(text("SELECT state, reason FROM parked WHERE key = :key ORDER BY id"), {"key": key})
        assert [tuple(row) for row in rows] == [("skipped", "known to be harmless"), ("released", None)]


async def test_a_fault_that_passes_is_retried_until_it_has_passed(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key = uuid4()
    reader.failing["a"] = [OperationalError("away", {}, Exception())] * 5
    await inbox.apply(series(key, "a"))
    assert await effects(kit_db, key) == ["a"]


async def test_undecodable_bytes_are_kept_and_stop_nothing(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key = uuid4()
    broken = Received("ihala.gateway.v1", 3, 17, {"ce_id": "no"}, b"\xff\xfe", None)
    await inbox.apply([broken, *series(key, "a")])
    await inbox.apply([broken])
    assert await effects(kit_db, key) == ["a"]
    async with kit_db.transaction(Caller.system("test")) as tx:
        found = await tx.execute(text("SELECT count(*) FROM parked WHERE source = 'unknown' AND position = 17"))
        assert found.scalar_one() == 1


async def test_a_record_whose_headers_no_table_can_hold_stops_nothing(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key, named = uuid4(), [("a\0b", b"\0\xff"), ("ce_id", b"\0")]
    came: Any = SimpleNamespace(topic="ihala.gateway.v1", partition=3, offset=18, key=b"\0", value=b"\0", headers=named)
    await inbox.apply([received(came), *series(key, "a")])
    assert await effects(kit_db, key) == ["a"]
    async with kit_db.transaction(Caller.system("test")) as tx:
        found = await tx.execute(text("SELECT headers FROM parked WHERE source = 'unknown' AND position = 18"))
        assert found.scalar_one() == {"a\ufffdb": "\ufffd\ufffd", "ce_id": "\ufffd"}


async def test_a_restored_source_begins_a_new_epoch(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key = uuid4()
    await inbox.apply(series(key, "a", "b"))
    await inbox.apply([record(revoked(key, "c"), 1, epoch=2), record(revoked(key, "old"), 3, epoch=1)])
    assert await effects(kit_db, key) == ["a", "b", "c"]
