"""A file for whom a person is disclosed to: the same lock, the same log, and never what was not cleaned."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import disclosures_store, keys
from ihala_intake.casework.files import store
from ihala_intake.casework.files.errors import AttachmentNotFound
from ihala_intake.commands import attachment_rows, read
from ihala_intake.consent_rules import Category
from ihala_intake.errors import PersonErased, ReferralNotFound
from ihala_intake.ledger import log_access
from ihala_intake.tables import Attachment, Need

FIELD = "files.content"  # what a receipt says of a file that was fetched


async def fetch(tx: AsyncSession, caller: Caller, referral_id: UUID, attachment_id: UUID) -> tuple[Attachment, bytes]:
    """Return a file to the receiver of a referral whose consent covers files; logged with the person, and on the receipt.

    Raises ReferralNotFound, AttachmentNotFound (404: not cleaned, not of this need, or not agreed to), DisclosurePending (409),
    StateStale (503).
    """
    disclosure, categories = await read.opened_to(tx, caller, referral_id)
    need = await tx.get_one(Need, disclosure.need_id)
    going = {row.id: row for row in await store.going_with(tx, need)} if Category.FILES in categories else {}
    attachment = going.get(attachment_id)
    if attachment is None:
        raise AttachmentNotFound()
    try:
        content = await attachment_rows.content(tx, attachment, await keys.of(tx, attachment.key_id), "clean")
    except PersonErased:
        raise ReferralNotFound() from None
    await log_access(
        tx, "file", person_id=need.person_id, operator_id=need.operator_id, need_id=need.id, referral_id=referral_id,
        categories=[Category.FILES],
    )  # fmt: skip
    await disclosures_store.write_down(tx, disclosure, [FIELD], now(tx))
    return attachment, content
