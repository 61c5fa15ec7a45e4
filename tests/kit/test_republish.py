"""What is repeated: readers that begin late begin whole, in the right place of each key's sequence, and new events do not wait for it."""

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from ihala_contracts.envelope import Event, type_of, version_of
from ihala_contracts.gateway_v1 import TokenRevoked
from ihala_kit import republish as repeating
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox
from ihala_kit.outbox import emit
from ihala_kit.release import release_key, skip_first
from ihala_kit.republish import Repeated, republish, republish_key
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.kit.samples import record, revoked, sent

NAME = (type_of(TokenRevoked), version_of(TokenRevoked))
_THINGS = text("SELECT consumer FROM reader WHERE consumer > :after ORDER BY consumer LIMIT :most")
_LOCKED = text("SELECT consumer, caught_up_at FROM reader WHERE consumer = :name FOR UPDATE")


async def keys(tx: AsyncSession, after: UUID | None, most: int) -> list[UUID]:
    """Things are rows of a table of the kit: their name is their key, their time what changes."""
    return [UUID(row.consumer) for row in await tx.execute(_THINGS, {"after": str(after or ""), "most": most})]


async def events(tx: AsyncSession, key: UUID, whole: bool) -> list[Event]:
    row = (await tx.execute(_LOCKED, {"name": str(key)})).one_or_none()
    return [] if row is None else [revoked(key, f"{row.caught_up_at:%Y}"), *([revoked(key, "whole")] if whole else [])]


THINGS = Repeated("things", keys, events)


async def change(tx: AsyncSession, key: UUID, year: int) -> None:
    """Change a thing and tell of it."""
    row = {"name": str(key), "at": f"{year}-06-01T00:00:00Z"}
    await tx.execute(
        text("""INSERT INTO reader VALUES (:name, CAST(CAST(:at AS text) AS timestamptz))
                ON CONFLICT (consumer) DO UPDATE SET caught_up_at = excluded.caught_up_at"""),
        row,
    )
    emit(tx, revoked(key, str(year)))


async def made(database: Database, number: int) -> list[UUID]:
    found = sorted(uuid4() for _ in range(number))
    async with database.transaction(Caller.system("test")) as tx:
        for key in found:
            await change(tx, key, 2001)
    return found


class Reader:
    """Keeps what was said last of each key; fails on a word when told."""

    def __init__(self) -> None:
        self.said: dict[UUID, list[str]] = {}
        self.failing: set[str] = set()

    async def __call__(self, tx: AsyncSession, event: TokenRevoked) -> None:
        if event.jti in self.failing:
            raise ValueError(event.jti)
        self.said.setdefault(event.key, []).append(event.jti)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def inbox(kit_db: Database, reader: Reader) -> Inbox:
    return Inbox(kit_db, "test", {NAME: reader})


async def states(database: Database, key: UUID) -> list[str]:
    async with database.transaction(Caller.system("test")) as tx:
        return list((await tx.execute(text("SELECT state FROM parked WHERE key = :key ORDER BY id"), {"key": key})).scalars())


