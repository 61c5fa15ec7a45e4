"""A span for each request, where traces are collected; elsewhere the caller's traceparent, or a new one, is simply passed on.

A span is taken down when the request is over, and a background task sends them to the collector. What it does not take is kept for the
next time, as long as there is room.
"""

import asyncio
import logging
import random
import time
from collections import deque

import aiohttp
from ihala_kit.logs import kind_of
from opentelemetry.sdk.resources import Resource

from ihala_gateway.edge import spans
from ihala_gateway.edge.visit import Visit

log = logging.getLogger(__name__)

SEND_EVERY_SECONDS = 1.0
LARGEST_BATCH = 512
MOST_WAITING = 10_000  # spans kept while the collector is away; then the oldest go
ANSWER_WITHIN_SECONDS = 10.0
_AGAIN = frozenset({429, 502, 503, 504})  # OTLP: what is sent once more
_SAMPLED = 1


class Tracing:
    """Begins and ends spans. They hold the route's template, never the path. `run` as a task, `close` at the end."""

    def __init__(self, endpoint: str | None, version: str = "") -> None:
        """`endpoint` is the collector's address; without one nothing is collected."""
        self._address = None if endpoint is None else endpoint.rstrip("/") + "/v1/traces"
        said = Resource.create({"service.name": "ihala-gateway", "service.version": version})
        self._resource = spans.resource({name: str(value) for name, value in said.attributes.items()})
        self.waiting: deque[spans.Finished] = deque(maxlen=MOST_WAITING)

    def begin(self, visit: Visit) -> None:
        """Continue the caller's trace, unless it says that it is not collected; what follows continues this span."""
        if self._address is None or not int(visit.traceparent[53:55], 16) & _SAMPLED:
            return
        visit.parent, visit.began_ns = visit.traceparent, time.time_ns()
        visit.traceparent = f"{visit.parent[:36]}{random.getrandbits(64) or 1:016x}-01"

    def end(self, visit: Visit) -> None:
        """Take the span down, with what became of the request."""
        if visit.parent is not None:
            self.waiting.append(spans.Finished(
                visit.traceparent, visit.parent, visit.began_ns, time.time_ns(), visit.scope["method"], visit.route, visit.status or 0
            ))  # fmt: skip

    async def run(self) -> None:
        """Send what there is, again and again; run as a task."""
        while self._address is not None:
            await asyncio.sleep(SEND_EVERY_SECONDS)
            try:
                await self.send()
            except Exception:  # the next ones may be sent
                log.exception("traces not sent")

    async def close(self) -> None:
        """Send the rest, if the collector takes it."""
        if self._address is not None:
            await self.send()

    async def send(self) -> None:
        """Send all that waits now, or until the collector takes no more."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, headers={"Content-Type": "application/x-protobuf"}) as session:
            while self.waiting:
                batch, taken = [self.waiting.popleft() for _ in range(min(LARGEST_BATCH, len(self.waiting)))], False
                try:
                    taken = await self._taken(session, batch)
                finally:
                    if not taken:
                        self.waiting.extendleft(reversed(batch))
                if not taken:
                    return

    async def _taken(self, session: aiohttp.ClientSession, batch: list[spans.Finished]) -> bool:
        """Send a batch; return whether it is over, since the collector took it or never will."""
        assert self._address is not None, "asked only where traces are collected"
        try:
            async with session.post(self._address, data=spans.encoded(batch, self._resource), allow_redirects=False) as answer:
                if answer.status >= 300:
                    log.warning("traces not sent", extra={"status": answer.status, "spans": len(batch)})
                return answer.status not in _AGAIN
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("traces not sent", extra={"error": kind_of(error), "spans": len(self.waiting)})
            return False
