"""What the parties of a referral do together beside its moves: tries, notes, appointments, files."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from pydantic import Field
from starlette.responses import Response

from ihala_referral import store
from ihala_referral.api.rights import Answering, Reading
from ihala_referral.errors import DateNotAllowed, MoveNotAllowed, ReferralNotFound
from ihala_referral.models import Nothing
from ihala_referral.tables import Appointment, ContactTry
from ihala_referral.together import appointments, files, models, notes, tries
from ihala_referral.together import store as kept
from ihala_referral.together.errors import (
    AppointmentMoveNotAllowed,
    AppointmentNotFound,
    FileNotFound,
    FilesFull,
    OutsideConsent,
    SaidByVoice,
    WayNotAllowed,
)

router = APIRouter(prefix="/v1/referrals/{referral_id}", tags=["working together"])
SEEN = responses(ReferralNotFound)
DONE = responses(ReferralNotFound, MoveNotAllowed)
_CHANGED = responses(ReferralNotFound, AppointmentNotFound, MoveNotAllowed, AppointmentMoveNotAllowed, DateNotAllowed)
FileList = Annotated[list[models.FileView], Field(max_length=files.MOST)]


@router.post("/tries", status_code=201, response_model=models.TryView, responses=DONE | responses(WayNotAllowed, DateNotAllowed))
async def log_try(referral_id: UUID, body: models.TryIn, caller: Reading, once: Once, tx: Transaction) -> models.TryView:
    """Write down one try to reach the person, as receiver, origin or office. Three on different days make somebody unreachable."""
    return await once(models.TryView, lambda: tries.log(tx, caller, referral_id, body))


@router.get("/tries", response_model=Page[models.TryView], responses=SEEN)
async def list_tries(referral_id: UUID, caller: Reading, tx: Transaction, page: PageQuery) -> Page[models.TryView]:
    """List the tries to reach the person, as they were written down."""
    await store.referral(tx, referral_id)
    rows = page_of(await kept.page(tx, ContactTry, referral_id, page), page, lambda row: (row.id,))
    return Page(items=[models.TryView.model_validate(row) for row in rows])


@router.post("/notes", status_code=201, response_model=models.NoteView, responses=DONE | responses(SaidByVoice, OutsideConsent))
async def write_note(referral_id: UUID, body: models.NoteIn, caller: Reading, once: Once, tx: Transaction) -> models.NoteView:
    """Write a note for the own organisation, or for all parties. None about a restricted need."""

    async def run() -> models.NoteView:
        return await notes.shown(tx, await notes.write(tx, caller, referral_id, body))

    return await once(models.NoteView, run)


@router.get("/notes", response_model=Page[models.NoteView], responses=SEEN)
async def list_notes(referral_id: UUID, caller: Reading, tx: Transaction, page: PageQuery) -> Page[models.NoteView]:
    """List the notes of the caller's organisation and those shared with it, oldest first."""
    referral = await store.referral(tx, referral_id)
    rows = page_of(await kept.notes(tx, caller, referral_id, page), page, lambda row: (row.id,))
    return Page(items=await notes.shown_to(tx, caller, referral, rows))


@router.post(
    "/appointments", status_code=201, response_model=models.AppointmentView, responses=DONE | responses(DateNotAllowed, SaidByVoice)
)
async def propose_appointment(
    referral_id: UUID, body: models.AppointmentIn, caller: Answering, once: Once, tx: Transaction, response: Response
) -> models.AppointmentView:
    """Propose a time to the person, as receiver. Origin or office confirm it."""
    return await once(models.AppointmentView, lambda: _tagged(response, appointments.propose(tx, caller, referral_id, body)))


@router.get("/appointments", response_model=Page[models.AppointmentView], responses=SEEN)
async def list_appointments(referral_id: UUID, caller: Reading, tx: Transaction, page: PageQuery) -> Page[models.AppointmentView]:
    """List the receiver's appointments with the person, as they were proposed."""
    await store.referral(tx, referral_id)
    rows = page_of(await kept.page(tx, Appointment, referral_id, page), page, lambda row: (row.id,))
    return Page(items=[models.AppointmentView.model_validate(row) for row in rows])


