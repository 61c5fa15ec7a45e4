"""Files of a case: announced, sent in parts, fetched by the office, taken out. What happens in between: quarantine.py."""

from datetime import timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import cancel, schedule
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.casework.details import AttachmentDetails
from ihala_intake.casework.errors import CaseIsClosed, CaseNotFound
from ihala_intake.casework.files import limits, store
from ihala_intake.casework.files.errors import (
    AttachmentIncomplete,
    AttachmentNotClean,
    AttachmentNotFound,
    AttachmentPartMismatch,
    AttachmentsFull,
    AttachmentTooLarge,
    AttachmentTypeMismatch,
)
from ihala_intake.casework.files.kinds import kind_of
from ihala_intake.casework.store import needs_of_case
from ihala_intake.commands import attachment_rows as rows
from ihala_intake.commands.attachment_rows import FORGOTTEN
from ihala_intake.commands.quarantine import CLEAN
from ihala_intake.errors import IdentityHeldByOrigin, NeedNotFound, PersonErased
from ihala_intake.keys import Key
from ihala_intake.ledger import log_access
from ihala_intake.models.attachments import AttachmentIn, RemovalIn
from ihala_intake.tables import Attachment, CaseFile, Person

FORGOTTEN_AFTER = timedelta(days=1)


async def announce(tx: AsyncSession, caller: Caller, case_id: UUID, body: AttachmentIn) -> Attachment:
    """Make room for a file of a case that the caller brought or owns.

    Raises CaseNotFound, NeedNotFound (404), CaseIsClosed, AttachmentsFull (409), AttachmentTooLarge (413), IdentityHeldByOrigin (422),
    PersonErased (410).
    """
    case = await store.case_for(tx, caller, case_id)
    if case is None:
        raise CaseNotFound()
    if case.state != "open":
        raise CaseIsClosed()
    if body.size > limits.LARGEST:
        raise AttachmentTooLarge(largest=limits.LARGEST)
    if await store.how_many(tx, case_id) >= limits.MOST_OF_A_CASE:
        raise AttachmentsFull()
    person = await tx.get_one(Person, case.person_id)
    if person.identity_held_by == "origin" and body.purpose == "identity_document":
        raise IdentityHeldByOrigin(pointer="#/purpose")
    if body.need_id is not None and body.need_id not in {need.id for need in await needs_of_case(tx, case.id)}:
        raise NeedNotFound(pointer="#/need_id")
    attachment = _new(tx, caller, case, await keys.of(tx, person.key_id), body)
    await schedule(tx, FORGOTTEN, attachment.id, now(tx) + FORGOTTEN_AFTER)
    return attachment


async def put_part(tx: AsyncSession, caller: Caller, attachment_id: UUID, n: int, content: bytes) -> Attachment:
    """Keep one part; the same part again changes nothing. The first one shows what the file is.

    Raises AttachmentNotFound (404), AttachmentNotClean (409), AttachmentPartMismatch, AttachmentTypeMismatch (422), PersonErased (410).
    """
    attachment = await rows.locked(tx, caller, attachment_id)
    if attachment.state != "uploading":
        raise AttachmentNotClean(state=attachment.state)
    if not 1 <= n <= attachment.parts or len(content) != rows.length(attachment, n):
        raise AttachmentPartMismatch()
    if n == 1 and kind_of(content) != attachment.media_type:
        raise AttachmentTypeMismatch(pointer="#/media_type")
    known = await store.part(tx, attachment_id, "raw", n)
    if known is not None and known.mark != rows.mark_of(tx, content):
        raise AttachmentPartMismatch()
    if known is None:
        tx.add(rows.part(tx, attachment, await keys.of(tx, attachment.key_id), "raw", n, content))
    return attachment


async def complete(tx: AsyncSession, caller: Caller, attachment_id: UUID, version: int) -> Attachment:
    """Put a file whose parts are all there into quarantine, where a process of its own makes a clean copy.

    Raises AttachmentNotFound (404), Stale (412), AttachmentNotClean, AttachmentIncomplete (409).
    """
    attachment = await rows.locked(tx, caller, attachment_id, version)
    if attachment.state != "uploading":
        raise AttachmentNotClean(state=attachment.state)
    if len(await store.numbers(tx, attachment_id, "raw")) < attachment.parts:
        raise AttachmentIncomplete()
    rows.move(attachment, "quarantined")
    attachment.next_at = now(tx)
    await cancel(tx, FORGOTTEN, attachment_id)
    await schedule(tx, CLEAN, attachment_id, now(tx))
    return attachment


async def content_of(tx: AsyncSession, caller: Caller, attachment_id: UUID) -> tuple[Attachment, bytes]:
    """Return a clean file to the operator that owns it, and log that with the person.

    Raises AttachmentNotFound (404), AttachmentNotClean (409), PersonErased (410).
    """
    attachment = await store.attachment_of(tx, caller, attachment_id)
    if attachment is None or attachment.operator_id != caller.organization_id:
        raise AttachmentNotFound()
    if attachment.state != "clean":
        raise AttachmentNotClean(state=attachment.state)
    case = await tx.get_one(CaseFile, attachment.case_id)
    content = await rows.content(tx, attachment, await keys.of(tx, attachment.key_id), "clean")
    await log_access(tx, "attachment", person_id=case.person_id, operator_id=attachment.operator_id, categories=["documents"])
    return attachment, content


async def remove(tx: AsyncSession, caller: Caller, attachment_id: UUID, version: int, body: RemovalIn) -> Attachment:
    """Take a file out, as its operator; its bytes are gone. Raises AttachmentNotFound (404), Stale (412), AttachmentNotClean (409)."""
    attachment = await rows.locked(tx, caller, attachment_id, version)
    if attachment.operator_id != caller.organization_id:
        raise AttachmentNotFound()
    if attachment.state == "removed":
        raise AttachmentNotClean(state=attachment.state)
    await rows.gone(tx, attachment, body.reason)
    return attachment


async def details_of(tx: AsyncSession, attachment: Attachment) -> AttachmentDetails:
    """Return the file's name and note; nothing once the person was erased."""
    try:
        key = await keys.of(tx, attachment.key_id)
    except PersonErased:
        return AttachmentDetails()
    return key.open(AttachmentDetails, attachment.details, f"attachment.details/{attachment.id}")


def _new(tx: AsyncSession, caller: Caller, case: CaseFile, key: Key, body: AttachmentIn) -> Attachment:
    attachment_id = new_id()
    details = AttachmentDetails(name=body.name, note=body.note)
    attachment = Attachment(
        id=attachment_id, case_id=case.id, operator_id=case.operator_id, origin_id=caller.organization_id, key_id=key.id,
        sensitivity=case.sensitivity, need_id=body.need_id, purpose=body.purpose, media_type=body.media_type, size=body.size,
        parts=limits.parts_of(body.size), state="uploading", details=key.seal(details, f"attachment.details/{attachment_id}"),
        client_id=caller.client_id, acting_officer=caller.acting_officer, added_at=now(tx), next_at=now(tx) + FORGOTTEN_AFTER, version=1,
    )  # fmt: skip
    tx.add(attachment)
    return attachment
