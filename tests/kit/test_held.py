"""What nobody here reads waits a moment for what somebody reads, and costs no transaction of its own; offsets never move before it."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest
from ihala_contracts.envelope import type_of, version_of
from ihala_contracts.gateway_v1 import ClientSuspended, TokenRevoked
from ihala_kit import inbox as inboxes
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox
from ihala_kit.records import Received
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.kit.samples import record, revoked

READ = (type_of(ClientSuspended), version_of(ClientSuspended))
KEY = uuid4()


class Coming:
    """A consumer to which these records come, poll by poll; then the reading ends. It notes how much was applied at each commit."""

    def __init__(self, inbox: Inbox, polls: Sequence[list[Received]]) -> None:
        self.polls, self.inbox, self.applied = list(polls), inbox, list[list[int]]()
        self.uncommitted, self.came, self.committed = False, 0, list[tuple[int, int]]()
        self._apply, inbox.apply = inbox.apply, self._noted  # type: ignore[method-assign]

    async def poll(self) -> list[Received]:
        await asyncio.sleep(0)
        if not self.polls:
            raise asyncio.CancelledError
        records = self.polls.pop(0)
        self.came += len(records)
        self.uncommitted = self.uncommitted or bool(records)
        return records

    async def commit(self) -> None:
        self.uncommitted = False
        self.committed.append((self.came, sum(map(len, self.applied))))

    async def lag(self) -> int:
        return 0

    async def _noted(self, records: list[Received]) -> None:
        self.applied.append([one.position for one in records])
        await self._apply(records)


async def reader(tx: AsyncSession, event: ClientSuspended) -> None:
    """Do nothing."""


def unread(*numbers: int) -> list[Received]:
    return [record(revoked(KEY), number) for number in numbers]


def read(number: int) -> Received:
    return record(ClientSuspended(organization_id=KEY, client_id="one", suspended_at=revoked(KEY).revoked_at), number)


async def applied(database: Database, *polls: list[Received]) -> Coming:
    inbox = Inbox(database, "test", {READ: reader})
    coming = Coming(inbox, polls)
    with pytest.raises(asyncio.CancelledError):
        await inbox._follow(coming)  # type: ignore[arg-type]
    return coming


async def place(database: Database) -> int | None:
    async with database.transaction(Caller.system("test")) as tx:
        return (await tx.execute(text("SELECT sequence FROM fence WHERE key = :key"), {"key": KEY})).scalar_one_or_none()


async def test_what_nobody_reads_is_applied_with_the_next_that_somebody_does_in_order(
    kit_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "HOLD_SECONDS", 3600)
    coming = await applied(kit_db, unread(1), unread(2, 3), [read(4)], unread(5), [])
    assert coming.applied == [[1, 2, 3, 4], [5]] and await place(kit_db) == 5
    assert all(came == done for came, done in coming.committed) and coming.committed[-1][0] == 5


async def test_it_waits_no_longer_than_a_moment(kit_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "HOLD_SECONDS", 0)
    assert (await applied(kit_db, unread(1), unread(2))).applied == [[1], [2]]


async def test_what_was_held_at_the_end_comes_again(kit_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "HOLD_SECONDS", 3600)
    coming = await applied(kit_db, unread(1), unread(2))
    assert coming.applied == [] and coming.committed == [] and await place(kit_db) is None
    assert (await applied(kit_db, unread(1, 2), [read(3)])).applied == [[1, 2, 3]] and await place(kit_db) == 3


async def test_what_is_no_event_waits_for_nothing(kit_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "HOLD_SECONDS", 3600)
    broken = Received(TokenRevoked.topic, 0, 7, {}, b"?", None)
    assert (await applied(kit_db, [broken])).applied == [[7]]
