"""Sees every event as it appears on Kafka: what the story shows is what really happened there."""

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, Message, TopicPartition

from ihala_local.ports import APPS
from ihala_local.provision.topics import PARTITIONS, Cluster, topic_of

POLL_SECONDS = 0.2
MORE_THAN_COMES = 1 << 20  # bytes within a beat
LOOK_EVERY_SECONDS = 0.01
LOOK_EVERY_SHARE = 0.02  # of the time waited so far, where that is more: hundreds may wait long for what is on its way


@dataclass(frozen=True)
class Seen:
    """One event: its attributes and its data."""

    type: str
    source: str
    key: str
    sequence: int
    epoch: int
    id: str
    data: dict[str, Any]
    topic: str
    partition: int
    offset: int
    at: float  # when we saw it, by the monotonic clock

    @property
    def name(self) -> str:
        """Return the type as people read it: `referral.accepted`."""
        return self.type.removeprefix("org.ihala.")


class Watch:
    """Follows all topics from now on, in a thread of its own. `every_ms`: Kafka is asked at this beat, however much happens."""

    def __init__(self, cluster: Cluster, *, from_beginning: bool = False, every_ms: int | None = None) -> None:
        self._by_name: dict[str, list[Seen]] = defaultdict(list)
        self._cluster = cluster
        self._start = OFFSET_BEGINNING if from_beginning else OFFSET_END
        self._beat = {"fetch.wait.max.ms": every_ms, "fetch.min.bytes": MORE_THAN_COMES} if every_ms else {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._ready = threading.Event()

    async def __aenter__(self) -> "Watch":
        self._thread.start()
        await asyncio.to_thread(self._ready.wait, 30)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await asyncio.to_thread(self._thread.join, 10)

    async def expect(self, name: str, matches: Callable[[dict[str, Any]], bool] = lambda _: True, within_seconds: float = 30) -> Seen:
        """Return the newest event of that name whose data matches, waiting for it. Raises TimeoutError, naming it."""
        began, looked_at = time.monotonic(), 0
        while (waited := time.monotonic() - began) < within_seconds:
            events = self._by_name[name]
            there = len(events)  # the thread goes on adding
            fresh, looked_at = events[looked_at:there], there
            for event in reversed(fresh):
                if matches(event.data):
                    return event
            await asyncio.sleep(max(LOOK_EVERY_SECONDS, LOOK_EVERY_SHARE * waited))
        raise TimeoutError(f"{name} did not come within {within_seconds:g} s")

    def seen(self, name: str) -> list[Seen]:
        """Return the events of that name that came so far."""
        return list(self._by_name[name])

    def since(self, began: float) -> list[Seen]:
        """Return every event that came since an instant of the monotonic clock."""
        return [event for events in list(self._by_name.values()) for event in list(events) if event.at >= began]

    def _follow(self) -> None:
        consumer = Consumer({**self._cluster.sign_in(), "group.id": "none", "enable.auto.commit": False, **self._beat})
        places = [TopicPartition(topic_of(app), n, self._start) for app in APPS for n in range(PARTITIONS)]
        for place in places if self._start == OFFSET_END else ():
            place.offset = consumer.get_watermark_offsets(place, timeout=20)[1]
        consumer.assign(places)
        self._ready.set()
        while not self._stop.is_set():
            message = consumer.poll(POLL_SECONDS)
            if message is not None and not message.error():
                event = seen(message)
                self._by_name[event.name].append(event)
        consumer.close()


def seen(message: Message) -> Seen:
    """Return a Kafka record as an event."""
    headers = {name: value.decode() for name, value in dict(message.headers() or ()).items() if isinstance(value, bytes)}
    return Seen(
        headers["ce_type"], headers["ce_source"].rsplit("/", 1)[-1], headers["ce_partitionkey"], int(headers["ce_sequence"]),
        int(headers["ce_epoch"]), headers["ce_id"], json.loads(message.value() or b"{}"), message.topic() or "",
        message.partition() or 0, message.offset() or 0, time.monotonic(),
    )  # fmt: skip
