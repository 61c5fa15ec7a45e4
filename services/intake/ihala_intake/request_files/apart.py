"""Has a file read by a process of its own, so that whatever is in it costs this one nothing but a wait."""

import asyncio
import json
import sys

from ihala_intake.request_files import limits
from ihala_intake.request_files.reading import Fault, Reading

_places = asyncio.Semaphore(limits.CHILDREN)


async def read(kind: str, system: str, data: bytes) -> Reading:
    """Return what a file says; one that takes too long, or too much memory, has one fault."""
    async with _places:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "ihala_intake.request_files.child", kind, system, env={},  # it is told no secret of ours
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(limits.CHILD_SECONDS):
                answer, _ = await process.communicate(data)
        except TimeoutError:
            answer = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0 or not answer:
        return Reading(faults=[Fault("too_slow")])
    return Reading.load(json.loads(answer))
