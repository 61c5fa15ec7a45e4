"""Several workers of one role: they share a port, end together, and end when they are told to."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from ihala_local.ports import any_free

PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from ihala_kit import run
from ihala_kit.db import Database
from ihala_kit.health import Health
from ihala_kit.ids import new_id
from ihala_kit.service import Service
from ihala_kit.settings import KitSettings
from ihala_kit.workers import run_workers

settings = KitSettings(database_url="postgresql://nobody@127.0.0.1:1/none", master_key="x", port=int(sys.argv[1]))

def served(database):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            body = f"{os.getpid()} {new_id()}".encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
            await send({"type": "http.response.body", "body": body})
        else:
            while (what := (await receive())["type"]) != "lifespan.shutdown":
                await send({"type": what + ".complete"})
            await send({"type": "lifespan.shutdown.complete"})
    return app

service = Service("small", "Small", "1", settings, Path("none"), asgi=served)

async def serve():
    await run._until_stopped([asyncio.create_task(run._serve(service, Database(settings), Health()))])

new_id()  # what makes ids has begun before the fork
sys.exit(run_workers(service, 2, lambda: asyncio.run(serve())))
"""


@asynccontextmanager
async def workers() -> AsyncIterator[tuple[Process, int]]:
    """Start two; gives their first process and the port."""
    port = any_free()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, str(port), stderr=PIPE)
    try:
        yield process, port
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def asked(port: int) -> tuple[int, str]:
    """Return the process that answered and the id it made."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    process, made = answer.rpartition(b"\r\n\r\n")[2].decode().split()
    return int(process), made


async def both(port: int) -> set[int]:
    """Ask until both have answered; return who they are. No id is made twice."""
    seen, ids = set(), []
    async with asyncio.timeout(20):
        while len(seen) < 2:
            with suppress(OSError, ValueError):
                for process, made in await asyncio.gather(*(asked(port) for _ in range(20))):
                    seen.add(process)
                    ids.append(made)
            await asyncio.sleep(0.02)
    assert len(set(ids)) == len(ids)
    return seen


async def test_workers_share_a_port_and_end_together() -> None:
    async with workers() as (stopped, port), workers() as (failing, other_port):  # they start side by side
        seen, failed = await both(port), await both(other_port)
        assert stopped.pid not in seen and failing.pid not in failed
        stopped.send_signal(signal.SIGTERM)
        os.kill(min(failed), signal.SIGKILL)
        assert [await asyncio.wait_for(process.wait(), 10) for process in (stopped, failing)] == [0, 1]
        for each in seen | failed:
            with pytest.raises(ProcessLookupError):
                os.kill(each, 0)
