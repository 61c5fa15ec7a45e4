"""The coordinators' side: placements, their two decisions, and what must be looked at."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_referral import models, store, views
from ihala_referral.api.rights import Coordinating
from ihala_referral.commands import coordinating
from ihala_referral.errors import (
    ConsentNotAskedAnew,
    ConsentNotGiven,
    MoveNotAllowed,
    NeedCodeRestricted,
    NeedCodeUnknown,
    PlacementNotFound,
    PreferredReservationMissing,
    ReasonUnknown,
    RouteMissing,
)
from ihala_referral.states import PlacementState

router = APIRouter(tags=["placements"])


@router.get("/v1/placements", response_model=Page[models.PlacementSummary])
async def list_placements(
    caller: Coordinating, tx: Transaction, page: PageQuery,
    state: Annotated[list[PlacementState], Query(description="only in these states")] = [],  # noqa: B006
) -> Page[models.PlacementSummary]:  # fmt: skip
    """List the placements of the caller's office, oldest first; restricted ones for cleared callers alone."""
    rows = page_of(await store.placements(tx, caller, state, page), page, lambda row: (row.id,))
    return Page(items=[views.placement_summary(row) for row in rows])


@router.get("/v1/placements/{placement_id}", response_model=models.Placement, responses=responses(PlacementNotFound))
async def read_placement(placement_id: UUID, caller: Coordinating, tx: Transaction, response: Response) -> models.Placement:
    """Return one placement with every attempt and its explanation."""
    row = await store.placement(tx, placement_id)
    set_etag(response, row.version)
    return await views.placement(tx, caller, row)


@router.post(
    "/v1/placements/{placement_id}/placing",
    response_model=models.Placement,
    responses=responses(
        PlacementNotFound,
        MoveNotAllowed,
        ConsentNotGiven,
        NeedCodeUnknown,
        NeedCodeRestricted,
        PreferredReservationMissing,
        ConsentNotAskedAnew,
    ),
)
async def place(
    placement_id: UUID, body: models.Placing, caller: Coordinating, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> models.Placement:
    """Have a place sought for a need in triage, or again for one that is unserved or was not answered."""

    async def run() -> models.Placement:
        row = await coordinating.place(tx, caller, placement_id, if_match, body.preferred_reservation_id, body.need_code)
        set_etag(response, row.version)
        return await views.placement(tx, caller, row)

    return await once(models.Placement, run)


@router.post(
    "/v1/placements/{placement_id}/rejection",
    response_model=models.Placement,
    responses=responses(PlacementNotFound, MoveNotAllowed, ReasonUnknown, RouteMissing),
)
async def reject(
    placement_id: UUID, body: models.Rejection, caller: Coordinating, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> models.Placement:
    """End it in triage, with the right route where another office is competent."""

    async def run() -> models.Placement:
        row = await coordinating.reject(tx, caller, placement_id, if_match, body.reason, body.route)
        set_etag(response, row.version)
        return await views.placement(tx, caller, row)

    return await once(models.Placement, run)
