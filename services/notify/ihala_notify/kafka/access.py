"""Keeps Kafka's list of who may read as the table says: what changed at once, and everything once a minute.

What is denied goes first. What was done is written down, wanted or not by then, and is due again where it is not: so a process that was
frozen in between leaves no right behind that its successor took away. A question that already waits at the broker is
answered without asking the list again, so after a right was taken away something is written that may be known (repeating.py).
"""

import asyncio
import logging
import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.bus import BusError
from ihala_kit.db import Database
from ihala_kit.measuring import gauges
from ihala_kit.waiting import is_set_within
from sqlalchemy import text

from ihala_notify.kafka.broker import Broker, BrokerAway
from ihala_notify.kafka.names import Right, rights, topic_of
from ihala_notify.kafka.repeating import repeat_newest

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
COMPARE_EVERY_SECONDS = 60.0
AT_ONCE = 200

_DUE = text("""
    SELECT client_id, organization_id, allowed FROM kafka_client WHERE listed IS DISTINCT FROM allowed
    ORDER BY allowed, client_id LIMIT :most
""")
_DONE = text("UPDATE kafka_client SET listed = :allowed WHERE client_id = ANY(CAST(:clients AS text[]))")
_ALLOWED = text("SELECT client_id, organization_id FROM kafka_client WHERE allowed")
_MISSING = text("SELECT organization_id FROM kafka_topic WHERE open AND made_at IS NULL LIMIT :most")
_THERE = text("SELECT organization_id FROM kafka_topic WHERE made_at IS NOT NULL")
_WAITING = text("""
    SELECT coalesce(sum(greatest(
        0, c.position - greatest(t.position, c.purged_to, CASE WHEN c.position > start.position THEN start.position END))), 0)
    FROM feed_start AS start, kafka_topic t JOIN feed_counter c USING (organization_id) WHERE t.open
""")
_MADE = text("UPDATE kafka_topic SET made_at = :at WHERE organization_id = ANY(CAST(:organizations AS uuid[]))")
_GONE = text("UPDATE kafka_topic SET made_at = NULL, position = 0 WHERE organization_id = ANY(CAST(:organizations AS uuid[]))")


class AccessLists:
    """The list and the topics behind it. `follow` runs in one process at a time."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._compared_at = float("-inf")
        self.woken = asyncio.Event()

    async def follow(self, database: Database) -> None:
        """Keep it so until cancelled; while Kafka is away nobody reads there anyway."""
        while True:
            self.woken.clear()
            try:
                more = await self.settle(database)
                if time.monotonic() - self._compared_at > COMPARE_EVERY_SECONDS:
                    more += await self.compare(database)
                    self._compared_at = time.monotonic()
            except (BrokerAway, BusError) as error:
                log.warning("access to Kafka was not brought up to date", extra={"error": str(error) or type(error).__name__})
                more = 0
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            if not more:
                await is_set_within(self.woken, LOOK_EVERY_SECONDS)

    async def settle(self, database: Database) -> int:
        """Do what is due; return how many clients and topics that were. Raises BrokerAway."""
        async with database.transaction(Caller.system("kafka")) as tx:
            due = (await tx.execute(_DUE, {"most": AT_ONCE})).all()
            missing = (await tx.execute(_MISSING, {"most": AT_ONCE})).scalars().all()
        await self._deny(database, [row.client_id for row in due if not row.allowed])
        await self._make(database, missing)
        await self._allow(database, [right for row in due if row.allowed for right in rights(row.client_id, row.organization_id)])
        return len(due) + len(missing)

    async def compare(self, database: Database) -> int:
        """Bring the whole list to what the table says; return how many clients and topics differed. Raises BrokerAway."""
        listed, there = await self._broker.listed(), await self._broker.topics()
        async with database.transaction(Caller.system("kafka")) as tx:
            allowed = {row.client_id: rights(row.client_id, row.organization_id) for row in await tx.execute(_ALLOWED)}
            gone = [each for each in (await tx.execute(_THERE)).scalars() if topic_of(each) not in there]
            if gone:
                await tx.execute(_GONE, {"organizations": gone})  # and written from the feed's beginning
            gauges().set("partners.waiting", int((await tx.execute(_WAITING)).scalar_one()), "{event}")
        strays = [client_id for client_id, held in listed.items() if held - allowed.get(client_id, frozenset())]
        lacking = {client_id for client_id, wanted in allowed.items() if client_id in strays or wanted - listed.get(client_id, frozenset())}
        await self._deny(database, strays)
        await self._allow(database, [right for client_id in lacking for right in allowed[client_id]])
        return len(gone) + len(lacking.union(strays))

    async def _deny(self, database: Database, clients: Collection[str]) -> None:
        await self._broker.deny(clients)
        await repeat_newest(database, clients)
        await self._done(database, clients, allowed=False)

    async def _allow(self, database: Database, wanted: Collection[Right]) -> None:
        await self._broker.allow(wanted)
        await self._done(database, {right.client_id for right in wanted}, allowed=True)

    async def _make(self, database: Database, organizations: Collection[UUID]) -> None:
        await self._broker.make_topics(organizations)
        if organizations:
            async with database.transaction(Caller.system("kafka")) as tx:
                await tx.execute(_MADE, {"at": datetime.now(UTC), "organizations": list(organizations)})

    async def _done(self, database: Database, clients: Iterable[str], *, allowed: bool) -> None:
        if ids := sorted(clients):
            async with database.transaction(Caller.system("kafka")) as tx:
                await tx.execute(_DONE, {"clients": ids, "allowed": allowed})
