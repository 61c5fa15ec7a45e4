"""All places where something may be kept: every table of every database, every topic, every log file, every trace."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiohttp import web
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from ihala_local.place import Place

from tests.e2e.checker import databases

Kept = dict[str, bytes]  # what a place is called -> all that lies there


class Traces:
    """A collector of traces that keeps the bytes as they came."""

    def __init__(self) -> None:
        self.url, self.kept = "", bytearray()

    async def take(self, request: web.Request) -> web.Response:
        """Keep what a service exports."""
        body = await request.read()
        self.kept += gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        return web.Response(content_type="application/x-protobuf")


@asynccontextmanager
async def collector() -> AsyncIterator[Traces]:
    """Collect traces on a free port of this machine."""
    traces, app = Traces(), web.Application(client_max_size=2**26)
    app.add_routes([web.post("/v1/traces", traces.take), web.post("/v1/metrics", traces.take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    traces.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield traces
    finally:
        await runner.cleanup()


async def everything(place: Place, traces: Traces) -> Kept:
    """Read all of it."""
    found: Kept = {"traces": bytes(traces.kept), "sent texts": sent_texts(place)}
    for service, url in databases(place).items():
        found |= {f"{service}: table {table}": content for table, content in (await tables(url)).items()}
    found |= {f"topic {name}": content for name, content in (await asyncio.to_thread(topics, place.kafka_admin.sign_in())).items()}
    return found | {f"log {path.name}": path.read_bytes() for path in place.home.logs.iterdir()}


async def tables(url: str) -> Kept:
    """Return every row of every table of a database, as PostgreSQL writes it: bytes as hex."""
    connection = await asyncpg.connect(url)
    try:
        named = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        names = [row["name"] for row in named]
        return {name: "\n".join(row[0] for row in await connection.fetch(f"SELECT t::text FROM {name} t")).encode() for name in names}
    finally:
        await connection.close()


def topics(sign_in: dict[str, Any]) -> Kept:
    """Return every record of every topic from its beginning: keys, headers and values. Of Kafka's own topics, too."""
    consumer = Consumer({**sign_in, "group.id": "leaks", "enable.auto.commit": False})
    found: dict[str, bytearray] = {}
    try:
        for record in _records(consumer):
            headers = b" ".join(name.encode() + b"=" + (value or b"") for name, value in record.headers() or ())
            found.setdefault(record.topic(), bytearray()).extend(b"%s %s %s\n" % (record.key() or b"", headers, record.value() or b""))
    finally:
        consumer.close()
    return {name: bytes(content) for name, content in found.items()}


def _records(consumer: Consumer) -> Iterator[Any]:
    left = {}
    for name, topic in consumer.list_topics(timeout=20).topics.items():
        for n in topic.partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(name, n), timeout=20)
            if high > low:
                left[name, n] = high
    consumer.assign([TopicPartition(name, n, OFFSET_BEGINNING) for name, n in left])
    while left:
        record = consumer.poll(5)
        if record is None:  # what was compacted away at the end never comes
            return
        assert not record.error(), record.error()
        yield record
        if record.offset() + 1 >= left.get((record.topic(), record.partition()), 1 << 62):
            del left[record.topic(), record.partition()]


def sent_texts(place: Place) -> bytes:
    """Return the texts that went to phones, without the phones: those are how a message gets there."""
    import json

    file = place.home.messages
    return "\n".join(json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()).encode() if file.exists() else b""


def leaks(kept: Kept, found_in: Callable[[bytes], set[str]]) -> list[str]:
    """Return where which word stands, one line each."""
    return [f"{place}: {word}" for place, content in kept.items() for word in sorted(found_in(content))]
