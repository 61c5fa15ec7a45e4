"""The client for programs without asyncio. Safe to use from several threads."""

import threading
import time
from collections.abc import Iterator, Mapping
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


class Client:
    """One system of one organisation. Tokens are fetched, kept and renewed; what passes by itself is tried again.

    Close it, or use it in a `with`.
    """

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
        http: httpx2.Client | None = None,
    ) -> None:
        """`key` is the file of the private key; `scope` narrows what tokens may do; `language` is that of problems' words (ar, ckb, en).

        Raises ValueError for a key that cannot be used.
        """
        self._core = core_of(address, client_id, key, key_id, issuer, scope, bound, language)
        self._patience = patience or Patience()
        self._http = http or httpx2.Client()
        self._holding = threading.Lock()

    @classmethod
    def from_environment(cls, **more: Any) -> "Client":
        """Return a client of IHALA_URL, IHALA_CLIENT_ID and IHALA_KEY_FILE. Raises IhalaError when one is missing."""
        return cls(**environment(), **more)

    def call(
        self,
        operation: Operation[Body, Answer],
        body: Body | Mapping[str, Any] | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
        **parameters: Any,
    ) -> Answer:
        """Return the answer of an operation (`ihala_client.api`). Raises Problem, TokenRefused, Unreachable."""
        return self.answered(operation, body, if_match=if_match, idempotency_key=idempotency_key, **parameters).body

    def answered(
        self,
        operation: Operation[Body, Answer],
        body: Body | Mapping[str, Any] | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
        media_type: str = "application/json",
        **parameters: Any,
    ) -> Answered[Answer]:
        """Return the answer with status, headers and version (`etag`). A POST without a key of yours gets one, the same over all tries."""
        wanted = wanted_of(operation, body, parameters, if_match, idempotency_key, media_type)
        reply, tries = self._called(wanted)
        return Answered(operation.read(reply.content), reply.status, reply.headers, tries)

    def pages(self, listing: Listing[Any, Item], **parameters: Any) -> Iterator[Item]:
        """Yield the items of a list, page after page as they are wanted."""
        wanted: Wanted | None = wanted_of(listing, None, parameters, None, None, "")
        while wanted is not None:
            reply, _ = self._called(wanted)
            yield from listing.read(reply.content).items
            target = next_page(reply.headers)
            wanted = page_at(target) if target else None

    def latest(self) -> str:
        """Return the cursor of now: take it first, then list what is open, then follow from it."""
        reply, _ = self._called(Wanted("GET", "/notify/v1/events", {"after": LATEST}))
        place = Place(None)
        place.page(reply.content)
        return place.cursor or ""

    def events(
        self, after: str | None = None, *, subscription_id: UUID | str | None = None, limit: int = 100, stream: bool = False
    ) -> Iterator[Event]:
        """Yield what follows the cursor `after` (None: the oldest kept), for ever; each event may come twice, know it by its id.

        Keep `event.cursor` once an event is dealt with. `stream` takes server-sent events in place of long polls. While Ihala is away
        it waits; it raises Problem (`cursor-too-old`: list anew, then follow from `latest()`) and TokenRefused.
        """
        place = Place(after or None, subscription_id, limit, stream)  # an empty file is no cursor
        while True:
            reply, _ = self._called(place.wanted(), ENDLESS)
            if stream:
                yield from self._streamed(place, reply)
            else:
                yield from place.page(reply.content)

    def kafka_token(self) -> str:
        """Return a token for Kafka alone (SASL/OAUTHBEARER), good for at most five minutes. Raises TokenRefused."""
        return self._run(self._core.kafka_token())

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _called(self, wanted: Wanted, patience: Patience | None = None) -> tuple[Reply, int]:
        return self._run(self._core.call(wanted, patience or self._patience))

    def _streamed(self, place: Place, reply: Reply) -> Iterator[Event]:
        """Yield a stream's events until it ends, as it does after a minute, or breaks."""
        try:
            for sent in httpx2.EventSource(reply.live):
                event = place.streamed_event(sent.id, sent.data)
                if event is not None:
                    yield event
        except httpx2.TransportError:
            pass  # the place knows how far it came
        finally:
            reply.live.close()
        time.sleep(ENDLESS.pause(1, None))  # a proxy may end each at once

    def _run(self, flow: Flow[T]) -> T:
        """Do what the core asks for until it is done."""
        try:
            step = next(flow)
            while True:
                try:
                    done = self._do(step)
                except Unreachable as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(done)
        except StopIteration as end:
            result: T = end.value
            return result

    def _do(self, step: Request | Pause | Hold) -> Any:
        if isinstance(step, Pause):
            return time.sleep(step.seconds)
        if isinstance(step, Hold):
            with self._holding:
                return self._run(self._core.hold(step.refused))
        return self._send(step)

    def _send(self, request: Request) -> Reply:
        try:
            response = self._http.send(self._http.build_request(**sendable(request)), stream=True)
            try:
                if not (live := is_live(request, response)):
                    response.read()
            except BaseException:
                response.close()
                raise
            return reply_of(response, live=live)
        except httpx2.TransportError as error:
            raise unreachable(request, error) from error
