"""The gateway's two seats, so that the same attacks are tried on both: its own server, and nginx in front of it."""

import asyncio
import os
import re
import shutil
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from ihala_gateway.edge.routes import compile_routes
from ihala_gateway.seat import files
from ihala_gateway.settings import Settings

from tests.gateway.house import DOCUMENTS, House, free_port, opened

SEATS = ("built-in", "nginx")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONF = Path(__file__).parents[3] / "deploy" / "nginx" / "nginx.conf"
SECRET = "only-nginx-and-the-gateway-know-this-one"
PATH = "/referral/v1/referrals"
ON_DISK = "on-disk"  # where nginx writes what it does not hold in memory, in folders that stay
MISSING = "nginx is not installed (Debian: nginx-light)"

_NGINX_SAYS = re.compile(rb"HTTP/1\.1 (?:400|405|414|501) .*\r\nServer: nginx\r\n.*<html>", re.DOTALL)


def by_nginx(answer: bytes) -> bool:
    """Tell whether nginx itself refused a request that it does not take for HTTP, before anything of ours saw it."""
    return _NGINX_SAYS.match(answer) is not None


@asynccontextmanager
async def behind_nginx(home: House, folder: Path) -> AsyncIterator[House]:
    """Give a house whose address is nginx's, in front of a further gateway process on the same database."""
    told = home.settings.model_dump() | {"seat_secret": SECRET, "port": free_port()}
    settings = Settings.model_validate(told)
    async with (
        opened(settings, home.upstream, settings.port) as behind,
        nginx(settings, folder) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        yield replace(behind, port=port, session=session)


@asynccontextmanager
async def nginx(settings: Settings, folder: Path) -> AsyncIterator[int]:
    """Run nginx as deploy/nginx has it, with what the gateway writes for it; gives its port."""
    port = free_port()
    files.write(folder, settings, f"127.0.0.1:{port}", "decisions", compile_routes(DOCUMENTS))
    conf = CONF.read_text().replace("worker_processes auto;", "worker_processes 1;").replace(" buffer=64k flush=1s", "")
    conf = conf.replace("proxy_redirect off;", f"proxy_redirect off; proxy_temp_path {ON_DISK} 1;")
    async with running_nginx(conf, folder, port):
        yield port


@asynccontextmanager
async def running_nginx(conf: str, folder: Path, port: int) -> AsyncIterator[int]:
    """Run nginx with this configuration, which makes it listen on `port`; gives the id of its first process."""
    assert NGINX is not None, MISSING
    (folder / CONF.name).write_text(conf)
    more = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")  # the folder is its owner's alone
    words = [NGINX, "-p", f"{folder}/", "-c", CONF.name, "-g", more, "-e", str(folder / "error.log")]
    process = await asyncio.create_subprocess_exec(*words, stderr=DEVNULL)

    def still_there() -> None:
        assert process.returncode is None, (folder / "error.log").read_text()

    try:
        await until_it_listens(port, still_there)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def until_it_listens(port: int, still_there: Callable[[], None] = lambda: None) -> None:
    """Wait until somebody listens there; `still_there` raises when nobody will."""
    async with asyncio.timeout(30):
        while True:
            still_there()
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.02)


def question(token: str, path: str = PATH, method: str = "GET", **more: str) -> dict[str, str]:
    """Return the headers by which nginx asks."""
    return {"X-Ihala-Seat": SECRET, "X-Original-Method": method, "X-Original-URI": path, "Authorization": token, **more}


async def decided(house: House, headers: dict[str, str], path: str = "/decide") -> tuple[int, Any]:
    """Ask as nginx does; return status and headers."""
    async with house.session.get(path, headers=headers) as answer:
        return answer.status, answer.headers
