"""One connection from outside: uvicorn's HTTP/1.1 with what the open net needs beside it.

A head that comes too slowly, is too long or could be framed in two ways ends the connection, and so does a caller that does not read its
answer. What a TLS client showed as its certificate stands in the scope. All of it costs a request next to nothing: clocks are looked at
once in a while, for a connection and not for a request.
"""

import asyncio
import logging
import re
import time
from typing import Any, ClassVar

from ihala_kit import connection
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

CERTIFICATE = "ihala.client_cert"  # key in the scope: DER, or absent
_HTTP_1_1 = "1.1"
_KNOWN = (_HTTP_1_1, "1.0")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?")  # RFC 9112, 3.2


class OnceAMinute(logging.Filter):
    """Lets uvicorn say once a minute what anybody can make it say: whoever sends what is no HTTP again and again must not fill the log."""

    SAID = "Invalid HTTP request received."

    def __init__(self) -> None:
        super().__init__()
        self._said_at = float("-inf")  # monotonic seconds

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is written."""
        now = time.monotonic()
        if record.msg == self.SAID and now - self._said_at < 60:
            return False
        self._said_at = now if record.msg == self.SAID else self._said_at
        return True


logging.getLogger("uvicorn.error").addFilter(OnceAMinute())


class HeadRefused(Exception):
    """The head could be read in two ways; the parser turns this into a 400 and the end of the connection."""


class Connection(connection.Connection):
    """A connection of a caller's. Times are seconds."""

    LARGEST_HEAD: ClassVar[int] = 32 * 1024  # bytes, request line included; as much may stand beside a body: trailers, sizes of chunks
    HEAD_WITHIN: ClassVar[float] = 10.0  # from the connection's beginning, or from the first byte of a further request
    READ_WITHIN: ClassVar[float] = 60.0  # longest time in which a caller reads nothing of an answer that waits for it
    LOOK_EVERY: ClassVar[float] = 2.0
    LINGER: ClassVar[float] = 1.0  # an idle connection stays that long when we stop: its caller may just be sending

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self._head_since: float | None = self.loop.time()
        self._head_bytes = 0
        self._beside = 0  # bytes since there was something of a body
        self._bodied = False
        self._stuck_since: float | None = None
        self._whole = True  # the last request was read to its end
        self._useless = False  # it was answered before that, and the rest of its body still comes
        self._stopping = False
        tls = transport.get_extra_info("ssl_object")
        self._certificate: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
        self._looking = self.loop.call_later(self.LOOK_EVERY, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; count them while a head is open."""
        if self._whole and self._head_since is None:
            self._head_since = self.loop.time()
        self._bodied = False
        super().data_received(data)
        if self.parser is None:
            return
        if self._head_since is not None:
            self._head_bytes += len(data)
        elif not self._whole:
            self._beside = 0 if self._bodied else self._beside + len(data)
        if self._head_bytes > self.LARGEST_HEAD or self._beside > self.LARGEST_HEAD:
            self._refuse(431)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_bytes = self._beside = 0
        if self._head_since is None:
            self._head_since = self.loop.time()
        if self._certificate is not None:
            self.scope[CERTIFICATE] = self._certificate  # type: ignore[literal-required]

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header of the head. What comes after a body is dropped: it was not there when the request was decided on."""
        if self._head_since is not None:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._bodied = True
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Its head is there. Raises HeadRefused."""
        self._head_since = None
        self._whole = False
        _check(self.parser.get_http_version(), self.headers, self.LARGEST_HEAD)
        super().on_headers_complete()
        if self._stopping:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The request was read to its end."""
        self._whole = True
        self._useless = False
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The caller does not read as fast as we write."""
        self._stuck_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has read on."""
        self._stuck_since = None
        super().resume_writing()

    def shutdown(self) -> None:
        """Stop: what has begun is finished, what comes within a moment is answered as the last, and then the connection ends."""
        self._stopping = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        else:
            self.loop.call_later(self.LINGER, self._end_if_idle)

    def _should_upgrade_to_ws(self) -> bool:
        return False  # nothing here has web sockets

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: whoever asks for an upgrade again and again must not fill the log."""

    def _end_if_idle(self) -> None:
        if (self.cycle is None or self.cycle.response_complete) and not self.transport.is_closing():
            self.transport.close()

    def _look(self) -> None:
        """Let go of who is too slow. A connection that is being closed is looked at too: it ends only when its caller has read the rest."""
        now, closing = self.loop.time(), self.transport.is_closing()
        if closing and self._stuck_since is None:
            self._stuck_since = now
        if self._stuck_since is not None and now - self._stuck_since > self.READ_WITHIN:
            self.transport.abort()
            return
        if not closing:
            self._end_if_slow(now)
        self._looking = self.loop.call_later(self.LOOK_EVERY, self._look)

    def _end_if_slow(self, now: float) -> None:
        if self._head_since is not None and now - self._head_since > self.HEAD_WITHIN:
            self._refuse(408)
        elif self._useless:
            self.transport.close()
        else:
            self._useless = not self._whole and self.cycle is not None and self.cycle.response_complete

    def _refuse(self, status: int) -> None:
        """End the connection, saying why unless an answer to an earlier request is still being written."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()


def _check(version: str, headers: list[tuple[bytes, bytes]], largest: int) -> None:
    """Raise HeadRefused when another server could find another host, or another end of this request, than we do."""
    hosts, lengths, codings, size = 0, 0, [], 0
    for name, value in headers:
        size += len(name) + len(value)
        if name == b"host":
            hosts += 1 if _HOST.fullmatch(value) else 2
        elif name == b"content-length":
            lengths += 1
        elif name == b"transfer-encoding":
            codings.append(value)
    wrong: tuple[Any, ...] = (
        version not in _KNOWN,
        hosts > 1 or (hosts == 0 and version == _HTTP_1_1),
        lengths > 1,
        codings and (lengths or version != _HTTP_1_1 or codings != [b"chunked"]),
        size > largest,
    )
    if any(wrong):
        raise HeadRefused
