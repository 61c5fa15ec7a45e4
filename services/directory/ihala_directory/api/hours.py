"""When a service is open, and the holidays that count."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction, now
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.instants import OnDay, as_iso
from ihala_kit.once import Once
from ihala_kit.problems import responses
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from ihala_directory import errors, hours, store
from ihala_directory.api.callers import Administering, Reading
from ihala_directory.calendars import commands
from ihala_directory.calendars import store as calendars
from ihala_directory.calendars.tables import Holiday
from ihala_directory.models import hours as bodies
from ihala_directory.places import places

router = APIRouter(prefix="/v1", tags=["opening times"])

Days = Annotated[int, Query(ge=1, le=62)]
LAST = date(9999, 1, 1)  # there must be days after it
FirstDay = Annotated[date, Field(le=LAST), BeforeValidator(as_iso)]


@router.get(
    "/services-at-locations/{service_at_location_id}/openings",
    response_model=bodies.Openings,
    responses=responses(errors.ServiceAtLocationNotFound),
)
async def list_openings(
    service_at_location_id: UUID,
    tx: Transaction,
    _: Reading,
    first: Annotated[FirstDay | None, Query(alias="from", description="The first day; today if it is left out.")] = None,
    days: Days = 14,
) -> bodies.Openings:
    """Return when a service is open at a location: its schedules (else the service's), less closures and holidays. Asia/Baghdad.

    Never, as long as it is paused or closed, or its organisation is suspended or has left.
    """
    at, where = await store.at_location(tx, service_at_location_id)
    service = await store.service(tx, at.service_id)
    owner = await store.organization(tx, at.organization_id)
    if (at.status, service.status, owner.status) != ("open", "active", "active"):
        return bodies.Openings(open_now=False, items=[])
    today = hours.day_of(now(tx))
    begins = first or today
    schedules, closures = at.schedules or service.schedules, [*service.closures, *at.closures]
    span = min(begins, today), max(begins + timedelta(days=days), today)
    off = await calendars.days_off(tx, places().get(where.place), at.operator_id, *span)
    return bodies.Openings(
        open_now=hours.is_open(schedules, closures, off, now(tx)),
        items=[
            bodies.Opening(opens_at=opens, closes_at=closes) for opens, closes in hours.openings(schedules, closures, off, begins, days)
        ],
    )


@router.get("/holidays", response_model=bodies.Holidays)
async def list_holidays(
    tx: Transaction, _: Reading, first: Annotated[OnDay, Query(alias="from")], last: Annotated[OnDay, Query(alias="until")]
) -> bodies.Holidays:
    """Return the holidays from one day to another, both included; at most a thousand."""
    return bodies.Holidays(items=[bodies.Holiday.model_validate(one) for one in await calendars.holidays(tx, first, last)])


@router.post(
    "/holidays",
    status_code=201,
    response_model=bodies.Holiday,
    responses=responses(errors.OfficersOnly, errors.UnknownPlace, errors.AlreadyExists),
)
async def declare_holiday(
    body: bodies.NewHoliday, response: Response, caller: Administering, once: Once, tx: Transaction
) -> bodies.Holiday:
    """Declare a holiday for the offices of the caller's operator in an area."""

    async def declare() -> bodies.Holiday:
        return _shown(response, await commands.declare(tx, caller, body))

    return await once(bodies.Holiday, declare)


@router.delete(
    "/holidays/{holiday_id}",
    response_model=bodies.Holiday,
    responses=responses(errors.OfficersOnly, errors.HolidayNotFound),
)
async def take_back_holiday(
    holiday_id: UUID, response: Response, caller: Administering, if_match: IfMatch, tx: Transaction
) -> bodies.Holiday:
    """Take a holiday back."""
    return _shown(response, await commands.take_back(tx, caller, holiday_id, if_match))


def _shown(response: Response, row: Holiday) -> bodies.Holiday:
    set_etag(response, row.version)
    return bodies.Holiday.model_validate(row)
