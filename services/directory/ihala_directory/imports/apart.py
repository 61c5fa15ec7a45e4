"""Has files read by a process of its own, so that whatever is in them costs this one nothing but a wait."""

import asyncio
import contextlib
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from uuid import UUID

from ihala_directory.imports import limits
from ihala_directory.imports.reading import Entry, Fault, Reading

log = logging.getLogger(__name__)
_KEPT_SECONDS = 60  # what nobody asks for any more: another process was faster
_places = asyncio.Semaphore(limits.CHILDREN)
_begun: dict[UUID, asyncio.Task[Reading]] = {}


async def read_of(import_id: UUID, kind: str, data: bytes) -> Reading | None:
    """Return what the file of an import says; None when it is still being read: ask again, nobody should wait so long for it."""
    task = _begun.get(import_id)
    if task is None:
        task = _begun[import_id] = asyncio.create_task(read(kind, data))
        task.add_done_callback(lambda _: asyncio.get_running_loop().call_later(_KEPT_SECONDS, _begun.pop, import_id, None))
    await asyncio.wait({task}, timeout=limits.PATIENCE_SECONDS)
    return _begun.pop(import_id).result() if task.done() else None


async def read(kind: str, data: bytes) -> Reading:
    """Return what a file says; one that takes too long, or too much memory, has one fault."""
    async with _places:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "ihala_directory.imports.child", kind, env={},  # it is told no secret of ours
            stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL, limit=limits.CHILD_ANSWER_BYTES,
        )  # fmt: skip
        found: Reading | None = None
        try:
            async with asyncio.timeout(limits.CHILD_SECONDS):
                _, found = await asyncio.gather(_feed(process, data), _said(process))
                await process.wait()
        except (TimeoutError, ValueError):  # a line, or all of it, is longer than an answer may be
            pass
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0 or found is None:
        log.warning("a file is not read to its end", extra={"kind": kind, "returncode": process.returncode})  # not a word of what is in it
        return Reading(faults=[Fault("too_slow")])
    return found


async def _feed(process: Process, data: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended before it had read everything
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _said(process: Process) -> Reading | None:
    """Return what the process says, line by line; none when it says nothing. Raises ValueError when it says too much."""
    assert process.stdout is not None
    found, left = None, limits.CHILD_ANSWER_BYTES
    async for line in process.stdout:
        left -= len(line)
        if left < 0:
            raise ValueError("too long")
        if found is None:
            found = Reading.begin(json.loads(line))
        else:
            found.entries.append(Entry(**json.loads(line)))
            await asyncio.sleep(0)  # lines that are there already are read without a pause
    return found
