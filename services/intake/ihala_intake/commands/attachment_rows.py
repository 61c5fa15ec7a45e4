"""A file of a case as rows: found and locked, moved from state to state, its parts sealed and opened."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.due import cancel
from ihala_kit.etag import Stale
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.casework.details import AttachmentDetails
from ihala_intake.casework.files import limits, store
from ihala_intake.casework.files.errors import AttachmentNotFound
from ihala_intake.keys import Key
from ihala_intake.models.people import SharedFile
from ihala_intake.tables import Attachment, AttachmentPart, Need

FORGOTTEN = "attachment-forgotten"  # due work: nobody finished sending it


async def locked(tx: AsyncSession, caller: Caller, attachment_id: UUID, version: int | None = None) -> Attachment:
    """Return a file of the caller's, locked. Raises AttachmentNotFound (404), Stale (412)."""
    attachment = await store.locked_attachment(tx, caller, attachment_id)
    if attachment is None:
        raise AttachmentNotFound()
    if version is not None and attachment.version != version:
        raise Stale()
    return attachment


def move(attachment: Attachment, state: str, reason: str | None = None) -> None:
    """Let it be in this state from now on; nothing of it is due any more."""
    attachment.state, attachment.reason, attachment.next_at = state, reason, None
    attachment.version += 1


async def gone(tx: AsyncSession, attachment: Attachment, reason: str) -> None:
    """Take its bytes out."""
    await store.drop_parts(tx, attachment.id)
    await cancel(tx, FORGOTTEN, attachment.id)
    move(attachment, "removed", reason)


def mark_of(tx: AsyncSession, content: bytes) -> bytes:
    """Return by what the same part is known again."""
    return keys.vault(tx).fingerprint(content, "intake.attachment_part")


def part(tx: AsyncSession, attachment: Attachment, key: Key, kind: str, n: int, content: bytes) -> AttachmentPart:
    """Return one part, sealed; `kind` is raw or clean."""
    return AttachmentPart(
        attachment_id=attachment.id, kind=kind, n=n, operator_id=attachment.operator_id, origin_id=attachment.origin_id,
        sensitivity=attachment.sensitivity, content=key.vault.seal(key.wrapped, content, _about(attachment.id, kind, n)),
        mark=mark_of(tx, content),
    )  # fmt: skip


async def content(tx: AsyncSession, attachment: Attachment, key: Key, kind: str) -> bytes:
    """Return all its parts of a kind, opened and put together."""
    found = await store.parts(tx, attachment.id, kind)
    return b"".join(key.vault.open(key.wrapped, one.content, _about(attachment.id, kind, one.n)) for one in found)


async def going_with(tx: AsyncSession, need: Need) -> list[SharedFile]:
    """Return the clean files that go with a need, to whom was let to the need before. Raises PersonErased (410)."""
    return [await _shown(tx, row) for row in await store.going_with(tx, need)]


async def _shown(tx: AsyncSession, row: Attachment) -> SharedFile:
    name = (await keys.of(tx, row.key_id)).open(AttachmentDetails, row.details, f"attachment.details/{row.id}").name
    return SharedFile.model_validate(row.model_dump(exclude={"details"}) | {"attachment_id": row.id, "name": name})


def length(attachment: Attachment, n: int) -> int:
    """Return how many bytes the n-th part has."""
    return limits.PART if n < attachment.parts else attachment.size - limits.PART * (attachment.parts - 1)


def _about(attachment_id: UUID, kind: str, n: int) -> str:
    return f"attachment_part.content/{attachment_id}/{kind}/{n}"
