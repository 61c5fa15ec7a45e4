"""Files that nobody may read yet: what came is replaced by its clean copy, what nobody finished is taken out. For the clock."""

from uuid import UUID

from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.casework.files import apart, limits, store
from ihala_intake.commands.attachment_rows import content, gone, locked, move, part
from ihala_intake.errors import PersonErased

CLEAN = "attachment-clean"  # due work: it lies in quarantine
_CLOCK = Caller.system("clock")


async def clean(tx: AsyncSession, attachment_id: UUID) -> None:
    """Replace what came by its clean copy, or by nothing."""
    attachment = await locked(tx, _CLOCK, attachment_id)
    if attachment.state != "quarantined":
        return
    try:
        key = await keys.of(tx, attachment.key_id)
        found = await apart.clean_copy(attachment.media_type, await content(tx, attachment, key, "raw"))
    except PersonErased:
        found = "unreadable"
    await store.drop_parts(tx, attachment_id)
    if isinstance(found, str):
        move(attachment, "rejected", found)
        return
    attachment.size, attachment.parts = len(found), limits.parts_of(len(found))
    for n in range(1, attachment.parts + 1):
        tx.add(part(tx, attachment, key, "clean", n, found[(n - 1) * limits.PART : n * limits.PART]))
    move(attachment, "clean")


async def forget(tx: AsyncSession, attachment_id: UUID) -> None:
    """Take out what nobody finished sending."""
    attachment = await locked(tx, _CLOCK, attachment_id)
    if attachment.state == "uploading":
        await gone(tx, attachment, "not_finished")
