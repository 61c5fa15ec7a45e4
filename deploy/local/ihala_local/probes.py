"""Whether a server answers: asked in its own protocol, never by waiting a while."""

import asyncio
import struct
from contextlib import suppress

import asyncpg

from ihala_local.ports import HOST
from ihala_local.trouble import Trouble

ANSWER_WITHIN_SECONDS = 2.0
KAFKA_API_VERSIONS = 18


async def http(port: int, path: str, *, tls: bool = False) -> bool:
    """Return whether GET `path` answers 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode()
    answer = await _ask(HOST, port, request, 12, tls=tls)
    return answer.startswith(b"HTTP/1.") and answer[9:12] == b"200"


async def kafka(host: str, port: int) -> bool:
    """Return whether a Kafka broker answers what versions it speaks, which it does before anyone signs in."""
    request = struct.pack(">hhih", KAFKA_API_VERSIONS, 0, 1, -1)
    answer = await _ask(host, port, struct.pack(">i", len(request)) + request, 10)
    return len(answer) == 10 and struct.unpack(">iih", answer)[1:] == (1, 0)


async def postgres(url: str) -> bool:
    """Return whether SELECT 1 works. Raises Trouble when the server is there but does not know our password."""
    try:
        connection = await asyncpg.connect(url, timeout=ANSWER_WITHIN_SECONDS)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        raise Trouble(
            "PostgreSQL refuses our password: its data and secrets.json do not belong together; "
            "`make clean-data` removes both and begins anew."
        ) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    try:
        return bool(await connection.fetchval("SELECT 1") == 1)
    finally:
        await connection.close(timeout=ANSWER_WITHIN_SECONDS)


async def _ask(host: str, port: int, request: bytes, answer_bytes: int, *, tls: bool = False) -> bytes:
    """Return the first bytes of the answer, or b'' when there is none."""
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, ssl=tls or None)
            try:
                writer.write(request)
                return await reader.readexactly(answer_bytes)
            finally:
                writer.close()
    return b""
