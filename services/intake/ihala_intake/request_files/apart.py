"""Has a file read by a process of its own, so that whatever is in it costs this one nothing but a wait."""

import json

from ihala_kit.untrusted import process
from ihala_kit.untrusted.findings import Fault

from ihala_intake.request_files.reading import Reading


async def read(kind: str, system: str, data: bytes) -> Reading:
    """Return what a file says; one that takes too long, or too much memory, has one fault."""
    ended = await process.run("ihala_intake.request_files.child", kind, system, data=data)
    if ended.returncode != 0 or not ended.said:
        return Reading(faults=[Fault("too_slow")])
    return Reading.load(json.loads(ended.said))
