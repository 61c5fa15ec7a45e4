"""Follow-ups: what is due, and what the person said."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_intake import store
from ihala_intake.commands import follow_ups
from ihala_intake.errors import FollowUpNotDue, FollowUpNotFound, PersonErased, ProviderMayNotVerify
from ihala_intake.models.follow_ups import FollowUpState, FollowUpView, ResultIn
from ihala_intake.tables import FollowUp, Need

router = APIRouter(prefix="/v1/follow-ups", tags=["follow-ups"])
FollowingUp = Annotated[Caller, Security(caller, scopes=["intake:follow-up"])]
State = Annotated[FollowUpState, Query()]
RESULT_REFUSALS = responses(FollowUpNotFound, FollowUpNotDue, ProviderMayNotVerify, PersonErased)


@router.get("", response_model=Page[FollowUpView])
async def find(caller: FollowingUp, tx: Transaction, page: PageQuery, state: State = "due") -> Page[FollowUpView]:
    """Return the caller's follow-ups in a state, the longest due first."""
    after = page.after_as(datetime, UUID)
    rows = page_of(await store.follow_ups(tx, caller, state, after, page.fetch), page, lambda row: (row[0].due_at, row[0].id))
    return Page(items=[_view(follow_up, need) for follow_up, need in rows])


@router.get("/{follow_up_id}", response_model=FollowUpView, responses=responses(FollowUpNotFound))
async def show(follow_up_id: UUID, caller: FollowingUp, tx: Transaction, response: Response) -> FollowUpView:
    """Return one follow-up."""
    follow_up = await store.follow_up_of(tx, caller, follow_up_id)
    if follow_up is None:
        raise FollowUpNotFound()
    set_etag(response, follow_up.version)
    return _view(follow_up, await tx.get_one(Need, follow_up.need_id))


@router.post("/{follow_up_id}/result", response_model=FollowUpView, responses=RESULT_REFUSALS)
async def record(
    follow_up_id: UUID, body: ResultIn, caller: FollowingUp, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> FollowUpView:
    """Write down whether help came, in the person's word, or that they could not be reached."""

    async def run() -> FollowUpView:
        follow_up, need = await follow_ups.record(tx, caller, follow_up_id, if_match, body)
        set_etag(response, follow_up.version)
        return _view(follow_up, need)

    return await once(FollowUpView, run)


def _view(follow_up: FollowUp, need: Need) -> FollowUpView:
    return FollowUpView.model_validate(follow_up.model_dump(exclude={"details"}) | {
        "follow_up_id": follow_up.id, "need_reference": need.reference, "need_state": need.state,
    })  # fmt: skip
