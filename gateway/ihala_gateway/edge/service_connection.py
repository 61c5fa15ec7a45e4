"""One connection to a service: HTTP/1.1 by httptools, one request at a time, bodies streamed in both directions.

Nothing is collected: of an answer that its caller does not read only so much waits here, then the service waits, too. A connection is
kept for a further request only if this one was sent whole and answered whole, and nothing came that nobody asked for.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import httptools
from ihala_kit.problems import Problem

from ihala_gateway.edge.body import CallerGone

LARGEST_HEAD = 64 * 1024  # bytes of an answer's head, as they come
READ_AHEAD = 64 * 1024  # bytes of an answer that wait for its caller
_EMPTY = (204, 304)


class Failed(Exception):
    """There is no answer, or not all of it. The text says why, for our log."""


class Gone(Failed):
    """Nobody listens, or the connection was closed before an answer began: a service that is just being restarted."""


class Silent(Failed):
    """The service took the request and has said nothing for too long."""


class Request(NamedTuple):
    """What is sent. `head` ends with the empty line; `body` is all of it, or its pieces, which `chunked` tells apart for the service."""

    method: str
    head: bytes
    body: bytes | AsyncIterator[bytes] = b""
    chunked: bool = False
    silence_seconds: float = 60.0  # longest time in which the service neither reads nor says anything


class ServiceConnection(asyncio.Protocol):
    """`ask`, then `answered`, then `piece` until it gives nothing; then `finish` says whether it may be asked again."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self.idle_since = 0.0  # of the loop's clock, as all times here
        self._asked = False
        self._writable: asyncio.Future[None] | None = None  # while the service does not read as fast as we write
        self._begin(Request("", b""))

    def _begin(self, request: Request) -> None:
        self._request = request
        self._parser = httptools.HttpResponseParser(self)
        self.status = 0  # of the answer, when its head is there
        self.headers: list[tuple[bytes, bytes]] = []  # names in small letters
        self._head_bytes = 0
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0
        self._paused = False
        self._complete = self._surplus = False
        self._keeps = False  # the service will take another request after this one
        self._until_end = False  # the end of the connection is the end of the answer
        self._failure: BaseException | None = None
        self._news: asyncio.Future[None] | None = None  # somebody waits for what comes next
        self._upload: asyncio.Task[None] | None = None
        self._silent_since: float | None = None  # it is the service's turn since then

    def ask(self, request: Request) -> None:
        """Send a request. A body in pieces is sent in the background."""
        self._begin(request)
        self._asked = True
        if isinstance(request.body, bytes):
            self._transport.write(request.head + request.body)
            self._silent_since = self._loop.time()
        else:
            self._transport.write(request.head)
            self._upload = self._loop.create_task(self._send(request.body, chunked=request.chunked))

    async def answered(self) -> None:
        """Return when the answer's head is there. Raises Failed, and what the body's pieces raise."""
        while not self.status:
            await self._until_news()

    async def piece(self) -> bytes:
        """Return what has come of the answer's body since, waiting for something; nothing after its end. Raises as `answered` does."""
        while not self._pieces:
            if self._complete:
                return b""
            await self._until_news()
        found = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._waiting_bytes = 0
        if self._paused and not self._complete:
            self._paused, self._silent_since = False, self._loop.time()
            self._transport.resume_reading()
        return found

    @property
    def whole(self) -> bool:
        """Tell whether nothing of the answer's body will come after what `piece` gives next, or has given."""
        return self._complete

    def finish(self) -> bool:
        """End this exchange; return whether the connection can take another one. One that cannot is closed."""
        self._asked, self._silent_since = False, None
        sent = self._upload is None or (self._upload.done() and self._failure is None)
        if self._upload is not None:
            self._upload.cancel()
        if self._complete and sent and self._keeps and not self._surplus and self._writable is None and self.is_open:
            if self._paused:
                self._transport.resume_reading()
            return True
        self.close()
        return False

    @property
    def is_open(self) -> bool:
        """Tell whether it can be asked, as far as we know: the service may be just closing it."""
        return not self._transport.is_closing()

    def close(self) -> None:
        """End the connection at once, whatever is on its way."""
        self._transport.abort()

    def look(self, now: float) -> None:
        """Give up a service that has been silent for too long."""
        if self._silent_since is not None and now - self._silent_since > self._request.silence_seconds:
            self._fail(Silent("silent"))

    # What asyncio calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """End: that of an answer too, if it said so and the service closed in order."""
        if self._until_end and exc is None:
            self.on_message_complete()
        self._fail(Failed("broken off") if self.status else Gone("closed"))
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Take a part of the answer."""
        if not self._asked or self._complete:
            self._surplus = True
            self._transport.abort()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._surplus = True
            self._fail(Failed("no HTTP"))
        if not self.status:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._fail(Failed("endless head"))
        if self._silent_since is not None:
            self._silent_since = self._loop.time()
        self._wake()

    def pause_writing(self) -> None:
        """The service does not read as fast as we write."""
        self._writable = self._loop.create_future()
        self._silent_since = self._loop.time()

    def resume_writing(self) -> None:
        """It has read on."""
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)
        if self._upload is not None and not self._upload.done():
            self._silent_since = None  # it is the caller's turn

    # What httptools calls.

    def on_message_begin(self) -> None:
        """An answer begins; one after the whole answer is one that nobody asked for."""
        self._surplus = self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes after a body is none."""
        if not self.status:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is there; one before the real one (1xx) says nothing."""
        status = self._parser.get_status_code()
        if self._complete or status < 200:
            self.headers = []
            return
        names = {name for name, _ in self.headers}
        empty = self._request.method == "HEAD" or status in _EMPTY
        self._until_end = not empty and b"content-length" not in names and b"transfer-encoding" not in names
        self._keeps = self._parser.should_keep_alive()
        self.status = status
        if self._request.method == "HEAD":  # the parser would wait for the body that its head tells of
            self.on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if self._complete:
            self._surplus = True
            return
        self._pieces.append(body)
        self._waiting_bytes += len(body)
        if self._waiting_bytes > READ_AHEAD and not self._paused:
            self._paused, self._silent_since = True, None
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """The answer is whole, unless it was one before the real one."""
        if self.status:
            self._complete, self._silent_since = True, None
            self._wake()

    # Our own.

    async def _send(self, pieces: AsyncIterator[bytes], *, chunked: bool) -> None:
        try:
            async for piece in pieces:
                if self._writable is not None:
                    await self._writable
                if piece:
                    self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                self._transport.write(b"0\r\n\r\n")
        except (Problem, CallerGone) as error:  # whoever waits for the answer learns it
            self._fail(error)
        except BaseException as error:
            self._fail(error)
            raise
        else:
            self._silent_since = None if self._complete else self._loop.time()

    async def _until_news(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._news = self._loop.create_future()
        await self._news

    def _wake(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def _fail(self, error: BaseException) -> None:
        """Nothing more comes of this exchange, unless it is over already."""
        if not self._complete and self._failure is None:
            self._failure = error
        self._silent_since = None
        if self.is_open:
            self._transport.abort()
        self._wake()
