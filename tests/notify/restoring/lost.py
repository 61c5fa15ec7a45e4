"""Notify's database goes back to an earlier copy, and comes back as `ihala restore` has it: own events, then what others said."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import groupby
from typing import Any
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_kit.auth import Caller
from ihala_kit.bus import Received, envelope_of, message
from ihala_kit.inbox import Inbox, handlers_in
from ihala_kit.reapplying import CALLER, RECALLED, apply_keys, by_key, event_of
from ihala_local.beginnings import beginning
from ihala_notify.restoring import RESTORING
from sqlalchemy import text

from tests.notify.peers import Peers
from tests.notify.world import World

MESSAGES = """
    SELECT id, event_id, template, recipient, need_id, operator_id, referral_id, organization_id, service_id, state, reason, failure,
           channel, settled_at IS NOT NULL AS settled, restricted, given FROM message ORDER BY id
"""
CALLS = """
    SELECT id, need_id, operator_id, restricted, reason, rank, state, result, tries, due_at, opened_at, ended_at IS NOT NULL AS ended
    FROM call_task ORDER BY id
"""
ITEMS = "SELECT call_id, message_id, overtaken FROM call_item ORDER BY call_id, message_id"

Mark = Callable[[], Awaitable[None]]
Life = Callable[[World, Peers, Mark], Awaitable[Any]]


class Lost:
    """Notes what others say from the backup on."""

    def __init__(self, world: World, super_url: str) -> None:
        self.world, self._super_url = world, super_url
        self._said: dict[UUID, Received] = {}
        self.last_topic_first = False
        apply = world.inbox.apply

        async def note(records: list[Received]) -> None:
            self._said |= {record.envelope.id: record for record in records if record.envelope}
            await apply(records)

        world.inbox.apply = note  # type: ignore[method-assign]

    @asynccontextmanager
    async def living(self) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
        """Give a function that makes the backup; when the life is over, the database is that again."""
        async with beginning(self._super_url, "backup") as backup:

            async def make_backup() -> None:
                await backup.remember()
                self._said.clear()

            yield make_backup
            self.own = await self.sent()
            await backup.put_back()

    def say(self, event: Event) -> None:
        """Let somebody have said what was not read before the database was lost."""
        record = self.world.record(event)
        assert record.envelope
        self._said[record.envelope.id] = record

    async def sent(self) -> list[Received]:
        """Return everything notify has said, as it lies on its topic."""
        found = []
        async with self.world.database.transaction(Caller.system("test")) as tx:
            for number, row in enumerate((await tx.execute(text("SELECT * FROM outbox ORDER BY seq"))).mappings()):
                one = message(row, "notify")
                headers = {name: value.decode() for name, value in one.headers}
                found.append(Received(one.topic, 0, number, headers, one.value, envelope_of(headers)))
        return found

    async def restore(self) -> list[str]:
        """Apply own events, read again what others said, settle; return the types of what was announced."""
        await self.replay()
        before = len(await self.sent())
        await self.read_again()
        await self.settle()
        return [event.headers["ce_type"].removeprefix("org.ihala.notify.") for event in (await self.sent())[before:]]

    async def replay(self) -> None:
        said: dict[UUID, list[Event]] = {}
        for record in self._said.values():
            event = event_of(record)
            said.setdefault(event.key, []).append(event)
        async with self.world.database.transaction(CALLER) as tx:
            tx.info[RECALLED] = said
            await apply_keys(tx, handlers_in(RESTORING.replays), by_key(self.own))

    async def read_again(self) -> None:
        handlers = {**self.world.service.handlers(), **handlers_in(RESTORING.readers)}
        inbox = Inbox(self.world.database, "notify", handlers, caller=CALLER)
        records = sorted(self._said.values(), key=lambda record: record.topic, reverse=self.last_topic_first)
        for _, of_topic in groupby(records, key=lambda record: record.topic):  # there is no order between topics
            await inbox.apply(list(of_topic))
        assert await self.world.rows("SELECT error FROM parked") == []

    async def settle(self) -> None:
        assert RESTORING.open_keys and RESTORING.settle
        async with self.world.database.transaction(CALLER) as tx:
            for key in await RESTORING.open_keys(tx, None, 1000):
                await RESTORING.settle(tx, key)


async def standing(world: World) -> dict[str, list[dict[str, Any]]]:
    """Return how messages and calls stand, as far as events can tell."""
    return {"messages": await world.rows(MESSAGES), "calls": await world.rows(CALLS), "items": await world.rows(ITEMS)}


def differences(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return what is otherwise, by row and column."""
    found = []
    for what, rows in before.items():
        assert len(rows) == len(after[what]), (what, rows, after[what])
        for old, new in zip(rows, after[what], strict=True):
            found += [f"{what}.{name}: {old[name]} is {new[name]}" for name in old if old[name] != new[name]]
    return sorted(found)
