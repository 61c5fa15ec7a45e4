"""The queries of protection. Each names what the caller may see; row policies are the second lock."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, exists, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import (
    AccessLog,
    BreakGlass,
    CaseFile,
    Consent,
    Erasure,
    ErasureReport,
    Need,
    Organization,
    Person,
    Report,
    RetentionReport,
)

FRESH = {"populate_existing": True}


def _operators(caller: Caller, column: object) -> ColumnElement[bool]:
    """Hold for what the caller's organisation owns as the operator; for everything when the system acts."""
    return true() if caller.is_system else col(column) == caller.organization_id


async def owned_person(tx: AsyncSession, caller: Caller, person_id: UUID, *, lock: bool = False) -> Person | None:
    """Return a person the caller owns as the operator; a restricted one to the cleared alone."""
    query = select(Person).where(Person.id == person_id, _operators(caller, Person.operator_id))
    if not (caller.cleared or caller.is_system):
        query = query.where(Person.sensitivity != "restricted")
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options=FRESH if lock else {})).one_or_none()


async def locked_needs(tx: AsyncSession, person_ids: Sequence[UUID]) -> Sequence[Need]:
    """Return these persons' needs, locked in the order of their ids: before the persons themselves."""
    query = select(Need).where(col(Need.person_id).in_(person_ids)).order_by(col(Need.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=FRESH)).all()


async def locked_persons(tx: AsyncSession, person_ids: Sequence[UUID]) -> Sequence[Person]:
    """Return these persons, locked in the order of their ids."""
    query = select(Person).where(col(Person.id).in_(person_ids)).order_by(col(Person.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=FRESH)).all()


async def persons(tx: AsyncSession, person_ids: Sequence[UUID]) -> Sequence[Person]:
    """Return these persons, as far as the caller may see them."""
    return (await tx.exec(select(Person).where(col(Person.id).in_(person_ids)).order_by(col(Person.id)))).all()


async def consents_of_person(tx: AsyncSession, person_id: UUID) -> Sequence[Consent]:
    """Return a person's consents, locked after their needs in the order of their ids."""
    query = select(Consent).where(Consent.person_id == person_id).order_by(col(Consent.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=FRESH)).all()


async def accesses(tx: AsyncSession, caller: Caller, person_id: UUID, after: int | None, limit: int) -> Sequence[AccessLog]:
    """Return who read what of a person the caller owns, the oldest first; also what was read while another operator had the person."""
    owned = exists().where(col(Person.id) == person_id, _operators(caller, Person.operator_id))
    query = select(AccessLog).where(AccessLog.person_id == person_id, owned)
    query = query if after is None else query.where(AccessLog.n > after)
    return (await tx.exec(query.order_by(col(AccessLog.n)).limit(limit))).all()


async def has_untold_report(tx: AsyncSession, person_ids: Sequence[UUID]) -> bool:
    """Tell whether something about these persons was reported without telling them."""
    query = select(Report.id).where(col(Report.person_id).in_(person_ids), ~col(Report.person_told)).limit(1)
    return (await tx.exec(query)).one_or_none() is not None


async def organizations(tx: AsyncSession, ids: set[UUID]) -> dict[UUID, Organization]:
    """Return what the directory says of these organisations."""
    found = await tx.exec(select(Organization).where(col(Organization.id).in_(ids)))
    return {one.id: one for one in found}


# Break-glass


async def case_by(tx: AsyncSession, case_id: UUID) -> CaseFile | None:
    """Return a case whoever's it is: only for the system."""
    return (await tx.exec(select(CaseFile).where(CaseFile.id == case_id))).one_or_none()


def _concerned(caller: Caller) -> ColumnElement[bool]:
    """Hold for openings of the caller's files, and for the caller's own."""
    if caller.is_system:
        return true()
    own = (col(BreakGlass.organization_id) == caller.organization_id) & (col(BreakGlass.client_id) == caller.client_id)
    return or_(col(BreakGlass.operator_id) == caller.organization_id, own)


async def break_glass_of(tx: AsyncSession, caller: Caller, break_glass_id: UUID, *, lock: bool = False) -> BreakGlass | None:
    """Return an opening that concerns the caller."""
    query = select(BreakGlass).where(BreakGlass.id == break_glass_id, _concerned(caller))
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options=FRESH)).one_or_none()


async def open_already(tx: AsyncSession, caller: Caller, case_id: UUID) -> bool:
    """Tell whether the caller has this file open."""
    query = select(BreakGlass.id).where(BreakGlass.case_id == case_id, BreakGlass.state == "open")
    query = query.where(BreakGlass.client_id == caller.client_id, BreakGlass.acting_officer == (caller.acting_officer or ""))
    return (await tx.exec(query.limit(1))).one_or_none() is not None


async def break_glasses(tx: AsyncSession, caller: Caller, after: UUID | None, limit: int) -> Sequence[BreakGlass]:
    """Return the openings that concern the caller, the newest first."""
    query = select(BreakGlass).where(_concerned(caller))
    query = query if after is None else query.where(BreakGlass.id < after)
    return (await tx.exec(query.order_by(col(BreakGlass.id).desc()).limit(limit))).all()


# Erasure


async def erasure_of(tx: AsyncSession, caller: Caller, person_id: UUID, *, lock: bool = False) -> Erasure | None:
    """Return the newest erasure of a person the caller owns."""
    query = select(Erasure).where(Erasure.person_id == person_id, _operators(caller, Erasure.operator_id))
    query = query.order_by(col(Erasure.id).desc()).limit(1)
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options=FRESH)).one_or_none()


async def locked_erasure(tx: AsyncSession, erasure_id: UUID) -> Erasure | None:
    """Return an erasure by its own id, locked: for the system."""
    query = select(Erasure).where(Erasure.id == erasure_id).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=FRESH)).one_or_none()


async def reports_of(tx: AsyncSession, erasure_id: UUID) -> Sequence[ErasureReport]:
    """Return which services reported."""
    query = select(ErasureReport).where(ErasureReport.erasure_id == erasure_id).order_by(col(ErasureReport.service))
    return (await tx.exec(query)).all()


# Retention


async def retention_reports(tx: AsyncSession, caller: Caller, after: UUID | None, limit: int) -> Sequence[RetentionReport]:
    """Return the operator's reports, the newest first."""
    query = select(RetentionReport).where(_operators(caller, RetentionReport.operator_id))
    query = query if after is None else query.where(RetentionReport.id < after)
    return (await tx.exec(query.order_by(col(RetentionReport.id).desc()).limit(limit))).all()
