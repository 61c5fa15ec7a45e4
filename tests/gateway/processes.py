"""Gateway processes of their own, as they are started where they run, which a test may kill."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from ihala_gateway.settings import Settings

AS_INSTALLED = (str(Path(sys.executable).with_name("ihala")),)
# The same program; only that it looks for new keys more often than every twenty seconds, so that a test need not wait for it.
PROGRAM = """
from ihala_gateway import upkeep
upkeep.KEYS_EVERY_SECONDS = 0.2
from ihala_kit.cli import app
app()
"""


@dataclass
class Running:
    """One process, and where it answers."""

    settings: Settings
    program: tuple[str, ...]
    process: Process
    workers: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    async def kill(self) -> None:
        """End it as a power cut would."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def begin_again(self) -> None:
        """Start it anew after it was killed."""
        self.process = await _begun(self.settings, self.program, self.workers)
        await until_ready(self)


@asynccontextmanager
async def running(
    settings: Settings, program: tuple[str, ...] = (sys.executable, "-c", PROGRAM), workers: int = 1
) -> AsyncIterator[Running]:
    """Start a process on a database that exists; with several workers it is their parent."""
    found = Running(settings, program, await _begun(settings, program, workers), workers)
    try:
        await until_ready(found)
        yield found
    finally:
        await found.kill()


async def _begun(settings: Settings, program: tuple[str, ...], workers: int) -> Process:
    told = {
        "DATABASE_URL": settings.database_url, "MASTER_KEY": settings.master_key.get_secret_value(), "ISSUER": settings.issuer,
        "PORT": str(settings.port), "LIMIT_FACTOR": str(settings.limit_factor),
        "UPSTREAMS": json.dumps({name: str(address) for name, address in settings.upstreams.items()}),
    }  # fmt: skip
    told |= {"SEAT_SECRET": settings.seat_secret.get_secret_value()} if settings.seat_secret else {}
    told |= {"OTLP_ENDPOINT": settings.otlp_endpoint} if settings.otlp_endpoint else {}
    environment = os.environ | {f"GATEWAY_{name}": value for name, value in told.items()}
    words = (*program, "run", "gateway", "--role", "api", "--workers", str(workers))
    return await asyncio.create_subprocess_exec(*words, env=environment, stdout=DEVNULL, stderr=DEVNULL)


async def until_ready(found: Running) -> None:
    """Wait until it answers."""
    async with asyncio.timeout(120), aiohttp.ClientSession() as session:
        while True:
            assert found.process.returncode is None, "the process ended"
            with suppress(aiohttp.ClientError):
                async with session.get(f"{found.address}/health/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.02)
