"""`python -m tests.bench.webhook_receiver PORT`: takes POSTs as cheaply as can be, so that the sender is what is measured.

POST /hang… is never answered; GET /stats says how many others came, and when the first and the last did (time.monotonic).
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

_TAKEN = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Counted:
    """What came so far."""

    number, first, last = 0, 0.0, 0.0


class Receiver(asyncio.Protocol):
    """One connection, whose requests come one after the other."""

    def connection_made(self, transport: Any) -> None:
        self.transport, self.read = transport, b""

    def data_received(self, data: bytes) -> None:
        self.read += data
        while True:
            head, found, rest = self.read.partition(b"\r\n\r\n")
            length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            if not found or len(rest) < length:
                return
            self.read = rest[length:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        if head.startswith(b"GET"):
            body = json.dumps([Counted.number, Counted.first, Counted.last]).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            return
        if head.startswith(b"POST /hang"):
            return
        Counted.number, Counted.last = Counted.number + 1, time.monotonic()
        Counted.first = Counted.first or Counted.last
        self.transport.write(_TAKEN)


async def main(port: int) -> None:
    """Serve until ended."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
