"""Handing cases over to another operator: offered by one, answered by the other."""

from collections.abc import Awaitable
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_intake import keys
from ihala_intake.casework import store
from ihala_intake.casework.details import HandOverDetails
from ihala_intake.casework.errors import (
    CaseIsClosed,
    CaseNotFound,
    CaseUnfinished,
    HandOverEnded,
    HandOverNotFound,
    OtherOperatorUnknown,
)
from ihala_intake.commands import hand_overs
from ihala_intake.emergencies.errors import NoDutyRoster
from ihala_intake.errors import PersonErased, RoleNeeded
from ihala_intake.models.hand_overs import HandOverIn, HandOverRefusalIn, HandOverState, HandOverView, TakingOverIn
from ihala_intake.tables import HandOver

router = APIRouter(prefix="/v1", tags=["cases"])
Reading = Annotated[Caller, Security(caller, scopes=["intake:read"])]
Working = Annotated[Caller, Security(caller, scopes=["intake:case"])]
OFFER_REFUSALS = responses(CaseNotFound, CaseIsClosed, CaseUnfinished, OtherOperatorUnknown, RoleNeeded, PersonErased)
ANSWER_REFUSALS = responses(HandOverNotFound, HandOverEnded, CaseUnfinished, RoleNeeded, PersonErased)
TAKING_REFUSALS = responses(HandOverNotFound, HandOverEnded, CaseUnfinished, NoDutyRoster, RoleNeeded, PersonErased)


@router.post("/cases/{case_id}/hand-over", status_code=201, response_model=HandOverView, responses=OFFER_REFUSALS)
async def offer(
    case_id: UUID, body: HandOverIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> HandOverView:
    """Offer a case to another operator, since the person agreed. It answers within 14 days, or the case just stays."""
    return await once(HandOverView, lambda: _view(tx, caller, hand_overs.offer(tx, caller, case_id, if_match, body), response))


@router.get("/hand-overs", response_model=Page[HandOverView])
async def find(
    caller: Reading, tx: Transaction, page: PageQuery, direction: Annotated[Literal["incoming", "outgoing"], Query()] = "incoming",
    state: Annotated[HandOverState, Query()] = "offered",
) -> Page[HandOverView]:  # fmt: skip
    """Return what was offered to the caller's organisation, or by it, the oldest first."""
    after = page.after_as(UUID)
    rows = await store.hand_overs(
        tx, caller, incoming=direction == "incoming", state=state, after=after[0] if after else None, limit=page.fetch
    )
    return Page(items=[_shown(caller, row) for row in page_of(rows, page, lambda row: (row.id,))])


@router.get("/hand-overs/{hand_over_id}", response_model=HandOverView, responses=responses(HandOverNotFound))
async def show(hand_over_id: UUID, caller: Reading, tx: Transaction, response: Response) -> HandOverView:
    """Return one hand-over; its note to who offers it, and to who accepted it."""
    return await _view(tx, caller, store.hand_over_of(tx, caller, hand_over_id), response)


@router.post("/hand-overs/{hand_over_id}/acceptance", response_model=HandOverView, responses=TAKING_REFUSALS)
async def accept(
    hand_over_id: UUID, body: TakingOverIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> HandOverView:
    """Take the case, as a coordinator. From now on it is the caller's, and nobody else's."""
    return await once(HandOverView, lambda: _view(tx, caller, hand_overs.accept(tx, caller, hand_over_id, if_match, body), response))


@router.post("/hand-overs/{hand_over_id}/refusal", response_model=HandOverView, responses=ANSWER_REFUSALS)
async def refuse(
    hand_over_id: UUID, body: HandOverRefusalIn, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> HandOverView:
    """Leave the case where it is, as a coordinator."""
    return await once(HandOverView, lambda: _view(tx, caller, hand_overs.refuse(tx, caller, hand_over_id, if_match, body), response))


@router.post("/hand-overs/{hand_over_id}/taking-back", response_model=HandOverView, responses=ANSWER_REFUSALS)
async def take_back(
    hand_over_id: UUID, caller: Working, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> HandOverView:
    """End an offer that was not answered yet, for example since the person thought better of it."""
    return await once(HandOverView, lambda: _view(tx, caller, hand_overs.take_back(tx, caller, hand_over_id, if_match), response))


def _shown(caller: Caller, hand_over: HandOver, note: str | None = None) -> HandOverView:
    offers = caller.organization_id == hand_over.operator_id
    return HandOverView.model_validate(hand_over.model_dump(exclude={"details"}) | {
        "hand_over_id": hand_over.id, "lapses_at": hand_over.next_at, "note": note,
        "case_id": hand_over.case_id if offers else hand_over.new_case_id,
    })  # fmt: skip


async def _view(tx: Transaction, caller: Caller, found: Awaitable[HandOver | None], response: Response) -> HandOverView:
    hand_over = await found
    if hand_over is None:
        raise HandOverNotFound()
    set_etag(response, hand_over.version)
    note = None
    if caller.organization_id == hand_over.operator_id or hand_over.state == "accepted":
        note = await _note(tx, hand_over)
    return _shown(caller, hand_over, note)


async def _note(tx: Transaction, hand_over: HandOver) -> str | None:
    """Return what one officer says to the other; nothing once the person was erased."""
    try:
        key = await keys.of(tx, hand_over.key_id)
    except PersonErased:
        return None
    return key.open(HandOverDetails, hand_over.details, f"hand_over.details/{hand_over.id}").note
