"""Occasions: open days, information sessions, community forums; and what forums are concerned about."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from starlette.responses import Response

from ihala_intake.commands import occasions
from ihala_intake.errors import OperatorUnknown, UnknownNeedCode, UnknownPlace
from ihala_intake.models.occasions import AnswerIn, ConcernIn, ConcernView, CountsIn, OccasionIn, OccasionView
from ihala_intake.ways_in import occasions_store as store
from ihala_intake.ways_in.errors import ConcernNotFound, ForumsNameNobody, OccasionNotFound

router = APIRouter(prefix="/v1/occasions", tags=["occasions"])
Holding = Annotated[Caller, Security(caller, scopes=["intake:occasion"])]

REFUSALS = responses(UnknownPlace, UnknownNeedCode, OperatorUnknown, MalformedRequest)
CONCERN_REFUSALS = responses(OccasionNotFound, ForumsNameNobody, UnknownNeedCode, UnknownPlace, MalformedRequest)


@router.post("", status_code=201, response_model=OccasionView, responses=REFUSALS)
async def hold(body: OccasionIn, caller: Holding, once: Once, tx: Transaction, response: Response) -> OccasionView:
    """Write down an occasion, before it or after."""

    async def run() -> OccasionView:
        row = await occasions.hold(tx, caller, body)
        await tx.flush()
        set_etag(response, row.version)
        return (await occasions.views(tx, caller, [row]))[0]

    return await once(OccasionView, run)


@router.get("", response_model=Page[OccasionView])
async def find(caller: Holding, tx: Transaction, page: PageQuery) -> Page[OccasionView]:
    """Return the caller's occasions, the newest first; an operator's are those of all its origins."""
    rows = await store.occasions(tx, caller, page.after_as(date, UUID), page.fetch)
    return Page(items=await occasions.views(tx, caller, page_of(rows, page, lambda row: (row.held_on, row.id))))


@router.get("/{occasion_id}", response_model=OccasionView, responses=responses(OccasionNotFound))
async def show(occasion_id: UUID, caller: Holding, tx: Transaction, response: Response) -> OccasionView:
    """Return one occasion with its counts and how many signed up."""
    row = await occasions.show(tx, caller, occasion_id)
    set_etag(response, row.version)
    return (await occasions.views(tx, caller, [row]))[0]


@router.put("/{occasion_id}/counts", response_model=OccasionView, responses=responses(OccasionNotFound, MalformedRequest))
async def count(occasion_id: UUID, body: CountsIn, caller: Holding, if_match: IfMatch, tx: Transaction, response: Response) -> OccasionView:
    """Write down who came and how they had heard of it, in place of what was counted before."""
    row = await occasions.count(tx, caller, occasion_id, if_match, body)
    set_etag(response, row.version)
    return (await occasions.views(tx, caller, [row]))[0]


@router.post("/{occasion_id}/concerns", status_code=201, response_model=ConcernView, responses=CONCERN_REFUSALS)
async def file_concern(occasion_id: UUID, body: ConcernIn, caller: Holding, once: Once, tx: Transaction, response: Response) -> ConcernView:
    """File what a community forum is concerned about. What would name somebody is refused."""

    async def run() -> ConcernView:
        row = await occasions.file_concern(tx, caller, occasion_id, body)
        set_etag(response, row.version)
        return await occasions.concern_view(tx, row)

    return await once(ConcernView, run)


@router.get("/{occasion_id}/concerns", response_model=Page[ConcernView], responses=responses(OccasionNotFound))
async def concerns(occasion_id: UUID, caller: Holding, tx: Transaction, page: PageQuery) -> Page[ConcernView]:
    """Return an occasion's concerns with what became of them, the oldest first."""
    await occasions.show(tx, caller, occasion_id)
    after = page.after_as(UUID)
    rows = await store.concerns(tx, caller, occasion_id, after[0] if after else None, page.fetch)
    return Page(items=[await occasions.concern_view(tx, row) for row in page_of(rows, page, lambda row: (row.id,))])


@router.post(
    "/{occasion_id}/concerns/{concern_id}/answer", response_model=ConcernView, responses=responses(ConcernNotFound, MalformedRequest)
)
async def answer(
    occasion_id: UUID, concern_id: UUID, body: AnswerIn, caller: Holding, if_match: IfMatch, once: Once, tx: Transaction,
    response: Response,
) -> ConcernView:  # fmt: skip
    """Say, as the operator, what is done about a concern."""

    async def run() -> ConcernView:
        row = await occasions.answer(tx, caller, occasion_id, concern_id, if_match, body)
        set_etag(response, row.version)
        return await occasions.concern_view(tx, row)

    return await once(ConcernView, run)
