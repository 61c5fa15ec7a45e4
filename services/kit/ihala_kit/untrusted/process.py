"""Has a file read by a process of its own, so that whatever is in it costs this one nothing but a wait."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass

from ihala_kit.untrusted import limits

_PIECE = 64 * 1024
_places = asyncio.Semaphore(limits.CHILDREN)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the process ended: 0 and what it said; below 0 and nothing when it was ended, since it took too long or said too much."""

    returncode: int | None
    said: bytes


class _TooMuch(Exception):
    """It says more than an answer may have."""


async def run(module: str, *arguments: str, data: bytes) -> Ended:
    """Run `python -m module arguments` with `data` as its standard input. The module begins with `child.confine`."""
    async with _places:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", module, *arguments, env={},  # it is told no secret of ours
            stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
        )  # fmt: skip
        said = b""
        try:
            async with asyncio.timeout(limits.CHILD_SECONDS):
                _, said = await asyncio.gather(_feed(process, data), _said(process))
                await process.wait()
        except (TimeoutError, _TooMuch):
            said = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return Ended(process.returncode, said)


async def _feed(process: Process, data: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended before it had read everything
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _said(process: Process) -> bytes:
    assert process.stdout is not None
    said = bytearray()
    while piece := await process.stdout.read(_PIECE):
        said += piece
        if len(said) > limits.CHILD_ANSWER_BYTES:
            raise _TooMuch
    return bytes(said)
