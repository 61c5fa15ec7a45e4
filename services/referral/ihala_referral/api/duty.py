"""Duty rosters: who is called in an emergency."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction, now
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.instants import Instant
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_referral.api.rights import Coordinating, Reading
from ihala_referral.duty import commands, models, store, views
from ihala_referral.duty.errors import ProviderOfShiftUnknown, RosterNotKept, ShiftNotAllowed, ShiftNotFound
from ihala_referral.models import Governorate
from ihala_referral.parties import OPERATOR
from ihala_referral.tables import DutyShift

router = APIRouter(prefix="/v1/duty", tags=["duty"])


@router.get("/rosters/{governorate}", response_model=models.Roster, responses=responses(RosterNotKept))
async def read_roster(governorate: Governorate, caller: Reading, tx: Transaction) -> models.Roster:
    """Return who of the caller's operator is on duty in a governorate now, until when it is covered, and where it has gaps."""
    if caller.organization_kind != OPERATOR:
        raise RosterNotKept()
    return await views.roster(tx, caller.organization_id, governorate)


@router.get("/shifts", response_model=Page[models.Shift])
async def list_shifts(
    caller: Coordinating, tx: Transaction, page: PageQuery, governorate: Annotated[Governorate, Query()],
    since: Annotated[Instant | None, Query(description="that end after this instant; now if it is left out")] = None,
) -> Page[models.Shift]:  # fmt: skip
    """List the shifts of the caller's operator in a governorate, in the order in which they begin."""
    rows = page_of(await store.page(tx, caller, governorate, since or now(tx), page), page, lambda row: (row.starts_at, row.id))
    return Page(items=[views.shift(row) for row in rows])


@router.post(
    "/shifts",
    status_code=201,
    response_model=models.Written,
    responses=responses(RosterNotKept, ShiftNotAllowed, ProviderOfShiftUnknown),
)
async def enter_shift(body: models.NewShift, caller: Coordinating, once: Once, tx: Transaction, response: Response) -> models.Written:
    """Put somebody on duty. The answer shows the gaps that are left."""

    async def run() -> models.Written:
        return await _shown(tx, response, await commands.enter(tx, caller, body))

    return await once(models.Written, run)


@router.get("/shifts/{shift_id}", response_model=models.Shift, responses=responses(ShiftNotFound))
async def read_shift(shift_id: UUID, caller: Coordinating, tx: Transaction, response: Response) -> models.Shift:
    """Return one shift of the caller's operator, also one that is over or was taken back: escalations name it."""
    row = await store.own(tx, caller, shift_id)
    set_etag(response, row.version)
    return views.shift(row)


@router.put(
    "/shifts/{shift_id}",
    response_model=models.Written,
    responses=responses(RosterNotKept, ShiftNotFound, ShiftNotAllowed),
)
async def change_shift(
    shift_id: UUID, body: models.Duty, caller: Coordinating, if_match: IfMatch, tx: Transaction, response: Response
) -> models.Written:
    """Give a shift to somebody else, or another time."""
    return await _shown(tx, response, await commands.change(tx, caller, shift_id, if_match, body))


@router.delete(
    "/shifts/{shift_id}",
    response_model=models.Written,
    responses=responses(RosterNotKept, ShiftNotFound, ShiftNotAllowed),
)
async def take_back_shift(shift_id: UUID, caller: Coordinating, if_match: IfMatch, tx: Transaction, response: Response) -> models.Written:
    """Take a shift off the roster. It stays readable at its own address."""
    return await _shown(tx, response, await commands.take_back(tx, caller, shift_id, if_match))


async def _shown(tx: Transaction, response: Response, row: DutyShift) -> models.Written:
    set_etag(response, row.version)
    return await views.written(tx, row)
