"""A gateway is replaced by a new process while callers call: nobody notices."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
from ihala_gateway.app import Gateway, create
from ihala_gateway.settings import Settings
from ihala_kit import listening, run
from ihala_local.layout import Layout

from tests.gateway.house import DOCUMENTS, House, Seen, free_port, get

PATH = "/referral/v1/referrals"


def settings_at(home: House, tmp_path: Path, port: int) -> Settings:
    """Return the house's settings for a process that hands its port over."""
    return Settings.model_validate(home.settings.model_dump() | {"port": port, "handover": tmp_path / "port"})


def test_whoever_supervises_it_here_waits_longer_than_it_may_take_to_stop() -> None:
    place = SimpleNamespace(ports=SimpleNamespace(of=lambda _: 1, tls=False))
    grace = Layout.app(SimpleNamespace(place=place), "gateway").grace_seconds  # type: ignore[arg-type]
    assert grace > Settings.model_fields["stop_within_seconds"].default >= 60


def started(home: House, settings: Settings) -> "asyncio.Task[None]":
    """Start what `ihala run gateway --role api` starts, without the process around it; cancelling it is what SIGTERM does."""
    service = replace(create(settings), asgi=lambda _: Gateway(settings, home.database, DOCUMENTS))
    cast = run.Cast(service, ("api",))
    assert cast.app is not None
    return asyncio.create_task(run._serve(service, cast.app))


async def ready(port: int, path: Path, before: int | None = None) -> int:
    """Wait until a process offers its port, another one than `before`, and answers; return which one."""
    async with asyncio.timeout(30):
        while True:
            with suppress(OSError):
                offered = path.stat().st_ino
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                if offered != before:
                    return offered
            await asyncio.sleep(0.01)


async def ended(process: "asyncio.Task[None]") -> None:
    process.cancel()
    with suppress(asyncio.CancelledError):
        await process


class Load:
    """Callers that call all the time: with connections that are kept, and with a new one for each call."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.answers: list[Any] = []
        self._address = f"http://127.0.0.1:{port}"
        self._headers = headers
        self._over = asyncio.Event()

    async def run(self, *, kept: bool) -> None:
        connector = aiohttp.TCPConnector(force_close=not kept)
        async with aiohttp.ClientSession(self._address, connector=connector) as session:
            while not self._over.is_set():
                try:
                    async with session.get(PATH, headers=self._headers) as answer:
                        self.answers.append((answer.status, await answer.read()))
                except (aiohttp.ClientError, OSError) as error:
                    self.answers.append(repr(error))
                await asyncio.sleep(0.001)

    def end(self) -> None:
        self._over.set()


async def test_a_new_process_takes_over_and_no_request_is_dropped(seen: House, tmp_path: Path) -> None:
    port = free_port()
    settings = settings_at(seen, tmp_path, port)
    old = started(seen, settings)
    first = await ready(port, tmp_path / "port")
    load = Load(port, await seen.signed_in())
    callers = [asyncio.create_task(load.run(kept=kept)) for kept in (True, True, False, False)]
    for _ in range(2):
        await asyncio.sleep(0.1)
        new = started(seen, settings)
        first = await ready(port, tmp_path / "port", before=first)
        await asyncio.sleep(0.05)
        await ended(old)
        old = new
    await asyncio.sleep(0.1)
    load.end()
    await asyncio.gather(*callers)
    await ended(old)
    assert len(load.answers) > 50 and {answer for answer in load.answers if answer != (200, b'{"ok":true}')} == set()
    assert not (tmp_path / "port").exists()


async def test_what_has_begun_is_finished_and_what_just_comes_is_answered(seen: House, tmp_path: Path) -> None:
    port = free_port()
    process = started(seen, settings_at(seen, tmp_path, port))
    await ready(port, tmp_path / "port")
    go_on = asyncio.Event()

    async def slow(at: Seen, receive: Any, send: Any) -> None:
        await go_on.wait()
        await seen.upstream.reply(send, b"late")

    reader, writer = await asyncio.open_connection("127.0.0.1", port)  # idle when it stops
    writer.write(get(b"/health/live"))
    await reader.readuntil(b"live")
    seen.upstream.answer = slow
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        call = asyncio.create_task(session.get("/directory/v1/needs"))
        while not seen.upstream.seen:
            await asyncio.sleep(0.01)
        process.cancel()
        await asyncio.sleep(0.05)
        writer.write(get(b"/health/live"))
        last = await asyncio.wait_for(reader.read(), 15)
        assert b'"live"' in last and b"connection: close" in last
        go_on.set()
        assert await (await call).read() == b"late"
    await ended(process)


def test_without_a_process_before_or_with_another_port_a_socket_is_made(tmp_path: Path) -> None:
    with made(None) as plain, made(tmp_path / "nobody") as alone:
        assert plain.getsockname()[0] == alone.getsockname()[0] == "127.0.0.1"
    (tmp_path / "stale").write_text("left by a process that was killed")
    with made(tmp_path / "stale") as socket_:
        assert socket_.getsockname()[1] > 0


@contextmanager
def made(handover: Path | None) -> Iterator[socket.socket]:
    found = listening.listener("127.0.0.1", 0, handover)
    try:
        yield found
    finally:
        found.close()
