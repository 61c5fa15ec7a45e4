"""Queries about how requests came in. Row policies are the second lock; each function also names what the caller may see."""

from collections.abc import Collection, Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import needs
from ihala_intake.tables import (
    Assistance,
    CaseFile,
    Consent,
    DataKey,
    Need,
    NeedAgain,
    Person,
    Request,
    RequestIdentifier,
)

_BROUGHT_BEFORE = "SELECT requests, persons FROM brought_before($1, $2, $3, $4, $5)"
_REMEMBER = """
    INSERT INTO natural_key (origin_id, mark, operator_id, person_id) SELECT $1, mark, $2, $3 FROM unnest($4::bytea[]) mark
    ON CONFLICT (origin_id, mark) DO UPDATE SET person_id = excluded.person_id, operator_id = excluded.operator_id
"""


def _own(caller: Caller, table: type[Request | Need | Consent | CaseFile | Assistance]) -> ColumnElement[bool]:
    """Hold for what the caller's organisation brought, or owns as the operator; for everything when the system acts."""
    if caller.is_system:
        return true()
    return or_(col(table.origin_id) == caller.organization_id, col(table.operator_id) == caller.organization_id)


# The same person again


async def brought_before(
    tx: AsyncSession, origin_id: UUID, locks: tuple[list[int], int], marks: Sequence[bytes], names: Sequence[bytes]
) -> tuple[set[UUID], set[UUID]]:  # fmt: skip
    """Take these locks (`numbers.to_hold`); then return which requests the origin brought under any of these numbers, and which persons
    under any of these names."""
    [(requests, persons)] = await fetch(tx, _BROUGHT_BEFORE, *locks, origin_id, marks, names)
    return {UUID(bytes=one.bytes) for one in requests}, {UUID(bytes=one.bytes) for one in persons}


async def persons(tx: AsyncSession, caller: Caller, person_ids: Collection[UUID]) -> Sequence[Person]:
    """Return those of these persons that the caller's organisation brought."""
    if not person_ids:
        return []
    return (await tx.exec(select(Person).where(col(Person.id).in_(person_ids), Person.origin_id == caller.organization_id))).all()


async def remember(tx: AsyncSession, person_id: UUID, origin_id: UUID, operator_id: UUID, marks: Sequence[bytes]) -> None:
    """Remember by what a person is known again; a mark that meant somebody else until now means this person from now on."""
    if not marks:
        return
    await fetch(tx, _REMEMBER, origin_id, operator_id, person_id, list(marks))


async def open_case(tx: AsyncSession, caller: Caller, person_id: UUID) -> CaseFile | None:
    """Return the newest open case of a person that is not restricted, locked."""
    query = select(CaseFile).where(CaseFile.person_id == person_id, CaseFile.state == "open", CaseFile.sensitivity == "standard")
    query = query.where(_own(caller, CaseFile)).order_by(col(CaseFile.id).desc()).limit(1)
    return (await tx.exec(query.with_for_update(key_share=True))).one_or_none()


async def waiting_needs(tx: AsyncSession, caller: Caller, person_id: UUID, codes: Collection[str]) -> Sequence[Need]:
    """Return a person's needs of these codes that can still be placed, locked in the order of their ids."""
    query = select(Need).where(Need.person_id == person_id, col(Need.code).in_(codes), Need.sensitivity != "restricted", _own(caller, Need))
    query = query.where(col(Need.state).in_(needs.CAN_BE_PLACED)).order_by(col(Need.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).all()


async def consents(tx: AsyncSession, caller: Caller, consent_ids: Collection[UUID]) -> Sequence[Consent]:
    """Return these consents, as far as the caller brought or owns them."""
    return (await tx.exec(select(Consent).where(col(Consent.id).in_(consent_ids), _own(caller, Consent)))).all()


# Requests with all that hangs on them, many at a time


async def requests(tx: AsyncSession, caller: Caller, request_ids: Collection[UUID]) -> Sequence[Request]:
    """Return those of these requests that the caller brought or owns."""
    query = select(Request).where(col(Request.id).in_(request_ids), _own(caller, Request))
    return (await tx.exec(query.order_by(col(Request.id)))).all()


async def by_marks(tx: AsyncSession, caller: Caller, marks: Collection[bytes], most: int) -> Sequence[tuple[bytes, UUID]]:
    """Return the requests under these numbers that the caller brought or owns, the oldest first; at most `most`."""
    query = select(RequestIdentifier.mark, Request.id).join(Request, col(Request.id) == RequestIdentifier.request_id)
    query = query.where(col(RequestIdentifier.mark).in_(marks), _own(caller, Request))
    return (await tx.exec(query.order_by(col(Request.id)).limit(most))).all()


async def needs_of(tx: AsyncSession, caller: Caller, request_ids: Collection[UUID]) -> Sequence[tuple[UUID, Need]]:
    """Return requests' needs with the request that asked, also those that were asked for before; in the order of their ids."""
    first = select(Need.request_id, Need).where(col(Need.request_id).in_(request_ids), _own(caller, Need))
    again = select(NeedAgain.request_id, Need).join(Need, col(Need.id) == NeedAgain.need_id)
    again = again.where(col(NeedAgain.request_id).in_(request_ids), _own(caller, Need))
    found = [*(await tx.exec(first)).all(), *(await tx.exec(again)).all()]
    return sorted(found, key=lambda pair: pair[1].id)


async def cases_of(tx: AsyncSession, caller: Caller, request_ids: Collection[UUID]) -> Sequence[CaseFile]:
    """Return the cases that requests opened."""
    query = select(CaseFile).where(col(CaseFile.request_id).in_(request_ids), _own(caller, CaseFile))
    return (await tx.exec(query.order_by(col(CaseFile.id)))).all()


async def assistance_of(tx: AsyncSession, caller: Caller, request_ids: Collection[UUID]) -> Sequence[Assistance]:
    """Return what was helped with on the spot, by these requests."""
    return (await tx.exec(select(Assistance).where(col(Assistance.request_id).in_(request_ids), _own(caller, Assistance)))).all()


async def numbers_of(tx: AsyncSession, caller: Caller, request_ids: Collection[UUID]) -> Sequence[RequestIdentifier]:
    """Return requests' numbers, which their origin alone gets to see."""
    query = select(RequestIdentifier).where(col(RequestIdentifier.request_id).in_(request_ids))
    query = query.where(RequestIdentifier.origin_id == caller.organization_id)
    return (await tx.exec(query.order_by(col(RequestIdentifier.id)))).all()


async def keys_of(tx: AsyncSession, key_ids: Collection[UUID]) -> Sequence[DataKey]:
    """Return these keys but for those that were destroyed."""
    return (await tx.exec(select(DataKey).where(col(DataKey.id).in_(key_ids), col(DataKey.wrapped).is_not(None)))).all()
