"""The client for programs with asyncio: the same core, the same methods as `Client`, whose docstrings hold here, too."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from uuid import UUID

import httpx2

from ihala_client.base import ENDLESS, Answered, core_of, environment, is_live, page_at, reply_of, sendable, unreachable, wanted_of
from ihala_client.core import Wanted
from ihala_client.errors import Unreachable
from ihala_client.events import LATEST, Event, Place, next_page
from ihala_client.keys import SigningKey
from ihala_client.operation import Listing, Operation
from ihala_client.retrying import Patience
from ihala_client.wire import Flow, Hold, Pause, Reply, Request

Body = TypeVar("Body")
Answer = TypeVar("Answer")
Item = TypeVar("Item")
T = TypeVar("T")


class AsyncClient:
    """One system of one organisation, for one event loop. Close it (`aclose`), or use it in an `async with`."""

    def __init__(
        self,
        address: str,
        client_id: str,
        key: str | Path | SigningKey,
        *,
        key_id: str | None = None,
        issuer: str | None = None,
        scope: str | None = None,
        bound: bool = True,
        language: str = "en",
        patience: Patience | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        """See `Client`."""
        self._core = core_of(address, client_id, key, key_id, issuer, scope, bound, language)
        self._patience = patience or Patience()
        self._http = http or httpx2.AsyncClient()
        self._holding = asyncio.Lock()

    @classmethod
    def from_environment(cls, **more: Any) -> "AsyncClient":
        """See `Client.from_environment`."""
        return cls(**environment(), **more)

    async def call(
        self,
        operation: Operation[Body, Answer],
        body: Body | Mapping[str, Any] | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
        **parameters: Any,
    ) -> Answer:
        """See `Client.call`."""
        return (await self.answered(operation, body, if_match=if_match, idempotency_key=idempotency_key, **parameters)).body

    async def answered(
        self,
        operation: Operation[Body, Answer],
        body: Body | Mapping[str, Any] | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
        media_type: str = "application/json",
        **parameters: Any,
    ) -> Answered[Answer]:
        """See `Client.answered`."""
        wanted = wanted_of(operation, body, parameters, if_match, idempotency_key, media_type)
        reply, tries = await self._called(wanted)
        return Answered(operation.read(reply.content), reply.status, reply.headers, tries)

    async def pages(self, listing: Listing[Any, Item], **parameters: Any) -> AsyncIterator[Item]:
        """See `Client.pages`."""
        wanted: Wanted | None = wanted_of(listing, None, parameters, None, None, "")
        while wanted is not None:
            reply, _ = await self._called(wanted)
            for item in listing.read(reply.content).items:
                yield item
            target = next_page(reply.headers)
            wanted = page_at(target) if target else None

    async def latest(self) -> str:
        """See `Client.latest`."""
        reply, _ = await self._called(Wanted("GET", "/notify/v1/events", {"after": LATEST}))
        place = Place(None)
        place.page(reply.content)
        return place.cursor or ""

    async def events(
        self, after: str | None = None, *, subscription_id: UUID | str | None = None, limit: int = 100, stream: bool = False
    ) -> AsyncIterator[Event]:
        """See `Client.events`."""
        place = Place(after or None, subscription_id, limit, stream)  # an empty file is no cursor
        while True:
            reply, _ = await self._called(place.wanted(), ENDLESS)
            if stream:
                async for event in self._streamed(place, reply):
                    yield event
            else:
                for event in place.page(reply.content):
                    yield event

    async def kafka_token(self) -> str:
        """See `Client.kafka_token`."""
        return await self._run(self._core.kafka_token())

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def _called(self, wanted: Wanted, patience: Patience | None = None) -> tuple[Reply, int]:
        return await self._run(self._core.call(wanted, patience or self._patience))

    async def _streamed(self, place: Place, reply: Reply) -> AsyncIterator[Event]:
        """Yield a stream's events until it ends, as it does after a minute, or breaks."""
        try:
            async for sent in httpx2.EventSource(reply.live):
                event = place.streamed_event(sent.id, sent.data)
                if event is not None:
                    yield event
        except httpx2.TransportError:
            pass  # the place knows how far it came
        finally:
            await reply.live.aclose()
        await asyncio.sleep(ENDLESS.pause(1, None))  # a proxy may end each at once

    async def _run(self, flow: Flow[T]) -> T:
        """Do what the core asks for until it is done."""
        try:
            step = next(flow)
            while True:
                try:
                    done = await self._do(step)
                except Unreachable as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(done)
        except StopIteration as end:
            result: T = end.value
            return result

    async def _do(self, step: Request | Pause | Hold) -> Any:
        if isinstance(step, Pause):
            return await asyncio.sleep(step.seconds)
        if isinstance(step, Hold):
            async with self._holding:
                return await self._run(self._core.hold(step.refused))
        return await self._send(step)

    async def _send(self, request: Request) -> Reply:
        try:
            response = await self._http.send(self._http.build_request(**sendable(request)), stream=True)
            try:
                if not (live := is_live(request, response)):
                    await response.aread()
            except BaseException:
                await response.aclose()
                raise
            return reply_of(response, live=live)
        except httpx2.TransportError as error:
            raise unreachable(request, error) from error
