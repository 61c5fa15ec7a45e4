"""A service's HTTP side in processes of its own, started as they are where it is installed: `ihala run <name> --role api`."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
from aiohttp import web
from ihala_kit.testing import Mint
from ihala_local.ports import any_free

LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Api:
    """Where it answers, who signs its tokens, and its processes, which share the port."""

    address: str
    mint: Mint
    processes: list[psutil.Process]


@asynccontextmanager
async def api(name: str, database_url: str, master_key: str, processes: int = 1) -> AsyncIterator[Api]:
    """Run the API of a service on a database that is there, with tokens of a mint of its own."""
    async with _issuer() as mint, AsyncExitStack() as stack:
        port, own = any_free(), name.upper()
        environment = os.environ | {
            f"{own}_DATABASE_URL": database_url,
            f"{own}_MASTER_KEY": master_key,
            f"{own}_ISSUER": mint.issuer,
            f"{own}_PORT": str(port),
        }
        address = f"http://127.0.0.1:{port}"
        children = [await stack.enter_async_context(_child(name, address, environment)) for _ in range(processes)]
        yield Api(address, mint, children)


@asynccontextmanager
async def _child(name: str, address: str, environment: dict[str, str]) -> AsyncIterator[psutil.Process]:
    program = Path(sys.executable).with_name("ihala")
    child = await asyncio.create_subprocess_exec(program, "run", name, "--role", "api", env=environment, stderr=DEVNULL, stdout=DEVNULL)
    try:
        process = psutil.Process(child.pid)
        await _until_up(address, child, process)
        yield process
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


@asynccontextmanager
async def _issuer() -> AsyncIterator[Mint]:
    """Publish a mint's keys where the gateway publishes its own."""
    port = any_free()
    mint = Mint(issuer=f"http://127.0.0.1:{port}")

    async def keys(_: web.Request) -> web.Response:
        return web.json_response(mint.key_set())

    app = web.Application()
    app.router.add_get("/oauth/internal-jwks", keys)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield mint
    finally:
        await runner.cleanup()


async def _until_up(address: str, child: asyncio.subprocess.Process, process: psutil.Process) -> None:
    """Wait for this one: where it shares a port, those before it answer for it while it still starts."""
    async with aiohttp.ClientSession(address) as session:
        while child.returncode is None:
            with suppress(aiohttp.ClientError):
                async with session.get("/health/live") as answer:
                    if answer.status < 500 and _listens(process):
                        return
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    raise RuntimeError(f"the service ended with {child.returncode}")


def _listens(process: psutil.Process) -> bool:
    return any(one.status == psutil.CONN_LISTEN for one in process.net_connections("tcp"))
