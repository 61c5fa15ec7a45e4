"""A supervisor in this process: with a terminal for `make run`, without one below `make up`."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

from rich.console import Console

from ihala_local.place import Place
from ihala_local.progress import Progress
from ihala_local.stack import Stack
from ihala_local.welcome import welcome

INTERRUPTED = 130


async def run(place: Place, console: Console) -> int:
    """Start everything, walk the story, stay until Ctrl-C, stop everything. Returns the exit code. Raises Trouble."""
    from ihala_local import story  # here: only those who walk it pay for loading it

    told, progress = _told_to_stop(), Progress(console)
    stack = Stack(place.home.path, place.ports, place=place, changed=progress.show)
    with progress:
        if not await _until(told, stack.start()):
            return INTERRUPTED
    held: list[bool] = []

    async def walk() -> None:
        held.append(await story.walk(place, console))

    try:
        if await _until(told, walk()):
            welcome(console, place)
            console.print("\n[bold]Everything is up; Ctrl-C stops it.[/bold]")
            await _until(told, stack.failed())
    finally:
        console.print("Stopping.")
        with progress:
            await stack.stop()
    return 0 if held == [True] else 1


async def supervise(place: Place) -> int:
    """Start everything and stay until told to stop; what `make up` leaves behind. Returns the exit code. Raises Trouble."""
    told = _told_to_stop()
    stack = Stack(place.home.path, place.ports, place=place)
    try:
        if await _until(told, stack.start()):
            await _until(told, stack.failed())
    finally:
        await stack.stop()
    return 0


def _told_to_stop() -> asyncio.Event:
    """Return an event that Ctrl-C, `make down` and a closed terminal set."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(which, told.set)
    return told


async def _until(told: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work and return True; or give it up when told to stop, and return False."""
    doing, telling = asyncio.create_task(work), asyncio.create_task(told.wait())
    try:
        await asyncio.wait({doing, telling}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
        return doing.done()
    finally:
        telling.cancel()
        doing.cancel()
        await asyncio.gather(doing, telling, return_exceptions=True)
