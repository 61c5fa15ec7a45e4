"""Reading referrals: lists, one, its moves, the reasons."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction
from ihala_kit.etag import set_etag
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_referral import consequences, models, possible, store, views
from ihala_referral.api.bulk import FORMS
from ihala_referral.api.rights import Reading
from ihala_referral.errors import ReferralNotFound
from ihala_referral.parties import parties
from ihala_referral.states import State

router = APIRouter(tags=["referrals"])
Role = Literal["receiver", "origin", "office"]
_LISTS = {"receiver": store.referrals_received, "origin": store.referrals_asked, "office": store.referrals_owned}


@router.get("/v1/referrals", response_model=Page[models.Referral])
async def list_referrals(
    caller: Reading, tx: Transaction, page: PageQuery,
    role: Annotated[Role, Query(description="as whom: the receiver, the origin, or the owning office")] = "receiver",
    state: Annotated[list[State], Query(description="only in these states")] = [],  # noqa: B006
) -> Page[models.Referral]:  # fmt: skip
    """List the caller's referrals in one of its roles, newest first. Centres of the Ministry of Interior get none as origins."""
    rows = page_of(await _LISTS[role](tx, caller, state, page), page, lambda row: (row.id,))
    return Page(items=await views.referrals(tx, caller, rows))


@router.get("/v1/referrals/{referral_id}", response_model=models.Referral, responses=responses(ReferralNotFound))
async def read_referral(referral_id: UUID, caller: Reading, tx: Transaction, response: Response) -> models.Referral:
    """Return one referral as the caller may see it."""
    row = await store.referral(tx, referral_id)
    set_etag(response, row.version)
    return await views.referral(tx, caller, row)


@router.get("/v1/referrals/{referral_id}/moves", response_model=possible.Moves, responses=responses(ReferralNotFound))
async def read_moves(referral_id: UUID, caller: Reading, tx: Transaction, response: Response) -> possible.Moves:
    """Return what the caller may do with the referral now, and for each move which members and reasons its body takes."""
    situation, row = await store.seen_for_moves(tx, referral_id)
    set_etag(response, row.version)
    return possible.moves(situation, row, parties(caller, row), FORMS)


@router.get("/v1/reasons", response_model=models.Reasons)
async def list_reasons(caller: Reading) -> models.Reasons:
    """Return every reason code with its words in three languages, who may give it and what follows."""
    return models.Reasons(items=[views.reason(reason) for reason in consequences.reasons()])
