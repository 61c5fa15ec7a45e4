"""Referrals that should never have been: two people, one of them the data-protection officer, take their content out."""

from uuid import UUID

from fastapi import APIRouter
from ihala_kit.db import Transaction
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses

from ihala_referral.api.rights import Reading
from ihala_referral.errors import MoveNotAllowed, ReferralNotFound
from ihala_referral.parties import may_redact
from ihala_referral.together import redacting
from ihala_referral.together.errors import RedactionNotFound, RedactionUnderWay, SecondPersonNeeded
from ihala_referral.together.trouble_models import RedactionDecision, RedactionIn, RedactionView

router = APIRouter(prefix="/v1", tags=["redactions"])
ASKED = responses(ReferralNotFound, MoveNotAllowed, RedactionUnderWay)
DECIDED = responses(ReferralNotFound, RedactionNotFound, MoveNotAllowed, SecondPersonNeeded)


@router.post("/referrals/{referral_id}/redaction", status_code=201, response_model=RedactionView, responses=ASKED)
async def ask(referral_id: UUID, body: RedactionIn, caller: Reading, once: Once, tx: Transaction) -> RedactionView:
    """Ask, as data-protection officer or coordinator, that a referral be emptied."""
    return await once(RedactionView, lambda: redacting.ask(tx, caller, referral_id, body.reason))


@router.post("/referrals/{referral_id}/redaction/decision", response_model=RedactionView, responses=DECIDED)
async def decide(referral_id: UUID, body: RedactionDecision, caller: Reading, once: Once, tx: Transaction) -> RedactionView:
    """Decide as the second person. One of the two is the data-protection officer. Nothing brings the content back."""
    return await once(RedactionView, lambda: redacting.decide(tx, caller, referral_id, agree=body.agree))


@router.get("/redactions", response_model=Page[RedactionView])
async def list_redactions(caller: Reading, tx: Transaction, page: PageQuery) -> Page[RedactionView]:
    """List what the caller's office was asked to empty and waits for a second person, oldest first; nothing for others."""
    rows = await redacting.waiting(tx, caller, page) if may_redact(caller) else []
    return Page(items=[RedactionView.model_validate(row) for row in page_of(rows, page, lambda row: (row.id,))])
