"""Writes each organisation's feed to its topic: in order, everything, and after a fall the last part once more.

How far a topic is written moves after Kafka's answer, and only from where it was read: a process that does not lead any more can send
again what its successor sent, and nothing else. An organisation whose topic fails is put aside for a while, longer each time; the
others go on. One whose feed holds nothing more (what came was over 30 days old) takes no turn from others.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from aiokafka.errors import MessageSizeTooLargeError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError
from ihala_kit.auth import Caller
from ihala_kit.bus import BusError, Message, Producer
from ihala_kit.crash import crash_point
from ihala_kit.db import Database, fetch
from ihala_kit.waiting import is_set_within
from sqlalchemy import text

from ihala_notify.cloud_events import dataschema
from ihala_notify.kafka.names import topic_of

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
GATHER_SECONDS = 0.2  # what a need's way appends in a moment goes in one round; who reads a topic decides nothing within that time
AT_ONCE = 20  # organisations
OF_ONE = 500  # items of each
ASIDE_SECONDS = 30.0  # twice as long with each failure in a row: while one gives no answer, the others of its round wait
MOST_ASIDE_SECONDS = 480.0
SEND_WITHIN_SECONDS = 30.0
OF_ONE_TOPIC = (UnknownTopicOrPartitionError, TopicAuthorizationFailedError, MessageSizeTooLargeError)
OF_ONE_LEADER = (BusError, TimeoutError)  # where others of the same round came through: a topic without a leader gives no answer

_NEXT = text("""
    SELECT turn.organization_id, turn.position AS written, f.position, f.event_id, f.source, f.type, f.subject, f.time,
           CAST(f.data AS text) AS data, f.version, f.appended_at
    FROM (
        SELECT t.organization_id, t.position FROM kafka_topic t JOIN feed_counter c USING (organization_id)
        WHERE t.open AND t.made_at IS NOT NULL AND c.position > greatest(t.position, c.purged_to)
            AND t.organization_id <> ALL(CAST(:aside AS uuid[]))
        ORDER BY t.written_at LIMIT :at_once
    ) AS turn CROSS JOIN LATERAL (
        SELECT * FROM feed WHERE organization_id = turn.organization_id AND position > turn.position ORDER BY position LIMIT :of_one
    ) AS f ORDER BY turn.organization_id, f.position
""")
_WRITTEN = """
    UPDATE kafka_topic SET position = done.after, written_at = $4
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS done (id, before, after)
    WHERE organization_id = done.id AND position = done.before
"""


class Writer:
    """Follows all feeds that somebody reads on Kafka. `follow` runs in one process at a time. `more`: the last round was full."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.more = False
        self._aside: dict[UUID, float] = {}  # organisation -> until when (monotonic seconds)
        self._failures: dict[UUID, int] = {}  # in a row

    async def follow(self, database: Database) -> None:
        """Write until cancelled; begin anew, with a new producer, after a fault of Kafka's."""
        while True:
            try:
                async with Producer(database.settings) as producer:
                    await self._follow(database, producer)
            except (BusError, OSError, TimeoutError) as error:
                log.warning("writing to partners' topics starts anew", extra={"error": type(error).__name__})
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _follow(self, database: Database, producer: Producer) -> None:
        while True:
            self.woken.clear()
            await self.write(database, producer)
            if not self.more:
                await self._wait()

    async def write(self, database: Database, producer: Producer) -> int:
        """Write what comes next of some feeds; return how many items. Raises BusError when Kafka, not one topic, is at fault."""
        now = time.monotonic()
        self._aside = {organization_id: until for organization_id, until in self._aside.items() if until > now}
        async with database.transaction(Caller.system("kafka")) as tx:
            rows = (await tx.execute(_NEXT, {"aside": list(self._aside), "at_once": AT_ONCE, "of_one": OF_ONE})).all()
        feeds = [list(items) for _, items in groupby(rows, key=lambda row: row.organization_id)]
        self.more = len(feeds) == AT_ONCE or any(len(items) == OF_ONE for items in feeds)
        sent = await asyncio.gather(*(_send(producer, items) for items in feeds), return_exceptions=True)
        crash_point("partners.after-ack")
        written = [items for items, error in zip(feeds, sent, strict=True) if error is None]
        await _written(database, written)
        for items in written:
            self._failures.pop(items[0].organization_id, None)
        failed = {items[0].organization_id: error for items, error in zip(feeds, sent, strict=True) if error is not None}
        for organization_id, error in failed.items():
            if isinstance(error, OF_ONE_TOPIC) or (written and isinstance(error, OF_ONE_LEADER)):
                self._put_aside(organization_id, error)
        for error in failed.values():
            if not isinstance(error, OF_ONE_TOPIC):
                raise error  # also of one that is aside now: what its producer still holds is not to be relied on
        return sum(len(items) for items in feeds)

    def _put_aside(self, organization_id: UUID, error: BaseException) -> None:
        log.warning("a partner's topic was not written", extra={"organization": str(organization_id), "error": type(error).__name__})
        failures = self._failures[organization_id] = self._failures.get(organization_id, 0) + 1
        self._aside[organization_id] = time.monotonic() + min(ASIDE_SECONDS * 2 ** min(failures - 1, 10), MOST_ASIDE_SECONDS)

    async def _wait(self) -> None:
        if await is_set_within(self.woken, LOOK_EVERY_SECONDS):
            await asyncio.sleep(GATHER_SECONDS)


async def _send(producer: Producer, items: Sequence[Any]) -> None:
    async with asyncio.timeout(SEND_WITHIN_SECONDS):
        await producer.send([message(item) for item in items])


async def _written(database: Database, feeds: Iterable[Sequence[Any]]) -> None:
    done = [(items[0].organization_id, items[0].written, items[-1].position) for items in feeds]
    if done:
        async with database.transaction(Caller.system("kafka")) as tx:
            await fetch(tx, _WRITTEN, *zip(*done, strict=True), datetime.now(UTC))


def message(item: Any) -> Message:
    """Return a row of a feed as a CloudEvent in Kafka's binary mode, as old as the item is: both are kept for 30 days.

    Of what happened at a time that may not be told, the record says the day on which it came, no more.
    """
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(item.event_id),
        "ce_source": f"/ihala/{item.source}",
        "ce_type": item.type,
        "ce_dataschema": dataschema(item.type, item.version),
        "ce_subject": item.subject,
        "ce_partitionkey": item.subject,
        "ce_sequence": str(item.position),
        "content-type": "application/json",
    }
    if item.time is not None:  # not everybody may know when it happened
        attributes["ce_time"] = item.time.isoformat()
    headers = [(name, value.encode()) for name, value in attributes.items()]
    at = item.appended_at if item.time is not None else item.appended_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return Message(topic_of(item.organization_id), item.subject.encode(), headers, item.data.encode(), int(at.timestamp() * 1000))
