"""The connections to one service that are open: taken for a request, given back, and closed before the service does it.

How many there are at most follows from the places at the service (shares.py): each call under way has one.
"""

import asyncio
import ssl
from collections import deque
from urllib.parse import urlsplit

from ihala_gateway.edge.service_connection import Failed, Gone, Request, ServiceConnection

CONNECT_SECONDS = 3.0
KEPT_OPEN_SECONDS = 4.0  # below the 5 seconds after which uvicorn closes an idle connection: or a request meets a closing one


class ServicePool:
    """`asked` gives a connection with an answer on it; `give_back` must follow."""

    def __init__(self, base: str) -> None:
        """`base` is the service's address, as the settings have it."""
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._idle: deque[ServiceConnection] = deque()  # the one used last is the last
        self.busy: set[ServiceConnection] = set()
        self.host = parts.netloc.rpartition("@")[2].encode("ascii")
        self.prefix = parts.path.rstrip("/").encode("ascii")

    async def asked(self, request: Request) -> ServiceConnection:
        """Send a request; return its connection as soon as the answer's head is there. Raises Failed, and what the body's pieces raise."""
        connection = self._kept() or await self._opened()
        self.busy.add(connection)
        try:
            connection.ask(request)
            await connection.answered()
        except BaseException:
            self.give_back(connection)
            raise
        return connection

    def give_back(self, connection: ServiceConnection) -> None:
        """End what was asked on it; keep it if it is good for another request."""
        self.busy.discard(connection)
        if connection.finish():
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)

    def look(self, now: float) -> None:
        """Give up services that are silent, and close what nobody used."""
        for connection in list(self.busy):
            connection.look(now)
        while self._idle and (not self._idle[0].is_open or now - self._idle[0].idle_since > KEPT_OPEN_SECONDS):
            self._idle.popleft().close()

    def close(self) -> None:
        """Close all connections."""
        for connection in (*self.busy, *self._idle):
            connection.close()
        self._idle.clear()

    def _kept(self) -> ServiceConnection | None:
        oldest = asyncio.get_running_loop().time() - KEPT_OPEN_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and connection.idle_since >= oldest:
                return connection
            connection.close()
        return None

    async def _opened(self) -> ServiceConnection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await loop.create_connection(ServiceConnection, self._host, self._port, ssl=self._tls)
        except TimeoutError:
            raise Failed("no connection in time") from None
        except OSError as error:  # ssl.SSLError is one
            raise Gone(type(error).__name__) from None
        return connection
