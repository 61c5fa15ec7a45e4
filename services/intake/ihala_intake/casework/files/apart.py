"""Has files cleaned by a process of its own, so that whatever is in them costs this one nothing but a wait."""

from typing import get_args

from ihala_kit.untrusted import process

from ihala_intake.casework.files import limits
from ihala_intake.casework.files.child import REJECTED
from ihala_intake.casework.files.kinds import Rejection


async def clean_copy(media_type: str, content: bytes) -> bytes | Rejection:
    """Return the clean copy, or why there is none; a file that takes too long, or too much memory, is not readable."""
    ended = await process.run("ihala_intake.casework.files.child", media_type, data=content)
    if ended.returncode == 0 and ended.said:
        return ended.said if len(ended.said) <= limits.LARGEST_CLEAN else "too_large_inside"
    said = ended.said.decode("ascii", "replace") if ended.returncode == REJECTED else ""
    reasons: tuple[Rejection, ...] = get_args(Rejection)
    return next((reason for reason in reasons if reason == said), "unreadable")
