"""Appointments at the office, for the operator."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction, now
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from starlette.responses import Response

from ihala_intake.casework import store
from ihala_intake.casework.errors import (
    AppointmentNotFound,
    AppointmentNotYet,
    AppointmentOver,
    CaseIsClosed,
    CaseNotFound,
    OfficerNotFree,
)
from ihala_intake.commands import appointments, cases
from ihala_intake.errors import PersonErased
from ihala_intake.models.appointments import (
    AppointmentIn,
    AppointmentResultIn,
    AppointmentState,
    AppointmentView,
    CancellationIn,
    TimeIn,
)
from ihala_intake.models.base import Instant
from ihala_intake.models.cases import Officer
from ihala_intake.tables import Appointment

router = APIRouter(prefix="/v1", tags=["cases"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Working = Annotated[Caller, Security(caller, scopes=["intake:case"])]
MAKING = responses(CaseNotFound, CaseIsClosed, OfficerNotFree, PersonErased, MalformedRequest)
CHANGING = responses(AppointmentNotFound, AppointmentOver, OfficerNotFree, MalformedRequest)
A_WEEK = timedelta(days=7)


@router.post("/cases/{case_id}/appointments", status_code=201, response_model=AppointmentView, responses=MAKING)
async def make(case_id: UUID, body: AppointmentIn, caller: Working, once: Once, tx: Transaction, response: Response) -> AppointmentView:
    """Plan a time at which the person comes to the office."""

    async def run() -> AppointmentView:
        return await _view(tx, await appointments.make(tx, caller, case_id, body), response)

    return await once(AppointmentView, run)


@router.get("/cases/{case_id}/appointments", response_model=Page[AppointmentView], responses=responses(CaseNotFound))
async def of_case(case_id: UUID, caller: Reading, tx: Transaction, page: PageQuery) -> Page[AppointmentView]:
    """Return a case's appointments, the first one first."""
    await cases.owned_case(tx, caller, case_id)
    rows = await store.appointments_of_case(tx, caller, case_id, page.after_as(datetime, UUID), page.fetch)
    return Page(items=[await appointments.view(tx, row, with_note=False) for row in page_of(rows, page, _key)])


@router.get("/appointments", response_model=Page[AppointmentView])
async def find(
    caller: Reading, tx: Transaction, page: PageQuery, state: Annotated[AppointmentState, Query()] = "planned",
    since: Annotated[Instant | None, Query(description="A week ago unless said, so that what nobody recorded is seen.")] = None,
    until: Annotated[Instant | None, Query(description="Two weeks after `since` unless said.")] = None,
    office_id: Annotated[UUID | None, Query()] = None, officer: Annotated[Officer | None, Query()] = None,
) -> Page[AppointmentView]:  # fmt: skip
    """Return the operator's appointments in a span of time, the first one first."""
    begin = (since or now(tx) - A_WEEK).astimezone(UTC)
    rows = await store.appointments(
        tx, caller, state=state, since=begin, until=(until or begin + 2 * A_WEEK).astimezone(UTC), office_id=office_id, officer=officer,
        after=page.after_as(datetime, UUID), limit=page.fetch,
    )  # fmt: skip
    return Page(items=[await appointments.view(tx, row, with_note=False) for row in page_of(rows, page, _key)])


@router.get("/appointments/{appointment_id}", response_model=AppointmentView, responses=responses(AppointmentNotFound))
async def show(appointment_id: UUID, caller: Reading, tx: Transaction, response: Response) -> AppointmentView:
    """Return one appointment with its note."""
    appointment = await store.appointment_of(tx, caller, appointment_id)
    if appointment is None:
        raise AppointmentNotFound()
    return await _view(tx, appointment, response)


@router.post("/appointments/{appointment_id}/change", response_model=AppointmentView, responses=CHANGING)
async def change(
    appointment_id: UUID, body: TimeIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> AppointmentView:
    """Move an appointment."""

    async def run() -> AppointmentView:
        return await _view(tx, await appointments.change(tx, caller, appointment_id, if_match, body), response)

    return await once(AppointmentView, run)


@router.post(
    "/appointments/{appointment_id}/cancellation", response_model=AppointmentView, responses=responses(AppointmentNotFound, AppointmentOver)
)
async def cancel(
    appointment_id: UUID, body: CancellationIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> AppointmentView:
    """Cancel an appointment."""

    async def run() -> AppointmentView:
        return await _view(tx, await appointments.cancel(tx, caller, appointment_id, if_match, body), response)

    return await once(AppointmentView, run)


@router.post(
    "/appointments/{appointment_id}/result", response_model=AppointmentView,
    responses=responses(AppointmentNotFound, AppointmentOver, AppointmentNotYet),
)  # fmt: skip
async def record(
    appointment_id: UUID, body: AppointmentResultIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> AppointmentView:
    """Write down whether the person came."""

    async def run() -> AppointmentView:
        return await _view(tx, await appointments.record(tx, caller, appointment_id, if_match, body), response)

    return await once(AppointmentView, run)


def _key(appointment: Appointment) -> tuple[datetime, UUID]:
    return appointment.begins_at, appointment.id


async def _view(tx: Transaction, appointment: Appointment, response: Response) -> AppointmentView:
    set_etag(response, appointment.version)
    return await appointments.view(tx, appointment, with_note=True)