async def test_a_reader_that_begins_late_begins_whole(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    known = await made(kit_db, 60)  # more than two pages
    async with kit_db.transaction(Caller.system("test")) as tx:
        await change(tx, known[7], 2002)
        await tx.execute(text("DELETE FROM outbox"))  # what Kafka has thrown away by now
    assert [line async for line in republish(kit_db, [THINGS])] == ["things: 60 keys, 60 events"]
    async with kit_db.transaction(Caller.system("test")) as tx:
        await change(tx, known[8], 2003)
    await inbox.apply(await sent(kit_db))
    assert {key: reader.said[key] for key in known} == {key: ["2001"] for key in known} | {known[7]: ["2002"], known[8]: ["2001", "2003"]}


async def test_a_snapshot_stands_for_what_is_missing_and_what_waits_behind_that(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key = uuid4()
    await inbox.apply([record(revoked(key, "c"), 3), record(revoked(key, "d"), 4)])  # a and b were lost
    assert await states(kit_db, key) == ["waiting", "waiting"]
    await inbox.apply([record(revoked(key, "state"), 5, snapshot=True), record(revoked(key, "f"), 6)])
    assert reader.said[key] == ["state", "f"]
    assert await states(kit_db, key) == ["superseded", "superseded"]


async def test_what_is_missing_behind_a_snapshot_of_the_same_batch_holds_the_key_again(
    kit_db: Database, inbox: Inbox, reader: Reader
) -> None:
    key = uuid4()
    await inbox.apply([record(revoked(key, "c"), 3), record(revoked(key, "state"), 5, snapshot=True), record(revoked(key, "later"), 8)])
    assert reader.said[key] == ["state"]
    assert await states(kit_db, key) == ["superseded", "waiting"]


async def test_a_snapshot_waits_behind_what_failed_until_an_operator_skips_that(kit_db: Database, inbox: Inbox, reader: Reader) -> None:
    key, reader.failing = uuid4(), {"bad"}
    await inbox.apply([record(revoked(key, "bad"), 1), record(revoked(key, "b"), 2), record(revoked(key, "first"), 3, snapshot=True)])
    assert key not in reader.said
    await skip_first(kit_db, inbox, key, "cannot be read")
    await inbox.apply([record(revoked(key, "second"), 4, snapshot=True)])
    assert reader.said[key] == ["second"]
    assert await states(kit_db, key) == ["skipped", "superseded", "superseded"]
    assert await release_key(kit_db, inbox, key) == (0, None)


async def test_a_snapshot_waits_for_whoever_changes_the_thing_and_says_what_came_of_it(
    kit_db: Database, inbox: Inbox, reader: Reader
) -> None:
    [key] = await made(kit_db, 1)
    async with kit_db.transaction(Caller.system("test")) as tx:
        await change(tx, key, 2002)
        await tx.flush()
        repeated = asyncio.create_task(republish_key(kit_db, [THINGS], key))
        await asyncio.sleep(0.05)
        assert not repeated.done()
    assert await repeated == 2
    await inbox.apply(await sent(kit_db))
    assert reader.said[key] == ["2001", "2002", "2002", "whole"]


async def test_new_events_wait_behind_a_few_snapshots_alone(kit_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "WAITING_AT_MOST", 30)
    monkeypatch.setattr(repeating, "PAUSE_SECONDS", 0.001)
    await made(kit_db, 100)
    seen: list[int] = []

    async def relayed() -> None:
        while True:
            async with kit_db.transaction(Caller.system("test")) as tx:
                seen.append(len((await tx.execute(text("DELETE FROM outbox RETURNING seq"))).all()))
            await asyncio.sleep(0.01)

    await _emptied(kit_db)
    relay = asyncio.create_task(relayed())
    assert [line async for line in republish(kit_db, [THINGS])] == ["things: 100 keys, 100 events"]
    relay.cancel()
    assert 0 < max(seen) <= 30 + repeating.KEYS_AT_ONCE


async def _emptied(database: Database) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("DELETE FROM outbox"))


@pytest.mark.parametrize("times", [1, repeating.TRIES])
async def test_what_passes_is_tried_again(kit_db: Database, times: int) -> None:
    [key] = await made(kit_db, 1)
    fails = iter(range(times))

    async def failing(tx: AsyncSession, key: UUID, whole: bool) -> list[Event]:
        if next(fails, None) is not None:
            raise OperationalError("deadlock", {}, Exception())
        return await events(tx, key, whole)

    repeat: Callable[[], object] = lambda: republish_key(kit_db, [Repeated("things", keys, failing)], key)  # noqa: E731
    if times < repeating.TRIES:
        assert await repeat() == 2  # type: ignore[misc]
    else:
        with pytest.raises(OperationalError):
            await repeat()  # type: ignore[misc]


async def test_nothing_is_repeated_of_a_key_that_nobody_knows(kit_db: Database) -> None:
    assert await republish_key(kit_db, [THINGS], uuid4()) == 0
    assert await sent(kit_db) == []
