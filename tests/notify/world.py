"""Delivers events to notify the way Kafka does, and looks at what came of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from ihala_contracts.catalogue import type_of
from ihala_contracts.directory_v1 import OrganizationJoined, ServiceChanged
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import NeedIdentified, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.bus import Received, envelope_of
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_kit.inbox import Inbox
from ihala_notify.app import Notify
from ihala_notify.flow import Flow
from sqlalchemy import text

from tests.notify.samples import OPERATOR, RECEIVER, SERVICE, sample

_MORE = """
    WITH n AS (SELECT gen_random_uuid() AS id FROM generate_series(1, :number)), more AS (
        INSERT INTO need SELECT (jsonb_populate_record(need, jsonb_build_object('need_id', n.id))).* FROM need, n
        WHERE need_id = :first RETURNING need_id)
    INSERT INTO message SELECT (jsonb_populate_record(message, jsonb_build_object(
        'id', gen_random_uuid(), 'event_id', gen_random_uuid(), 'need_id', more.need_id))).* FROM message, more
    WHERE message.need_id = :first RETURNING need_id
"""


class World:
    """One notify and its database."""

    def __init__(self, service: Notify, database: Database) -> None:
        self.service, self.database = service, database
        self.inbox = Inbox(database, "notify", service.handlers())
        self._numbers: Counter[tuple[str, UUID]] = Counter()

    def record(self, event: Event, *, at: datetime | None = None, snapshot: bool = False) -> Received:
        """Return the event as a record, numbered within its key."""
        source = event.topic.split(".")[1]
        self._numbers[source, event.key] += 1
        headers = {
            "ce_id": str(new_id()),
            "ce_source": f"/ihala/{source}",
            "ce_type": type_of(type(event)),
            "ce_dataschema": "urn:ihala:schema:x.v1",
            "ce_partitionkey": str(event.key),
            "ce_sequence": str(self._numbers[source, event.key]),
            "ce_epoch": "1",
            "ce_time": (at or datetime.now(UTC)).isoformat(),
            **({"ce_snapshot": "true"} if snapshot else {}),
        }
        return Received(event.topic, 0, 0, headers, event.model_dump_json().encode(), envelope_of(headers))

    async def deliver(self, *events: Event, at: datetime | None = None, snapshot: bool = False) -> None:
        """Deliver the events in one batch, then all of them a second time. None may be parked."""
        records = [self.record(event, at=at, snapshot=snapshot) for event in events]
        await self.inbox.apply(records)
        await self.inbox.apply(records)
        assert await self.rows("SELECT error FROM parked") == []

    async def identify(self, need_id: UUID, *, sensitivity: Sensitivity = Sensitivity.STANDARD, **more: Any) -> None:
        """Let a need be known, and the organisations around it."""
        await self.introduce()
        await self.announce(need_id, sensitivity=sensitivity, **more)

    async def announce(self, need_id: UUID, *, sensitivity: Sensitivity = Sensitivity.STANDARD, **more: Any) -> None:
        """Let a need be known."""
        given = {"need_id": need_id, "sensitivity": sensitivity, "origin_kind": "nngo", "reference": "NIN-7K3F-92QX"} | more
        await self.deliver(sample(NeedIdentified, **given))

    async def introduce(self) -> None:
        """Let operator, provider and its service be known."""
        names = {"ar": "منظمة السكن", "ckb": "ڕێکخراوی خانوو", "en": "Housing Organisation"}
        await self.deliver(
            sample(OrganizationJoined, organization_id=OPERATOR, kind="operator", operator_id=None, phone="+964 700 000 0001"),
            sample(OrganizationJoined, organization_id=RECEIVER, kind="nngo", names=names, phone="+964 700 000 0022"),
            sample(
                ServiceChanged, service_id=SERVICE, organization_id=RECEIVER, address={"ar": "شارع السوق، تلعفر"},
                opening_hours={"ar": "الأحد إلى الخميس"}, documents_to_bring={"ar": "أي وثيقة متوفرة"},
            ),
        )  # fmt: skip

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Return rows as the system sees them."""
        async with self.database.transaction(Caller.system("test")) as tx:
            return [dict(row) for row in (await tx.execute(text(query), values)).mappings()]

    async def feed(self, organization_id: UUID) -> list[dict[str, Any]]:
        """Return an organisation's whole feed."""
        return await self.rows("SELECT * FROM feed WHERE organization_id = :id ORDER BY position", id=organization_id)

    async def queue(self, number: int) -> list[UUID]:
        """Have so many people something to hear, each of a need of their own; return the needs."""
        first = uuid4()
        await self.identify(first)
        return [first, *(row["need_id"] for row in await self.rows(_MORE, number=number - 1, first=first))]

    async def messages(self, need_id: UUID) -> list[tuple[str, str]]:
        """Return template and state of the messages about a need, in their order."""
        rows = await self.rows("SELECT template, state FROM message WHERE need_id = :id ORDER BY id", id=need_id)
        return [(row["template"], row["state"]) for row in rows]

    @property
    def flow(self) -> Flow:
        """Return what sends the messages."""
        job = next(job for job in self.service.jobs if job.name == "send messages")
        flow = getattr(job.run, "__self__", None)
        assert isinstance(flow, Flow)
        return flow

    async def send(self) -> None:
        """Send until nothing is due."""
        await self.flow.drain(self.database)

    async def hurry(self) -> None:
        """Make everything that waits to be tried again due now."""
        await self.rows("UPDATE message SET next_at = now() WHERE next_at IS NOT NULL RETURNING id")

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Run what wakes long polls."""
        task = asyncio.create_task(self.service.wakeups.listen(self.database))
        while not self.service.wakeups.listening:
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
