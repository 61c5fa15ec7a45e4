"""A receiver of webhooks as a small real server, which answers as a test tells it and checks every signature as receivers do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from aiohttp import web
from standardwebhooks.webhooks import Webhook


@dataclass
class Receiver:
    """What came, in its order; `answer` is asked for each request and may wait."""

    secrets: list[str] = field(default_factory=list)
    answer: Callable[[int, dict[str, Any]], Any] = lambda number, event: 204
    address: str = ""
    came: list[dict[str, Any]] = field(default_factory=list)  # every request, also those that were refused
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    callers: set[Any] = field(default_factory=set)  # host and port: a connection each
    at_once: int = 0
    most_at_once: int = 0

    async def take(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), {name.lower(): value for name, value in request.headers.items()}
        for secret in self.secrets:
            Webhook(secret).verify(body, headers)
        event: dict[str, Any] = json.loads(body)
        assert headers["webhook-id"] == event["id"] and headers["content-type"] == "application/cloudevents+json"
        self.came.append(event)
        self.headers.append(headers)
        self.callers.add(request.transport and request.transport.get_extra_info("peername"))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            given = self.answer(len(self.came), event)
            given = await given if asyncio.iscoroutine(given) else given
        finally:
            self.at_once -= 1
        answer = given if isinstance(given, web.Response) else web.Response(status=given)
        if 200 <= answer.status < 300:
            self.taken.append(event)
        return answer

    def sequences(self, subject: str | None = None) -> list[int]:
        """Return the positions of what was taken, of one subject or of all."""
        return [event["sequence"] for event in self.taken if subject in (None, event["subject"])]


@asynccontextmanager
async def receiving(tls: SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Serve a receiver on a free port of this machine."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{any:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    receiver.address = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
