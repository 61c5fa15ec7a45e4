"""Queries of what parties do together. Lists are asked for as the caller, whose right to the referral was established before."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.pages import PageRequest
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import unwritten
from ihala_referral.tables import Amendment, Appointment, ContactTry, FileReference, Movement, Note, OnwardNeed, Referral

AMEND = "amend"
Row = TypeVar("Row", ContactTry, Appointment, OnwardNeed)


async def page(tx: AsyncSession, table: type[Row], referral_id: UUID, asked: PageRequest) -> Sequence[Row]:
    """Return a page of what hangs on a referral, oldest first."""
    query = select(table).where(col(table.referral_id) == referral_id)
    after = asked.after_as(UUID)
    if after is not None:
        query = query.where(col(table.id) > after[0])
    return (await tx.exec(query.order_by(col(table.id)).limit(asked.fetch))).all()


async def notes(tx: AsyncSession, caller: Caller, referral_id: UUID, asked: PageRequest) -> Sequence[Note]:
    """Return a page of the notes that the caller's side may read, oldest first."""
    mine = or_(col(Note.shared), col(Note.organization_id) == caller.organization_id)
    query = select(Note).where(col(Note.referral_id) == referral_id, mine)
    after = asked.after_as(UUID)
    if after is not None:
        query = query.where(col(Note.id) > after[0])
    return (await tx.exec(query.order_by(col(Note.id)).limit(asked.fetch))).all()


async def tries(tx: AsyncSession, referral_id: UUID) -> Sequence[ContactTry]:
    """Return all tries to reach the person, by the instant of each."""
    query = select(ContactTry).where(col(ContactTry.referral_id) == referral_id)
    return (await tx.exec(query.order_by(col(ContactTry.at), col(ContactTry.id)))).all()


async def appointment(tx: AsyncSession, referral_id: UUID, appointment_id: UUID) -> Appointment | None:
    """Return one appointment of a locked referral."""
    query = select(Appointment).where(col(Appointment.id) == appointment_id, col(Appointment.referral_id) == referral_id)
    return (await tx.exec(query)).one_or_none()


async def open_appointments(tx: AsyncSession, referral_id: UUID, states: Sequence[str]) -> Sequence[Appointment]:
    """Return a locked referral's appointments in these states."""
    query = select(Appointment).where(col(Appointment.referral_id) == referral_id, col(Appointment.state).in_(states))
    with unwritten.stays(tx, Appointment):
        return (await tx.exec(query.order_by(col(Appointment.id)))).all()


async def files(tx: AsyncSession, referral_id: UUID) -> Sequence[FileReference]:
    """Return the files that go with a referral, as they were named; few, by `files.MOST`."""
    query = select(FileReference).where(col(FileReference.referral_id) == referral_id, col(FileReference.removed_at).is_(None))
    return (await tx.exec(query.order_by(col(FileReference.added_at), col(FileReference.attachment_id)))).all()


async def amendments(tx: AsyncSession, referral_id: UUID) -> Sequence[Amendment]:
    """Return what of a referral was corrected, in order."""
    return (await tx.exec(select(Amendment).where(col(Amendment.referral_id) == referral_id).order_by(col(Amendment.id)))).all()


async def amended_since(tx: AsyncSession, referral: Referral, version: int) -> list[str]:
    """Return what of an offer was corrected after one of its versions; the audit of each correction says to which version it led."""
    audit = (
        col(Movement.placement_id) == referral.placement_id, col(Movement.referral_id) == referral.id, col(Movement.act) == AMEND,
        col(Movement.version) > version,
    )  # fmt: skip
    query = (
        select(Amendment.fields)
        .join(Movement, col(Movement.at) == col(Amendment.at))
        .where(col(Amendment.referral_id) == referral.id, *audit)
    )
    return sorted({name for fields in (await tx.exec(query)).all() for name in fields})
