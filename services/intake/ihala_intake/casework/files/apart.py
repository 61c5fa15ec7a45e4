"""Has files cleaned by a process of its own, so that whatever is in them costs this one nothing but a wait."""

import asyncio
import sys
from typing import get_args

from ihala_intake.casework.files import limits
from ihala_intake.casework.files.child import REJECTED
from ihala_intake.casework.files.kinds import Rejection

_places = asyncio.Semaphore(limits.CHILDREN)


async def clean_copy(media_type: str, content: bytes) -> bytes | Rejection:
    """Return the clean copy, or why there is none; a file that takes too long, or too much memory, is not readable."""
    async with _places:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "ihala_intake.casework.files.child", media_type, env={},  # it is told no secret of ours
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(limits.CHILD_SECONDS):
                answer, _ = await process.communicate(content)
        except TimeoutError:
            answer = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode == 0 and answer:
        return answer if len(answer) <= limits.LARGEST_CLEAN else "too_large_inside"
    said = answer.decode("ascii", "replace") if process.returncode == REJECTED else ""
    reasons: tuple[Rejection, ...] = get_args(Rejection)
    return next((reason for reason in reasons if reason == said), "unreadable")
