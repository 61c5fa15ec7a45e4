"""A request's body on its way to a service: counted, never collected."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from ihala_kit.problems import BodyTooLarge

from ihala_gateway.errors import BodyTooSlow, UpgradeRefused

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SILENCE_SECONDS = 30.0
SLOWEST = 500  # bytes a second, over the whole body: who sends a byte now and then holds a connection and a place for ever


class CallerGone(Exception):
    """The caller closed the connection before its request was complete."""


class Body:
    """The body of one request. `read_whole` is True once nothing but the caller's leaving can follow."""

    def __init__(self, fields: Mapping[bytes, bytes], receive: Receive, largest: int) -> None:
        self._receive = receive
        self._largest = largest
        self._seen = 0
        self._waited = 0.0  # seconds, for the caller
        self._upgrade = b"upgrade" in fields
        self.declared = fields.get(b"content-length")
        self.read_whole = self.declared in (None, b"0") and b"transfer-encoding" not in fields

    async def opened(self) -> bytes | AsyncIterator[bytes] | None:
        """Return the body: nothing, all of it when it came in one piece, or else an iterator over the pieces.

        Raises UpgradeRefused (400), BodyTooLarge (413), BodyTooSlow (408), CallerGone; the iterator too.
        """
        if self.read_whole:
            return None
        if self._upgrade:
            raise UpgradeRefused
        if self.declared is not None and (len(self.declared) > 18 or int(self.declared) > self._largest):
            raise BodyTooLarge
        piece = await self._next()
        return piece if self.read_whole else self._pieces(piece)

    async def whole(self) -> bytes:
        """Return all of it at once: for our own small forms. Raises as `opened` does."""
        found = await self.opened()
        if found is None or isinstance(found, bytes):
            return found or b""
        return b"".join([piece async for piece in found])

    async def _pieces(self, piece: bytes) -> AsyncIterator[bytes]:
        yield piece
        while not self.read_whole:
            yield await self._next()

    async def _next(self) -> bytes:
        began = time.monotonic()
        try:
            async with asyncio.timeout(min(SILENCE_SECONDS, SILENCE_SECONDS + self._seen / SLOWEST - self._waited)):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow(headers={"Connection": "close"}) from None
        self._waited += time.monotonic() - began
        if message["type"] != "http.request":
            raise CallerGone
        piece: bytes = message.get("body", b"")
        self._seen += len(piece)
        if self._seen > self._largest:
            raise BodyTooLarge
        self.read_whole = not message.get("more_body", False)
        return piece


def given(content: bytes, receive: Receive) -> Receive:
    """Return an ASGI `receive` that gives a body which was read already, and after it what the server says: that the caller left."""
    told = False

    async def once() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": content, "more_body": False}

    return once
