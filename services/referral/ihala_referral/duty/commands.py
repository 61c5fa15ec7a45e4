"""Keeping the roster. Each change tells intake until when the governorate is covered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts import referral_v1 as v1
from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.duty import coverage, store, watching
from ihala_referral.duty.coverage import FARTHEST_AHEAD, LONGEST_SHIFT
from ihala_referral.duty.errors import ProviderOfShiftUnknown, RosterNotKept, ShiftNotAllowed
from ihala_referral.duty.models import Duty, NewShift
from ihala_referral.duty.roles import DutyRole
from ihala_referral.parties import may_administer
from ihala_referral.tables import DutyShift, Organization


async def enter(tx: AsyncSession, caller: Caller, body: NewShift) -> DutyShift:
    """Put a shift on the roster of the caller's operator; emits DutyRosterChanged.

    Raises RosterNotKept (403), ShiftNotAllowed and ProviderOfShiftUnknown (422).
    """
    refuse_others(caller)
    _check_times(body, now(tx))
    await _check_provider(tx, body)
    await store.hold(tx, caller.organization_id, body.governorate)
    shift = put(tx, caller.organization_id, body)
    await tell(tx, shift.operator_id, shift.governorate)
    return shift


def put(tx: AsyncSession, operator_id: UUID, body: NewShift) -> DutyShift:
    """Add a shift to a roster that the caller holds and will tell of."""
    shift = DutyShift(id=new_id(), operator_id=operator_id, **body.model_dump(), **_written(tx))
    tx.add(shift)
    return shift


async def change(tx: AsyncSession, caller: Caller, shift_id: UUID, version: int, body: Duty) -> DutyShift:
    """Give a shift to somebody else or another time; emits DutyRosterChanged.

    Raises RosterNotKept (403), ShiftNotFound (404), Stale (412), ShiftNotAllowed (422).
    """
    shift = await _locked(tx, caller, shift_id, version)
    _check_times(body, now(tx))
    for name, value in (body.model_dump() | _written(tx)).items():
        setattr(shift, name, value)
    shift.version += 1
    await tell(tx, shift.operator_id, shift.governorate)
    return shift


async def take_back(tx: AsyncSession, caller: Caller, shift_id: UUID, version: int) -> DutyShift:
    """Take a shift off the roster; emits DutyRosterChanged. Raises RosterNotKept (403), ShiftNotFound (404), Stale (412),
    ShiftNotAllowed (422) when it is over."""
    shift = await _locked(tx, caller, shift_id, version)
    shift.taken_back_at = now(tx)
    shift.version += 1
    await tell(tx, shift.operator_id, shift.governorate)
    return shift


def refuse_others(caller: Caller) -> None:
    """Raise RosterNotKept (403) for everybody but those who keep their operator's roster."""
    if not may_administer(caller):
        raise RosterNotKept()


async def tell(tx: AsyncSession, operator_id: UUID, governorate: str) -> None:
    """Emit DutyRosterChanged with all that is covered from now on; the coordinators are told of a roster that runs out."""
    await tx.flush()
    at = now(tx)
    covered = coverage.covered(await store.spans(tx, operator_id, governorate, at))
    emit(tx, roster(operator_id, governorate, covered, at))
    await watching.look(tx, operator_id, governorate, covered, at)


def roster(operator_id: UUID, governorate: str, covered: Sequence[coverage.Span], at: datetime) -> v1.DutyRosterChanged:
    """Return the event that says what is covered from now on."""
    return v1.DutyRosterChanged(
        roster_id=watching.roster_of(operator_id, governorate), operator_id=operator_id, governorate=governorate,
        covered_until=coverage.until(covered, at), changed_at=at,
        covered=[v1.Covered(starts_at=begins, ends_at=ends) for begins, ends in covered],
    )  # fmt: skip


async def _locked(tx: AsyncSession, caller: Caller, shift_id: UUID, version: int) -> DutyShift:
    refuse_others(caller)
    shift = await store.standing(tx, caller, shift_id)
    await store.hold(tx, shift.operator_id, shift.governorate)
    shift = await store.standing(tx, caller, shift_id)  # anew: somebody else may have held it
    if shift.version != version:
        raise Stale()
    if shift.ends_at <= now(tx):
        raise ShiftNotAllowed()  # what was, was: escalations name it
    return shift


def _check_times(body: Duty, at: datetime) -> None:
    lasts = body.ends_at - body.starts_at
    if not lasts.total_seconds() > 0 or lasts > LONGEST_SHIFT or body.ends_at <= at or body.starts_at > at + FARTHEST_AHEAD:
        raise ShiftNotAllowed(pointer="#/ends_at")


async def _check_provider(tx: AsyncSession, body: NewShift) -> None:
    of_provider = body.role is DutyRole.PROVIDER
    known = await tx.get(Organization, body.organization_id) if body.organization_id else None
    if of_provider != (body.organization_id is not None) or (of_provider and known is None):
        raise ProviderOfShiftUnknown(pointer="#/organization_id")


def _written(tx: AsyncSession) -> dict[str, Any]:
    caller = caller_of(tx)
    return {"entered_at": now(tx), "client_id": caller.client_id, "acting_officer": caller.acting_officer}
