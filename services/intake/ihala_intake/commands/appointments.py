"""Appointments at the office: made, moved, cancelled, kept or missed."""

from datetime import datetime, timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.casework import store
from ihala_intake.casework.details import AppointmentDetails
from ihala_intake.casework.errors import AppointmentNotFound, AppointmentNotYet, AppointmentOver, CaseIsClosed, OfficerNotFree
from ihala_intake.commands.case_steps import key_of
from ihala_intake.commands.cases import owned_case
from ihala_intake.commands.checks import malformed
from ihala_intake.errors import PersonErased
from ihala_intake.models.appointments import AppointmentIn, AppointmentResultIn, AppointmentView, CancellationIn, TimeIn
from ihala_intake.tables import Appointment, CaseFile

FURTHEST = timedelta(days=366)
LONGEST = timedelta(minutes=480)
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:officer, 17))")


async def make(tx: AsyncSession, caller: Caller, case_id: UUID, body: AppointmentIn) -> Appointment:
    """Plan an appointment. Raises CaseNotFound (404), CaseIsClosed, OfficerNotFree (409), MalformedRequest (422), PersonErased (410)."""
    case = await owned_case(tx, caller, case_id)
    if case.state != "open":
        raise CaseIsClosed()
    officer = body.officer or case.officer
    await _check(tx, case.operator_id, officer, body)
    appointment_id, key = new_id(), await key_of(tx, case)
    details = AppointmentDetails(note=body.note)
    appointment = Appointment(
        id=appointment_id, case_id=case.id, operator_id=case.operator_id, office_id=body.office_id or case.office_id,
        sensitivity=case.sensitivity, key_id=key.id, officer=officer, purpose=body.purpose, interpreter=body.interpreter,
        begins_at=body.begins_at, minutes=body.minutes, state="planned",
        details=key.seal(details, _about(appointment_id)) if body.note else None, version=1,
    )  # fmt: skip
    tx.add(appointment)
    return appointment


async def change(tx: AsyncSession, caller: Caller, appointment_id: UUID, version: int, body: TimeIn) -> Appointment:
    """Move a planned appointment.

    Raises AppointmentNotFound (404), Stale (412), AppointmentOver, OfficerNotFree (409), MalformedRequest (422).
    """
    appointment = await _planned(tx, caller, appointment_id, version)
    officer = body.officer or appointment.officer
    await _check(tx, appointment.operator_id, officer, body, but=appointment_id)
    appointment.begins_at, appointment.minutes, appointment.officer = body.begins_at, body.minutes, officer
    appointment.office_id = body.office_id or appointment.office_id
    appointment.version += 1
    return appointment


async def cancel(tx: AsyncSession, caller: Caller, appointment_id: UUID, version: int, body: CancellationIn) -> Appointment:
    """Cancel a planned appointment. Raises AppointmentNotFound (404), Stale (412), AppointmentOver (409)."""
    return _ended(tx, await _planned(tx, caller, appointment_id, version), "cancelled", body.reason)


async def record(tx: AsyncSession, caller: Caller, appointment_id: UUID, version: int, body: AppointmentResultIn) -> Appointment:
    """Write down whether the person came. Raises AppointmentNotFound (404), Stale (412), AppointmentOver, AppointmentNotYet (409)."""
    appointment = await _planned(tx, caller, appointment_id, version)
    if appointment.begins_at > now(tx):
        raise AppointmentNotYet()
    return _ended(tx, appointment, body.result)


async def view(tx: AsyncSession, appointment: Appointment, *, with_note: bool) -> AppointmentView:
    """Return an appointment as its operator sees it; its note is gone once the person was erased."""
    note = None
    if with_note and appointment.details is not None:
        try:
            key = await keys.of(tx, appointment.key_id)
            note = key.open(AppointmentDetails, appointment.details, _about(appointment.id)).note
        except PersonErased:
            note = None
    case = await tx.get_one(CaseFile, appointment.case_id)
    return AppointmentView.model_validate(appointment.model_dump(exclude={"details"}) | {
        "appointment_id": appointment.id, "case_reference": case.reference, "note": note,
    })  # fmt: skip


async def _check(tx: AsyncSession, operator_id: UUID, officer: str | None, body: TimeIn, but: UUID | None = None) -> None:
    """Raise MalformedRequest (422) for a time that is no future one, OfficerNotFree (409) for one at which the officer sees another.

    An officer's appointments in restricted cases are not seen here by who is not cleared: better two at a time than a hint.
    """
    if body.begins_at <= now(tx):
        raise malformed("#/begins_at", "in_the_past")
    if body.begins_at > now(tx) + FURTHEST:
        raise malformed("#/begins_at", "too_far")
    if officer is None:
        return
    await tx.execute(_ONE_AT_A_TIME, {"officer": f"{operator_id}/{officer}"})
    ends_at = body.begins_at + timedelta(minutes=body.minutes)
    for other in await store.around(tx, operator_id, officer, body.begins_at - LONGEST, ends_at):
        if other.id != but and _end_of(other) > body.begins_at:
            raise OfficerNotFree()


def _end_of(appointment: Appointment) -> datetime:
    return appointment.begins_at + timedelta(minutes=appointment.minutes)


async def _planned(tx: AsyncSession, caller: Caller, appointment_id: UUID, version: int) -> Appointment:
    appointment = await store.locked_appointment(tx, caller, appointment_id)
    if appointment is None:
        raise AppointmentNotFound()
    if appointment.version != version:
        raise Stale()
    if appointment.state != "planned":
        raise AppointmentOver()
    return appointment


def _ended(tx: AsyncSession, appointment: Appointment, state: str, reason: str | None = None) -> Appointment:
    appointment.state, appointment.reason, appointment.recorded_at = state, reason, now(tx)
    appointment.version += 1
    return appointment


def _about(appointment_id: UUID) -> str:
    return f"appointment.details/{appointment_id}"
