"""Several workers of one role: they share a port, end together, and end when they are told to."""

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from ihala_kit.listening import _bound, listener, offering
from ihala_kit.workers import _stop as stop_workers
from ihala_local.ports import any_free

PROGRAM = """
import os, sys
from types import SimpleNamespace
from ihala_kit.ids import new_id
from ihala_kit.listening import listener
from ihala_kit.workers import run_workers

settings = SimpleNamespace(host="127.0.0.1", port=int(sys.argv[1]), handover=None)

def serve():
    listening = listener(settings.host, settings.port)
    listening.listen()
    while True:
        asking, _ = listening.accept()
        with asking:
            asking.sendall(f"{os.getpid()} {new_id()}".encode())

new_id()  # what makes ids has begun before the fork
sys.exit(run_workers(settings, 2, serve))
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
    process, made = (await reader.read()).decode().split()
    writer.close()
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


def test_a_worker_that_is_gone_does_not_keep_the_others() -> None:
    gone, living = (subprocess.Popen([sys.executable, "-c", code]) for code in ("", "import time; time.sleep(60)"))
    gone.wait()
    for order in ([gone.pid, living.pid], [living.pid, gone.pid]):
        stop_workers(order)
    assert living.wait() == -signal.SIGTERM


def test_a_socket_is_taken_over_by_a_hosts_name_too(tmp_path: Path) -> None:
    port = any_free()

    async def given() -> bool:
        with _bound("127.0.0.1", port) as ours, offering(ours, tmp_path / "handover"):
            theirs = await asyncio.to_thread(listener, "localhost", port, tmp_path / "handover")
            with theirs:
                return os.fstat(ours.fileno()).st_ino == os.fstat(theirs.fileno()).st_ino  # the same queue, not another of that port

    assert asyncio.run(given())


async def test_workers_share_a_port_and_end_together() -> None:
    async with workers() as (stopped, port), workers() as (failing, other_port):  # they start side by side
        seen, failed = await both(port), await both(other_port)
        assert stopped.pid not in seen and failing.pid not in failed
        stopped.send_signal(signal.SIGTERM)
        os.kill(min(failed), signal.SIGKILL)
        assert [await asyncio.wait_for(process.wait(), 30) for process in (stopped, failing)] == [0, 1]
        for each in seen | failed:
            with pytest.raises(ProcessLookupError):
                os.kill(each, 0)