@router.post("/appointments/{appointment_id}/confirmation", response_model=models.AppointmentView, responses=_CHANGED)
async def confirm_appointment(
    referral_id: UUID, appointment_id: UUID, caller: Reading, version: IfMatch, once: Once, tx: Transaction, response: Response,
    body: Nothing | None = None,
) -> models.AppointmentView:  # fmt: skip
    """Say, as origin or office, that the person will come."""
    done = (tx, caller, referral_id, appointment_id, version)
    return await once(models.AppointmentView, lambda: _tagged(response, appointments.change(*done, "confirm")))


@router.post(
    "/appointments/{appointment_id}/rescheduling", response_model=models.AppointmentView, responses=_CHANGED | responses(SaidByVoice)
)
async def reschedule_appointment(
    referral_id: UUID, appointment_id: UUID, body: models.AppointmentIn, caller: Answering, version: IfMatch, once: Once,
    tx: Transaction, response: Response,
) -> models.AppointmentView:  # fmt: skip
    """Propose another time, as receiver. It has to be confirmed anew."""
    done = (tx, caller, referral_id, appointment_id, version)
    return await once(models.AppointmentView, lambda: _tagged(response, appointments.change(*done, "reschedule", body)))


@router.post("/appointments/{appointment_id}/attendance", response_model=models.AppointmentView, responses=_CHANGED)
async def tell_attendance(
    referral_id: UUID, appointment_id: UUID, body: models.AttendanceIn, caller: Answering, version: IfMatch, once: Once,
    tx: Transaction, response: Response,
) -> models.AppointmentView:  # fmt: skip
    """Say, as receiver and once its time has come, whether the person came."""
    done = (tx, caller, referral_id, appointment_id, version)
    act: models.AppointmentAct = "attend" if body.attended else "miss"
    return await once(models.AppointmentView, lambda: _tagged(response, appointments.change(*done, act)))


@router.post("/appointments/{appointment_id}/cancellation", response_model=models.AppointmentView, responses=_CHANGED)
async def cancel_appointment(
    referral_id: UUID, appointment_id: UUID, caller: Reading, version: IfMatch, once: Once, tx: Transaction, response: Response,
    body: Nothing | None = None,
) -> models.AppointmentView:  # fmt: skip
    """Take it back, as any of the parties."""
    done = (tx, caller, referral_id, appointment_id, version)
    return await once(models.AppointmentView, lambda: _tagged(response, appointments.change(*done, "cancel")))


@router.post("/files", status_code=201, response_model=models.FileView, responses=DONE | responses(SaidByVoice, OutsideConsent, FilesFull))
async def name_file(referral_id: UUID, body: models.FileIn, caller: Reading, once: Once, tx: Transaction) -> models.FileView:
    """Name a file at intake for the receiver, as origin or office. Only where the consent covers files; none of a restricted need."""
    return await once(models.FileView, lambda: files.name(tx, caller, referral_id, body))


@router.get("/files", response_model=FileList, responses=SEEN)
async def list_files(referral_id: UUID, caller: Reading, tx: Transaction) -> list[models.FileView]:
    """List the files that go with the referral; the receiver fetches them at intake, once the identity is disclosed."""
    await store.referral(tx, referral_id)
    return [models.FileView.model_validate(row) for row in await kept.files(tx, referral_id)]


@router.post("/files/{attachment_id}/removal", response_model=models.FileView, responses=DONE | responses(FileNotFound))
async def take_file_back(
    referral_id: UUID, attachment_id: UUID, caller: Reading, once: Once, tx: Transaction, body: Nothing | None = None
) -> models.FileView:
    """Name a file no more."""
    return await once(models.FileView, lambda: files.take_back(tx, caller, referral_id, attachment_id))


async def _tagged(response: Response, change: Awaitable[Appointment]) -> Appointment:
    row = await change
    set_etag(response, row.version)
    return row
