"""What goes wrong with providers and people: corrections, somebody moved, nobody was reached, a provider takes part no more."""

from uuid import UUID

from fastapi import APIRouter
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_referral import models, views
from ihala_referral.api.moves import Moving
from ihala_referral.api.rights import Coordinating, Reading
from ihala_referral.errors import MoveNotAllowed, PlacementNotFound, PreferredReservationMissing, ReferralNotFound
from ihala_referral.together import amending, contact_checks, moving_away, replacements
from ihala_referral.together.errors import NothingToAmend, SaidByVoice
from ihala_referral.together.models import AmendmentIn, ContactCheckIn, RelocationIn, Replacement

router = APIRouter(prefix="/v1", tags=["provider trouble"])
MOVED = responses(ReferralNotFound, MoveNotAllowed)


@router.post("/referrals/{referral_id}/amendment", response_model=models.Referral, responses=MOVED | responses(SaidByVoice, NothingToAmend))
async def amend(body: AmendmentIn, caller: Reading, change: Moving) -> models.Referral:
    """Correct, as origin or office, what an open offer says. The receiver sees which fields and why, and reads it anew."""
    return await change.answer(caller, lambda: amending.amend(change.tx, caller, *change.this, body))


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
