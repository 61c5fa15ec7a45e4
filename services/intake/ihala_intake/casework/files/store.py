"""Queries about files. Each says what the caller may see; row policies say it again."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, delete, func, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.casework.store import LOCKED
from ihala_intake.tables import Attachment, AttachmentPart, CaseFile, Need


def _own(caller: Caller, table: type[Attachment | CaseFile]) -> ColumnElement[bool]:
    """Hold for what the caller brought or owns; the operator's restricted ones only for the cleared."""
    if caller.is_system:
        return true()
    mine = col(table.operator_id) == caller.organization_id
    mine = mine if caller.cleared else mine & (col(table.sensitivity) != "restricted")
    brought = (col(table.origin_id) == caller.organization_id) & (col(table.operator_id) != caller.organization_id)
    return or_(mine, brought)


async def case_for(tx: AsyncSession, caller: Caller, case_id: UUID) -> CaseFile | None:
    """Return a case to which the caller may add a file: one it brought or owns."""
    return (await tx.exec(select(CaseFile).where(CaseFile.id == case_id, _own(caller, CaseFile)))).one_or_none()


async def attachment_of(tx: AsyncSession, caller: Caller, attachment_id: UUID) -> Attachment | None:
    """Return a file the caller brought or owns."""
    return (await tx.exec(select(Attachment).where(Attachment.id == attachment_id, _own(caller, Attachment)))).one_or_none()


async def locked_attachment(tx: AsyncSession, caller: Caller, attachment_id: UUID) -> Attachment | None:
    """Return the same, locked."""
    query = select(Attachment).where(Attachment.id == attachment_id, _own(caller, Attachment)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def attachments(tx: AsyncSession, caller: Caller, case_id: UUID, after: UUID | None, limit: int) -> Sequence[Attachment]:
    """Return a case's files that the caller brought or owns, the first one first."""
    query = select(Attachment).where(Attachment.case_id == case_id, _own(caller, Attachment))
    query = query if after is None else query.where(Attachment.id > after)
    return (await tx.exec(query.order_by(col(Attachment.id)).limit(limit))).all()


async def going_with(tx: AsyncSession, need: Need) -> Sequence[Attachment]:
    """Return the clean files that go with a need, the first one first; whoever asks was let to the need before.

    A file that was brought for a need goes with that one alone, else with all of its case; a medical one only where it was brought for.
    """
    of_all = col(Attachment.need_id).is_(None) & (col(Attachment.purpose) != "medical_document")
    query = select(Attachment).where(Attachment.case_id == need.case_id, Attachment.state == "clean")
    return (await tx.exec(query.where(or_(col(Attachment.need_id) == need.id, of_all)).order_by(col(Attachment.id)))).all()


async def how_many(tx: AsyncSession, case_id: UUID) -> int:
    """Return how many files a case holds, without those that are gone."""
    living = col(Attachment.state).in_(("uploading", "quarantined", "clean"))
    return (await tx.exec(select(func.count()).where(Attachment.case_id == case_id, living))).one()


async def part(tx: AsyncSession, attachment_id: UUID, kind: str, n: int) -> AttachmentPart | None:
    """Return one part."""
    return await tx.get(AttachmentPart, (attachment_id, kind, n))


async def numbers(tx: AsyncSession, attachment_id: UUID, kind: str) -> set[int]:
    """Return which parts are there."""
    query = select(AttachmentPart.n).where(AttachmentPart.attachment_id == attachment_id, AttachmentPart.kind == kind)
    return set((await tx.exec(query)).all())


async def parts(tx: AsyncSession, attachment_id: UUID, kind: str) -> Sequence[AttachmentPart]:
    """Return all parts of a file as it came (raw), or of its clean copy, in their order."""
    query = select(AttachmentPart).where(AttachmentPart.attachment_id == attachment_id, AttachmentPart.kind == kind)
    return (await tx.exec(query.order_by(col(AttachmentPart.n)))).all()


async def drop_parts(tx: AsyncSession, attachment_id: UUID, kind: str | None = None) -> None:
    """Delete parts of one kind, or all."""
    statement = delete(AttachmentPart).where(col(AttachmentPart.attachment_id) == attachment_id)
    await tx.execute(statement if kind is None else statement.where(col(AttachmentPart.kind) == kind))
