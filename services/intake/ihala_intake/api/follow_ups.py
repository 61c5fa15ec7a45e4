"""Follow-ups: what is due, and what the person said."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from ihala_kit.words import Language, language_of
from starlette.responses import Response

from ihala_intake import store
from ihala_intake.commands import follow_ups
from ihala_intake.commands.read_follow_ups import detail, view
from ihala_intake.errors import FollowUpNotDue, FollowUpNotFound, PersonErased, ProviderMayNotVerify
from ihala_intake.following.errors import NotHerWorker, TriedToday, WayNotAllowed
from ihala_intake.models.follow_ups import FollowUpDetail, FollowUpState, FollowUpView, ResultIn
from ihala_intake.tables import Need

router = APIRouter(prefix="/v1/follow-ups", tags=["follow-ups"])
FollowingUp = Annotated[Caller, Security(caller, scopes=["intake:follow-up"])]
State = Annotated[FollowUpState, Query()]
RESULT_REFUSALS = responses(
    FollowUpNotFound, FollowUpNotDue, TriedToday, ProviderMayNotVerify, NotHerWorker, WayNotAllowed, PersonErased
)  # fmt: skip


@router.get("", response_model=Page[FollowUpView])
async def find(caller: FollowingUp, tx: Transaction, page: PageQuery, request: Request, state: State = "due") -> Page[FollowUpView]:
    """Return the caller's follow-ups in a state, the longest due first."""
    after = page.after_as(datetime, UUID)
    rows = page_of(await store.follow_ups(tx, caller, state, after, page.fetch), page, lambda row: (row[0].due_at, row[0].id))
    return Page(items=[view(follow_up, need, _language(request)) for follow_up, need in rows])


@router.get("/{follow_up_id}", response_model=FollowUpDetail, responses=responses(FollowUpNotFound))
async def show(follow_up_id: UUID, caller: FollowingUp, tx: Transaction, request: Request, response: Response) -> FollowUpDetail:
    """Return one follow-up with its tries and what the person said. Logged with the person."""
    follow_up = await store.follow_up_of(tx, caller, follow_up_id)
    if follow_up is None:
        raise FollowUpNotFound()
    set_etag(response, follow_up.version)
    return await detail(tx, caller, follow_up, await tx.get_one(Need, follow_up.need_id), _language(request))


@router.post("/{follow_up_id}/result", response_model=FollowUpView, responses=RESULT_REFUSALS)
async def record(
    follow_up_id: UUID, body: ResultIn, caller: FollowingUp, if_match: IfMatch, once: Once, tx: Transaction, request: Request,
    response: Response,
) -> FollowUpView:  # fmt: skip
    """Write down whether help came, in the person's word, or that they were not reached this time."""

    async def run() -> FollowUpView:
        follow_up, need = await follow_ups.record(tx, caller, follow_up_id, if_match, body)
        set_etag(response, follow_up.version)
        return view(follow_up, need, _language(request))

    return await once(FollowUpView, run)


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))
