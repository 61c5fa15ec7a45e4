"""Three integrators who follow what concerns their organisations, each in its own way, and write down what comes and in what order."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiokafka import AIOKafkaConsumer
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError
from ihala_client import AsyncClient, IhalaError, NotGenuine, Webhook
from ihala_local.story.cast import Cast

COMES_AGAIN_SECONDS = 0.5
REFUSED_EVERY = 7  # webhooks: each so many-th is answered with an error, so that it comes again
MOST_REFUSED = 2  # how often one event is: after the third time it would come again later than we wait
FEED, WEBHOOK, KAFKA = "integrator-housing-ninewa", "integrator-housing-telafar", "integrator-housing-zummar"


@dataclass
class Subscriber:
    """Who follows, and every event that came to it, as it came: id, type, subject, sequence, data."""

    way: str
    organization_id: str
    repeats: bool  # whether its way is announced as one on which an event may come twice
    came: list[dict[str, Any]] = field(default_factory=list)


async def follow_feed(client: AsyncClient, mine: Subscriber) -> None:
    """Follow by cursor until cancelled."""
    async for event in client.events(limit=500):
        mine.came.append(
            {"id": str(event.id), "type": event.type, "subject": str(event.subject), "sequence": event.sequence, "data": event.data}
        )


async def take_webhooks(cast: Cast, mine: Subscriber) -> "web.AppRunner":
    """Take webhooks in order, as a subscription of the integrator's sends them, on a free port; return what runs there."""
    verifiers: list[Webhook] = []
    asked, refused = 0, Counter[str]()

    async def take(request: web.Request) -> web.Response:
        nonlocal asked
        body = await request.read()
        try:
            verifiers[0].verify(request.headers, body)
        except NotGenuine:
            return web.Response(status=401)
        asked, event = asked + 1, json.loads(body)
        if asked % REFUSED_EVERY == 0 and refused[event["id"]] < MOST_REFUSED:
            refused[event["id"]] += 1
            return web.Response(status=503)
        mine.came.append(event)
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    wanted = {"kind": "webhook", "url": url, "ordered": True}
    made = (await cast.client(WEBHOOK).post("/notify/v1/subscriptions", wanted, 201)).body
    verifiers.append(Webhook([made["key"]["secret"]]))
    return runner


class _Token(AbstractTokenProvider):
    """A token for Kafka alone, asked for at each connection."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def token(self) -> str:
        return await self.client.kafka_token()


async def follow_kafka(servers: str, client: AsyncClient, mine: Subscriber) -> None:
    """Read the organisation's topic until cancelled; a consumer that fails is replaced by a new one of the same group."""
    while True:
        consumer = AIOKafkaConsumer(
            f"ihala.for.{mine.organization_id}.v1", bootstrap_servers=servers, group_id=f"{mine.organization_id}.soak",
            security_protocol="SASL_PLAINTEXT", sasl_mechanism="OAUTHBEARER", sasl_oauth_token_provider=_Token(client),
            auto_offset_reset="earliest", enable_auto_commit=False,
        )  # fmt: skip
        with contextlib.suppress(KafkaError, OSError, IhalaError):
            try:
                await consumer.start()
                async for record in consumer:
                    headers = {name: value.decode() for name, value in record.headers}
                    about = {"id": headers["ce_id"], "type": headers["ce_type"], "sequence": int(headers["ce_sequence"])}
                    mine.came.append(about | {"subject": record.key.decode(), "data": json.loads(record.value)})
                    await consumer.commit()
            finally:
                await consumer.stop()
        await asyncio.sleep(COMES_AGAIN_SECONDS)


@asynccontextmanager
async def following(cast: Cast) -> AsyncIterator[list[Subscriber]]:
    """Give the three while they follow."""
    feed = Subscriber("feed", cast.client(FEED).organization_id, repeats=False)
    hook = Subscriber("webhook", cast.client(WEBHOOK).organization_id, repeats=True)
    kafka = Subscriber("kafka", cast.client(KAFKA).organization_id, repeats=True)
    servers = f"127.0.0.1:{cast.place.ports.kafka_direct}"
    async with _client(cast, FEED) as of_feed, _client(cast, KAFKA) as of_kafka:
        runner = await take_webhooks(cast, hook)
        tasks = [asyncio.create_task(follow_feed(of_feed, feed)), asyncio.create_task(follow_kafka(servers, of_kafka, kafka))]
        try:
            yield [feed, hook, kafka]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await runner.cleanup()


def _client(cast: Cast, name: str) -> AsyncClient:
    return AsyncClient(cast.demo.base_url, name, Path(cast.demo.client(name)["key_file"]))
