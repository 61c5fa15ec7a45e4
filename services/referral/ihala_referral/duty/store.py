"""The queries of rosters. A caller sees the roster of its own operator; the clock sees all."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, and_, or_, text, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.duty.coverage import LONGEST_SHIFT, Span
from ihala_referral.duty.errors import ShiftNotFound
from ihala_referral.duty.roles import OF_OPERATOR, DutyRole
from ihala_referral.tables import DutyShift

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # no roster is older; before the year 1 there is no instant
MOST = 2000  # shifts ahead of one governorate that are looked at
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:of, 8))")


async def hold(tx: AsyncSession, operator_id: UUID, governorate: str) -> None:
    """Let nobody else write this roster meanwhile: what its event says is the whole of it."""
    await tx.execute(_ONE_AT_A_TIME, {"of": f"{operator_id} {governorate}"})


async def own(tx: AsyncSession, caller: Caller, shift_id: UUID) -> DutyShift:
    """Return a shift of the caller's operator, taken back or not. Raises ShiftNotFound (404)."""
    query = select(DutyShift).where(DutyShift.id == shift_id, DutyShift.operator_id == caller.organization_id)
    found = (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()
    if found is None:
        raise ShiftNotFound()
    return found


async def standing(tx: AsyncSession, caller: Caller, shift_id: UUID) -> DutyShift:
    """Return the same, unless it was taken back. Raises ShiftNotFound (404)."""
    found = await own(tx, caller, shift_id)
    if found.taken_back_at is not None:
        raise ShiftNotFound()
    return found


async def page(tx: AsyncSession, caller: Caller, governorate: str, since: datetime, asked: PageRequest) -> Sequence[DutyShift]:
    """Return a page of a governorate's shifts that end after an instant, in the order in which they begin."""
    query = select(DutyShift).where(*_roster(caller.organization_id, governorate, since))
    after = asked.after_as(datetime, UUID)
    if after is not None:
        query = query.where(tuple_(col(DutyShift.starts_at), col(DutyShift.id)) > after)
    return (await tx.exec(query.order_by(col(DutyShift.starts_at), col(DutyShift.id)).limit(asked.fetch))).all()


async def spans(tx: AsyncSession, operator_id: UUID, governorate: str, now: datetime) -> dict[DutyRole, list[Span]]:
    """Return when the operator's two duties are filled, from now on."""
    query = (
        select(DutyShift.role, DutyShift.starts_at, DutyShift.ends_at)
        .where(*_roster(operator_id, governorate, now), col(DutyShift.role).in_(OF_OPERATOR))
        .order_by(col(DutyShift.starts_at))
        .limit(MOST)
    )
    found: dict[DutyRole, list[Span]] = {role: [] for role in OF_OPERATOR}
    for role, starts_at, ends_at in await tx.exec(query):
        found[DutyRole(role)].append((starts_at, ends_at))
    return found


async def rosters(tx: AsyncSession, since: datetime) -> list[tuple[UUID, str]]:
    """Return operators and governorates in whose rosters a shift of the operator's two duties ends after an instant."""
    query = select(DutyShift.operator_id, DutyShift.governorate).where(
        _counts(), col(DutyShift.ends_at) > since, col(DutyShift.role).in_(OF_OPERATOR)
    )
    return list((await tx.exec(query.distinct())).all())


async def on_duty(
    tx: AsyncSession, operator_id: UUID, governorate: str, roles: Iterable[DutyRole], at: datetime, organization_id: UUID | None = None
) -> Sequence[DutyShift]:
    """Return who is on duty at an instant in these roles; of the providers' duties that of one provider."""
    whose = or_(
        col(DutyShift.role) != DutyRole.PROVIDER, and_(col(DutyShift.role) == DutyRole.PROVIDER, _whose(organization_id))
    )  # fmt: skip
    query = select(DutyShift).where(
        *_roster(operator_id, governorate, at), col(DutyShift.starts_at) <= at, col(DutyShift.role).in_(list(roles)), whose
    )
    return (await tx.exec(query.order_by(col(DutyShift.starts_at), col(DutyShift.id)))).all()


async def all_now(tx: AsyncSession, operator_id: UUID, governorate: str, at: datetime) -> Sequence[DutyShift]:
    """Return everybody who is on duty at an instant, the providers' too."""
    query = select(DutyShift).where(*_roster(operator_id, governorate, at), col(DutyShift.starts_at) <= at)
    return (await tx.exec(query.order_by(col(DutyShift.role), col(DutyShift.starts_at), col(DutyShift.id)).limit(MOST))).all()


def _counts() -> ColumnElement[bool]:
    return col(DutyShift.taken_back_at).is_(None)


def _whose(organization_id: UUID | None) -> ColumnElement[bool]:
    return col(DutyShift.organization_id) == organization_id


def _roster(operator_id: UUID, governorate: str, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Hold for shifts that end after an instant. None is longer than 31 days, so that the index is read from there on."""
    return (
        col(DutyShift.operator_id) == operator_id, col(DutyShift.governorate) == governorate, _counts(),
        col(DutyShift.starts_at) > max(since, _BEGINNING) - LONGEST_SHIFT, col(DutyShift.ends_at) > since,
    )  # fmt: skip
