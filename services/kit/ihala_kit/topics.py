"""Reading topics from a place to their present end, outside of any group: what a restored service does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from ihala_kit.bus import BusError, received, sign_in
from ihala_kit.records import Received
from ihala_kit.settings import KitSettings
from ihala_kit.stopping import stop

Place = tuple[str, int]  # topic and partition
MOST = 500
SILENT_SECONDS = 30  # a broker that says nothing for so long before the end is a fault


class Cut(Exception):
    """The topic has thrown away what should be read."""


@asynccontextmanager
async def _consumer(settings: KitSettings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**sign_in(settings), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        await consumer.start()
        yield consumer
    finally:
        await stop(consumer)


async def places_at(settings: KitSettings, topic: str, at: datetime | None) -> dict[Place, int]:
    """Return where each partition stood at an instant of real time; without one, where it begins."""
    async with _consumer(settings) as consumer:
        found = [TopicPartition(topic, number) for number in await _numbers(consumer, topic)]
        if at is None:
            return {(topic, one.partition): offset for one, offset in (await consumer.beginning_offsets(found)).items()}
        times = await consumer.offsets_for_times(dict.fromkeys(found, int(at.timestamp() * 1000)))
        ends = await consumer.end_offsets(found)
        return {(topic, one.partition): ends[one] if (held := times[one]) is None else held.offset for one in found}


async def read_from(settings: KitSettings, begins: Mapping[Place, int], *, cut: bool = False) -> AsyncIterator[list[Received]]:
    """Yield what lies behind these places, in the order of each partition, up to the present ends. Raises Cut, BusError.

    With `cut` a place that is thrown away by now stands for the first one that is there.
    """
    async with _consumer(settings) as consumer:
        found = [TopicPartition(*place) for place in begins]
        consumer.assign(found)
        first, ends = await consumer.beginning_offsets(found), await consumer.end_offsets(found)
        at = {one: begins[one.topic, one.partition] for one in found}
        gone = [one for one in found if at[one] < first[one]]
        if gone and not cut:
            raise Cut(", ".join(f"{one.topic}/{one.partition} begins at {first[one]}, not {at[one]}" for one in gone))
        at |= {one: first[one] for one in gone}
        for one, offset in at.items():
            consumer.seek(one, offset)
        while any(at[one] < ends[one] for one in found):
            batches = await asyncio.wait_for(consumer.getmany(timeout_ms=SILENT_SECONDS * 1000, max_records=MOST), SILENT_SECONDS + 5)
            if not batches:
                raise BusError("the broker sends nothing")
            at |= {one: records[-1].offset + 1 for one, records in batches.items()}
            yield [received(record) for records in batches.values() for record in records]


async def _numbers(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    consumer.subscribe([topic])
    async with asyncio.timeout(SILENT_SECONDS):
        while not (found := consumer.partitions_for_topic(topic)):
            await asyncio.sleep(0.05)
    consumer.unsubscribe()
    return sorted(found)
