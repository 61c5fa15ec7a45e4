"""What goes wrong with providers and people: corrections, somebody moved, nobody was reached, a provider takes part no more."""

from uuid import UUID

from fastapi import APIRouter
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_referral import models, store, views
from ihala_referral.api.moves import Moving
from ihala_referral.api.rights import Answering, Coordinating, Reading
from ihala_referral.errors import (
    MoveNotAllowed,
    NeedCodeRestricted,
    NeedCodeUnknown,
    PlacementNotFound,
    PreferredReservationMissing,
    ReferralNotFound,
)
from ihala_referral.tables import OnwardNeed
from ihala_referral.together import amending, contact_checks, moving_away, onward, replacements
from ihala_referral.together import store as kept
from ihala_referral.together.errors import NothingToAmend, SaidByVoice
from ihala_referral.together.trouble_models import AmendmentIn, ContactCheckIn, OnwardIn, OnwardView, RelocationIn, Replacement

router = APIRouter(prefix="/v1", tags=["provider trouble"])
MOVED = responses(ReferralNotFound, MoveNotAllowed)


@router.post("/referrals/{referral_id}/amendment", response_model=models.Referral, responses=MOVED | responses(SaidByVoice, NothingToAmend))
async def amend(body: AmendmentIn, caller: Reading, change: Moving) -> models.Referral:
    """Correct, as origin or office, what an open offer says. The receiver sees which fields and why, and reads it anew."""
    return await change.answer(caller, lambda: amending.amend(change.tx, caller, *change.this, body))


@router.post(
    "/referrals/{referral_id}/onward-needs", status_code=201, response_model=OnwardView,
    responses=MOVED | responses(SaidByVoice, NeedCodeRestricted, NeedCodeUnknown),
)  # fmt: skip
async def ask_onward(referral_id: UUID, body: OnwardIn, caller: Answering, once: Once, tx: Transaction) -> OnwardView:
    """Ask, as receiver, that another need of the same person be opened, under the consent's cover or as its office decides."""
    return await once(OnwardView, lambda: onward.ask(tx, caller, referral_id, body))


@router.get("/referrals/{referral_id}/onward-needs", response_model=Page[OnwardView], responses=responses(ReferralNotFound))
async def list_onward(referral_id: UUID, caller: Reading, tx: Transaction, page: PageQuery) -> Page[OnwardView]:
    """List the needs that the receiver asked to have opened, and what became of them."""
    await store.referral(tx, referral_id)
    rows = page_of(await kept.page(tx, OnwardNeed, referral_id, page), page, lambda row: (row.id,))
    return Page(items=[OnwardView.model_validate(row) for row in rows])


@router.post("/referrals/{referral_id}/relocation", response_model=models.Referral, responses=MOVED)
async def relocate(body: RelocationIn, caller: Coordinating, change: Moving) -> models.Referral:
    """Decide about a person who moved to another governorate: the receiver goes on from afar, or a place is sought there."""
    return await change.answer(caller, lambda: moving_away.decide(change.tx, caller, *change.this, body.decision))


@router.post(
    "/placements/{placement_id}/contact-check", response_model=models.Placement,
    responses=responses(PlacementNotFound, MoveNotAllowed, PreferredReservationMissing),
)  # fmt: skip
async def record_contact_check(
    placement_id: UUID, body: ContactCheckIn, caller: Coordinating, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> models.Placement:
    """Say how the contact check ended. Reachable: the same provider is asked once more. Unreachable: it is not, and triage goes on."""

    async def run() -> models.Placement:
        row = await contact_checks.record(tx, caller, placement_id, if_match, body.result)
        set_etag(response, row.version)
        return await views.placement(tx, caller, row)

    return await once(models.Placement, run)


@router.get("/organizations/{organization_id}/replacements", response_model=Page[Replacement])
async def list_replacements(organization_id: UUID, caller: Coordinating, tx: Transaction, page: PageQuery) -> Page[Replacement]:
    """List what ended because this organisation takes part no more, and what stands in its place; needs keep their first clock."""
    rows = page_of(await replacements.left_by(tx, organization_id, page), page, lambda left: (left.referral.id,))
    return Page(items=[replacements.shown(left) for left in rows])
