"""Has files read by a process of its own, so that whatever is in them costs this one nothing but a wait."""

import asyncio
import json
import logging
from io import BytesIO
from uuid import UUID

from ihala_kit.untrusted import process
from ihala_kit.untrusted.findings import Fault

from ihala_directory.imports import limits
from ihala_directory.imports.reading import Entry, Reading

log = logging.getLogger(__name__)
_KEPT_SECONDS = 60  # what nobody asks for any more: another process was faster
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
    ended = await process.run("ihala_directory.imports.child", kind, data=data)
    if ended.returncode != 0 or not ended.said:
        log.warning("a file is not read to its end", extra={"kind": kind, "returncode": ended.returncode})  # not a word of what is in it
        return Reading(faults=[Fault("too_slow")])
    lines = BytesIO(ended.said)
    found = Reading.begin(json.loads(lines.readline()))
    for line in lines:
        found.entries.append(Entry(**json.loads(line)))
        await asyncio.sleep(0)  # others have their turn between two of them
    return found
