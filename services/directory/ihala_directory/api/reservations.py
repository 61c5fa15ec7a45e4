"""For officers: who could help and why, and a place held for a quarter of an hour."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter
from ihala_kit.db import Transaction, now
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_directory import errors, holding, queries, rights, store
from ihala_directory.api.callers import Reading, Reserving
from ihala_directory.commands import reservations as commands
from ihala_directory.models import drafts, matches, shown
from ihala_directory.tables import Reservation

router = APIRouter(prefix="/v1", tags=["matching and places"])

REFERRAL_WITHIN = timedelta(minutes=15)


@router.post(
    "/matches",
    response_model=matches.Matches,
    responses=responses(errors.OfficersOnly, errors.ClearanceNeeded, errors.UnknownNeedCode, errors.UnknownGroup, errors.UnknownPlace),
)
async def match(body: matches.MatchRequest, caller: Reading, tx: Transaction) -> matches.Matches:
    """Return who could meet a need, best first, each criterion explained. Nothing is stored, nothing is promised."""
    return await queries.match(tx, caller, body)


@router.post(
    "/reservations",
    status_code=201,
    response_model=shown.Reservation,
    responses=responses(errors.OfficersOnly, errors.ServiceAtLocationNotFound, errors.NoPlace, errors.AlreadyReserved),
)
async def reserve(body: drafts.NewReservation, response: Response, caller: Reserving, once: Once, tx: Transaction) -> shown.Reservation:
    """Hold one place for a need, for 15 minutes, until a placement claims it as preferred."""

    async def hold() -> shown.Reservation:
        row = await commands.reserve(tx, caller, body.need_id, body.service_at_location_id)
        return _shown(response, row)

    return await once(shown.Reservation, hold)


@router.get("/reservations", response_model=Page[shown.Reservation], responses=responses(errors.OfficersOnly))
async def list_without_referral(caller: Reserving, page: PageQuery, tx: Transaction) -> Page[shown.Reservation]:
    """Return the operator's reservations that were claimed more than 15 minutes ago and that no referral names yet: to be looked at."""
    operator_id = rights.officers_office(caller)
    rows = await store.without_referral(tx, page, operator_id, now(tx) - REFERRAL_WITHIN)
    items = page_of(rows, page, lambda row: (row.reserved_at, row.id))
    return Page(items=[shown.Reservation.model_validate(one) for one in items])


@router.get(
    "/reservations/{reservation_id}",
    response_model=shown.Reservation,
    responses=responses(errors.OfficersOnly, errors.ReservationNotFound),
)
async def get_reservation(reservation_id: UUID, response: Response, caller: Reserving, tx: Transaction) -> shown.Reservation:
    """Return one reservation of the operator."""
    rights.officers_office(caller)
    return _shown(response, await store.reservation(tx, reservation_id))


@router.delete(
    "/reservations/{reservation_id}",
    response_model=shown.Reservation,
    responses=responses(errors.OfficersOnly, errors.ReservationNotFound, errors.ReservationNotOpen),
)
async def release(reservation_id: UUID, response: Response, caller: Reserving, if_match: IfMatch, tx: Transaction) -> shown.Reservation:
    """Give up a reservation that no placement has claimed."""
    return _shown(response, await commands.release(tx, caller, reservation_id, if_match))


def _shown(response: Response, row: Reservation | holding.Held) -> shown.Reservation:
    set_etag(response, row.version)
    return shown.Reservation.model_validate(row)
