"""What a restored service knows of where it stood: the bookmark of its reader, and which of its own events the backup lacks."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ihala_contracts.envelope import type_of, version_of
from ihala_contracts.gateway_v1 import TokenRevoked
from ihala_kit import restore
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox
from ihala_kit.outbox import emit
from ihala_kit.parked import park
from ihala_kit.reapplying import CALLER, RECALLED, NotRestored, apply_keys, by_key
from ihala_kit.records import Received
from ihala_kit.republish import Repeated, republish
from ihala_kit.restore import Restoring, _raise_epoch
from ihala_kit.settings import KitSettings
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.kit.samples import record, revoked, sent

NAME = (type_of(TokenRevoked), version_of(TokenRevoked))
SERVICE: Any = SimpleNamespace(name="test", settings=None)
_STREAM = text("SELECT epoch, n FROM stream WHERE key = :key ORDER BY epoch")


def at(one: Received, partition: int, position: int) -> Received:
    return Received(one.topic, partition, position, one.headers, one.value, one.envelope)


async def bookmarks(database: Database) -> dict[int, int]:
    async with database.transaction(Caller.system("test")) as tx:
        return {row.partition: row.position for row in await tx.execute(text("SELECT partition, position FROM bookmark"))}


async def test_a_bookmark_stands_where_the_records_began_though_keys_are_applied_in_another_order(kit_db: Database) -> None:
    seen: list[dict[int, int]] = []

    async def handler(tx: AsyncSession, event: TokenRevoked) -> None:
        seen.append(await bookmarks(kit_db))

    inbox = Inbox(kit_db, "test", {NAME: handler})
    low, high = sorted((uuid4(), uuid4()))
    await inbox.apply(
        [at(record(revoked(high, "a"), 1), 3, 70), at(record(revoked(low, "b"), 1), 3, 71), at(record(revoked(low, "c"), 2), 4, 9)]
    )
    assert await bookmarks(kit_db) == {3: 70, 4: 9}
    await inbox.apply([at(record(revoked(low, "d"), 3), 3, 72)])
    assert await bookmarks(kit_db) == {3: 72, 4: 9}
    assert seen[0] == {}, "it is written with what it stands for, not before"


async def test_a_batch_that_fails_moves_no_bookmark_beyond_what_is_kept(kit_db: Database) -> None:
    async def handler(tx: AsyncSession, event: TokenRevoked) -> None:
        if event.jti == "bad":
            raise ValueError("bad")

    inbox = Inbox(kit_db, "test", {NAME: handler})
    await inbox.apply([at(record(revoked(uuid4(), "bad"), 1), 0, 5), at(record(revoked(uuid4(), "good"), 1), 0, 6)])
    assert await bookmarks(kit_db) == {0: 5}


async def said(database: Database, *events: TokenRevoked, snapshot: bool = False) -> list[Received]:
    """Say something and return it as it lies on the topic."""
    async with database.transaction(Caller.system("test")) as tx:
        for event in events:
            emit(tx, event, snapshot=snapshot)
    return await sent(database)


class Applied:
    """Notes what was applied again."""

    def __init__(self, database: Database) -> None:
        self.database, self.words = database, []  # type: ignore[var-annotated]

    async def __call__(self, tx: AsyncSession, event: TokenRevoked) -> None:
        self.words.append(event.jti)
        if event.jti == "announces":
            emit(tx, event)

    async def run(self, records: list[Received]) -> dict[UUID, int]:
        async with self.database.transaction(CALLER) as tx:
            tx.info[RECALLED] = {}
            return await apply_keys(tx, {NAME: self}, by_key(records))  # type: ignore[dict-item]


async def back_to(database: Database, key: UUID, n: int) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("UPDATE stream SET n = :n WHERE key = :key"), {"key": key, "n": n})


async def one(database: Database, statement: Any, **values: Any) -> Any:
    async with database.transaction(Caller.system("test")) as tx:
        return (await tx.execute(statement, values)).all()


async def test_only_what_the_backup_lacks_is_applied_again_once_and_does_not_leave_again(kit_db: Database) -> None:
    key, applied = uuid4(), Applied(kit_db)
    records = await said(kit_db, *(revoked(key, word) for word in "abcd"))
    await back_to(kit_db, key, 2)
    assert await applied.run([*records, records[2]]) == {key: 2}  # the relay sent one twice
    assert applied.words == ["c", "d"]
    assert await one(kit_db, _STREAM, key=key) == [(1, 4)]
    assert await one(kit_db, text("SELECT count(*) FROM outbox")) == [(0,)]
    assert await applied.run(records) == {key: 0}  # a second run
    assert applied.words == ["c", "d"]


async def test_a_topic_that_is_read_from_too_late_is_refused(kit_db: Database) -> None:
    key, applied = uuid4(), Applied(kit_db)
    records = await said(kit_db, *(revoked(key, word) for word in "abcd"))
    await back_to(kit_db, key, 1)
    with pytest.raises(NotRestored, match="goes on with 3, known is 1"):
        await applied.run(records[2:])


async def test_what_is_applied_again_may_announce_nothing(kit_db: Database) -> None:
    key, applied = uuid4(), Applied(kit_db)
    records = await said(kit_db, revoked(key, "announces"))
    await back_to(kit_db, key, 0)
    with pytest.raises(AssertionError, match="announces nothing"):
        await applied.run(records)


async def test_a_state_that_was_told_again_is_known_and_not_applied(kit_db: Database) -> None:
    key, applied = uuid4(), Applied(kit_db)
    records = await said(kit_db, revoked(key, "state"), snapshot=True)
    await back_to(kit_db, key, 0)
    assert (await applied.run(records), applied.words) == ({key: 1}, [])


async def test_the_next_epoch_lies_above_all_that_was_ever_sent_and_counts_from_one(kit_db: Database, kit_settings: KitSettings) -> None:
    key = uuid4()
    async with kit_db.transaction(Caller.system("test")) as tx:  # a later restore of which this backup knows nothing
        await tx.execute(text("INSERT INTO stream VALUES (:key, 1, 7), (:key, 4, 2)"), {"key": key})
    owner = await asyncpg.connect(kit_settings.owner_database_url)
    assert await _raise_epoch(kit_db, owner) == 5
    await owner.close()
    [first] = await said(kit_db, revoked(key, "first"))
    assert first.envelope is not None and (first.envelope.epoch, first.envelope.sequence) == (5, 1)


@pytest.mark.parametrize("said", [timedelta(hours=3), timedelta(hours=-3)], ids=["too late", "early enough"])
async def test_an_instant_too_late_is_read_as_the_one_at_which_the_backup_was_taken(kit_db: Database, said: timedelta) -> None:
    taken = datetime(2027, 3, 1, 2, tzinfo=UTC)
    async with kit_db.transaction(Caller.system("test")) as tx:
        await tx.execute(text("INSERT INTO reader VALUES ('test', :at), ('another', '2020-01-01T00:00Z')"), {"at": taken})
    assert await restore._no_later_than_the_backup(SERVICE, kit_db, taken + said) == min(taken, taken + said)
    assert await restore._no_later_than_the_backup(SERVICE, kit_db, None) is None


async def test_what_waits_parked_in_the_backup_is_recalled(kit_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing_since(*_: Any, **__: Any) -> AsyncIterator[list[Received]]:
        yield []

    monkeypatch.setattr(restore.topics, "read_from", nothing_since)
    event, other = revoked(uuid4(), "waits"), revoked(uuid4(), "skipped")
    async with kit_db.transaction(Caller.system("test")) as tx:
        for one_of_them in (event, other):
            await park(tx, "test", record(one_of_them, 1), "ValueError")
        await tx.execute(text("UPDATE parked SET state = 'skipped' WHERE key = :key"), {"key": other.key})
    how = Restoring("t", (), (TokenRevoked,), (), None)  # type: ignore[arg-type]
    async with kit_db.transaction(Caller.system("test")) as tx:
        lay_parked = await restore.parked.all_waiting(tx, "test")
    found = await restore._recalled(SERVICE, how, lay_parked, {}, cut=False)
    assert {key: [said.jti for said in events] for key, events in found.items()} == {event.key: ["waits"]}  # type: ignore[attr-defined]


async def test_a_key_that_is_left_out_is_neither_told_again_nor_gone_on_with(kit_db: Database) -> None:
    left, known = sorted((uuid4(), uuid4()))
    settled: list[UUID] = []

    async def keys(tx: AsyncSession, after: UUID | None, most: int) -> list[UUID]:
        return [] if after else [left, known]

    async def events(tx: AsyncSession, key: UUID, whole: bool) -> list[TokenRevoked]:
        return [revoked(key, "state")]

    async def settle(tx: AsyncSession, key: UUID) -> None:
        settled.append(key)

    kinds = [Repeated("tokens", keys, events)]
    lines = [line async for line in republish(kit_db, restore._without(kinds, [left]), waiting=False)]
    assert lines == ["tokens: 2 keys, 1 events"]
    assert await one(kit_db, text("SELECT key FROM outbox")) == [(known,)]
    service, how = SimpleNamespace(snapshots=kinds), Restoring("t", (), (), (), settle)
    assert (await restore._settle(service, how, kit_db, [left]), settled) == (2, [known])  # type: ignore[arg-type]
    service.snapshots = []
    assert await restore._settle(service, replace(how, open_keys=keys), kit_db, []) == 2 and settled == [known, left, known]  # type: ignore[arg-type]
