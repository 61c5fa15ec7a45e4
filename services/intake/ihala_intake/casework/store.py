"""Queries about cases, their steps, hand-overs and appointments. Each says what the caller may see; row policies say it again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, or_, true, tuple_, union
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ihala_intake.tables import Appointment, CaseFile, CaseStep, HandOver, Need, NeedAgain, Reference

LOCKED = {"populate_existing": True}


def owned(caller: Caller, table: type[CaseFile | CaseStep | Appointment]) -> ColumnElement[bool]:
    """Hold for what the caller's organisation owns as the operator, restricted only for the cleared; for all when the system acts."""
    if caller.is_system:
        return true()
    mine = col(table.operator_id) == caller.organization_id
    return mine & _cleared(caller, table)


def _cleared(caller: Caller, table: type[CaseFile | CaseStep | Appointment | HandOver]) -> ColumnElement[bool]:
    return true() if caller.cleared else col(table.sensitivity) != "restricted"


# Cases


async def case_of(tx: AsyncSession, caller: Caller, case_id: UUID) -> CaseFile | None:
    """Return a case the caller owns."""
    return (await tx.exec(select(CaseFile).where(CaseFile.id == case_id, owned(caller, CaseFile)))).one_or_none()


async def locked_case(tx: AsyncSession, caller: Caller, case_id: UUID) -> CaseFile | None:
    """Return the same, locked: after its needs, where these are locked too."""
    query = select(CaseFile).where(CaseFile.id == case_id, owned(caller, CaseFile)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def other_cases(tx: AsyncSession, need: Need) -> list[UUID]:
    """Return the other cases of a need's person; nothing restricted, which is tied to nobody."""
    theirs = (CaseFile.person_id == need.person_id, CaseFile.id != need.case_id)
    query = select(CaseFile.id).where(*theirs, CaseFile.sensitivity != "restricted")
    return list((await tx.exec(query.order_by(col(CaseFile.id)))).all())


async def locked_cases_of(tx: AsyncSession, person_id: UUID) -> Sequence[CaseFile]:
    """Return a person's cases, locked after their needs in the order of their ids; the person was checked before."""
    query = select(CaseFile).where(CaseFile.person_id == person_id).order_by(col(CaseFile.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).all()


async def cases_named(tx: AsyncSession, caller: Caller, reference: str, after: UUID | None, limit: int) -> Sequence[CaseFile]:
    """Return the caller's case with this reference; or that of the need or those of the request that it names, the oldest first.

    People read aloud what stands in their message, which is a need's.
    """
    known = (await tx.exec(select(Reference).where(Reference.reference == reference))).one_or_none()
    if known is None:
        return []
    asked = union(
        select(Need.case_id).where(Need.request_id == known.about), select(CaseFile.id).where(CaseFile.request_id == known.about),
        select(Need.case_id).join(NeedAgain, col(NeedAgain.need_id) == Need.id).where(NeedAgain.request_id == known.about),
    )  # fmt: skip
    named: dict[str, Any] = {"case": [known.about], "need": select(Need.case_id).where(Need.id == known.about), "request": asked}
    query = select(CaseFile).where(col(CaseFile.id).in_(named.get(known.kind, [])), owned(caller, CaseFile))
    query = query if after is None else query.where(CaseFile.id > after)
    return (await tx.exec(query.order_by(col(CaseFile.id)).limit(limit))).all()


async def cases(
    tx: AsyncSession, caller: Caller, *, state: str, officer: str | None, office_id: UUID | None, unassigned: bool, closing: bool,
    after: UUID | None, limit: int,
) -> Sequence[CaseFile]:  # fmt: skip
    """Return the caller's cases in a state, the oldest first; of one officer, one office, nobody's yet, or proposed to be closed."""
    query = select(CaseFile).where(owned(caller, CaseFile), CaseFile.state == state)
    query = query if officer is None else query.where(CaseFile.officer == officer)
    query = query if office_id is None else query.where(CaseFile.office_id == office_id)
    query = query.where(col(CaseFile.officer).is_(None)) if unassigned else query
    query = query.where(col(CaseFile.closing_reason).is_not(None)) if closing else query
    query = query if after is None else query.where(CaseFile.id > after)
    return (await tx.exec(query.order_by(col(CaseFile.id)).limit(limit))).all()


async def needs_of_case(tx: AsyncSession, case_id: UUID) -> Sequence[Need]:
    """Return a case's needs that the caller may see, in the order of their ids."""
    return (await tx.exec(select(Need).where(Need.case_id == case_id).order_by(col(Need.id)))).all()


async def locked_needs_of_case(tx: AsyncSession, case_id: UUID) -> Sequence[Need]:
    """Return the same, locked."""
    query = select(Need).where(Need.case_id == case_id).order_by(col(Need.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).all()


async def steps(tx: AsyncSession, caller: Caller, case_id: UUID, after: UUID | None, limit: int) -> Sequence[CaseStep]:
    """Return what was done with a case, the first thing first."""
    query = select(CaseStep).where(CaseStep.case_id == case_id, owned(caller, CaseStep))
    query = query if after is None else query.where(CaseStep.id > after)
    return (await tx.exec(query.order_by(col(CaseStep.id)).limit(limit))).all()


# Hand-overs


def _party(caller: Caller) -> ColumnElement[bool]:
    if caller.is_system:
        return true()
    mine = or_(col(HandOver.operator_id) == caller.organization_id, col(HandOver.to_operator_id) == caller.organization_id)
    return mine & _cleared(caller, HandOver)


async def hand_over_of(tx: AsyncSession, caller: Caller, hand_over_id: UUID) -> HandOver | None:
    """Return a hand-over from or to the caller."""
    return (await tx.exec(select(HandOver).where(HandOver.id == hand_over_id, _party(caller)))).one_or_none()


async def locked_hand_over(tx: AsyncSession, caller: Caller, hand_over_id: UUID) -> HandOver | None:
    """Return the same, locked after its case."""
    query = select(HandOver).where(HandOver.id == hand_over_id, _party(caller)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def offered(tx: AsyncSession, case_id: UUID) -> HandOver | None:
    """Return the offer that is open for a case."""
    return (await tx.exec(select(HandOver).where(HandOver.case_id == case_id, HandOver.state == "offered"))).one_or_none()


async def hand_overs(tx: AsyncSession, caller: Caller, *, incoming: bool, state: str, after: UUID | None, limit: int) -> Sequence[HandOver]:
    """Return the caller's hand-overs in a state, those that came to it or those it made."""
    side = HandOver.to_operator_id if incoming else HandOver.operator_id
    query = select(HandOver).where(col(side) == caller.organization_id, _cleared(caller, HandOver), HandOver.state == state)
    query = query if after is None else query.where(HandOver.id > after)
    return (await tx.exec(query.order_by(col(HandOver.id)).limit(limit))).all()


# Appointments


async def appointment_of(tx: AsyncSession, caller: Caller, appointment_id: UUID) -> Appointment | None:
    """Return an appointment of the caller's."""
    query = select(Appointment).where(Appointment.id == appointment_id, owned(caller, Appointment))
    return (await tx.exec(query)).one_or_none()


async def locked_appointment(tx: AsyncSession, caller: Caller, appointment_id: UUID) -> Appointment | None:
    """Return the same, locked."""
    query = select(Appointment).where(Appointment.id == appointment_id, owned(caller, Appointment)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def appointments(
    tx: AsyncSession, caller: Caller, *, state: str, since: datetime, until: datetime, office_id: UUID | None, officer: str | None,
    after: tuple[datetime, UUID] | None, limit: int,
) -> Sequence[Appointment]:  # fmt: skip
    """Return the caller's appointments that begin in a span of time, the first one first."""
    query = select(Appointment).where(owned(caller, Appointment), Appointment.state == state)
    query = query.where(Appointment.begins_at >= since, Appointment.begins_at < until)
    query = query if office_id is None else query.where(Appointment.office_id == office_id)
    query = query if officer is None else query.where(Appointment.officer == officer)
    return await _by_time(tx, query, after, limit)


async def appointments_of_case(
    tx: AsyncSession, caller: Caller, case_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Appointment]:
    """Return a case's appointments, the first one first."""
    query = select(Appointment).where(Appointment.case_id == case_id, owned(caller, Appointment))
    return await _by_time(tx, query, after, limit)


async def around(tx: AsyncSession, operator_id: UUID, officer: str, since: datetime, until: datetime) -> Sequence[Appointment]:
    """Return the planned appointments of an officer that begin in a span of time, of whatever case: only their times may be used."""
    query = select(Appointment).where(Appointment.operator_id == operator_id, Appointment.officer == officer)
    query = query.where(Appointment.state == "planned", Appointment.begins_at > since, Appointment.begins_at < until)
    return (await tx.exec(query)).all()


async def _by_time(
    tx: AsyncSession, query: SelectOfScalar[Appointment], after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Appointment]:
    if after is not None:
        query = query.where(tuple_(col(Appointment.begins_at), col(Appointment.id)) > after)
    return (await tx.exec(query.order_by(col(Appointment.begins_at), col(Appointment.id)).limit(limit))).all()
