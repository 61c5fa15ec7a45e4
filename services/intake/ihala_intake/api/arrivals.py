"""Arrivals: return programmes and the border announce who will come; a desk of the operator makes a request of it."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from starlette.responses import Response

from ihala_intake.api.requests import REFUSED, Asking, Reading
from ihala_intake.commands import waiting
from ihala_intake.errors import OperatorUnknown, UnknownPlace
from ihala_intake.models.base import Code
from ihala_intake.models.requests import RequestIn, RequestView
from ihala_intake.models.waiting import ArrivalIn, EndIn, Received, WaitingItem, WaitingState, WaitingView
from ihala_intake.tables import Waiting
from ihala_intake.ways_in import waiting_store as store
from ihala_intake.ways_in.errors import ArrivalNotFound, WaitsNoMore
from ihala_intake.ways_in.kinds import Kind

router = APIRouter(prefix="/v1/arrivals", tags=["arrivals"])
Announcing = Annotated[Caller, Security(caller, scopes=["intake:announce"])]
State = Annotated[WaitingState, Query()]
Governorate = Annotated[Code | None, Query(description="P-code.")]

ENDED = responses(ArrivalNotFound, WaitsNoMore)
COMPLETED = responses(*REFUSED, ArrivalNotFound, WaitsNoMore)


@router.post("", status_code=202, response_model=Received, responses=responses(UnknownPlace, OperatorUnknown, MalformedRequest))
async def announce(body: ArrivalIn, caller: Announcing, once: Once, tx: Transaction) -> Received:
    """Announce somebody who will come, or correct what was announced under the same number, as long as they are expected.

    There is no answer to this but that it was taken, now or later.
    """

    async def run() -> Received:
        await waiting.announce(tx, caller, body)
        return Received()

    return await once(Received, run)


@router.get("", response_model=Page[WaitingItem])
async def find(
    caller: Reading, tx: Transaction, page: PageQuery, state: State = "waiting", governorate: Governorate = None
) -> Page[WaitingItem]:
    """Return what the caller's desks have to do with arrivals, the longest first; without a word about the people."""
    after = page.after_as(datetime, UUID)
    rows = await store.waiting(tx, caller, Kind.ARRIVAL, state, governorate, after, page.fetch)
    return Page(items=[item(row) for row in page_of(rows, page, lambda row: (row.received_at, row.id))])


@router.get("/{arrival_id}", response_model=WaitingView, responses=responses(ArrivalNotFound))
async def show(arrival_id: UUID, caller: Reading, tx: Transaction, response: Response) -> WaitingView:
    """Return one arrival with the person, for the desk that gets in touch. Logged with the person."""
    view = await waiting.show(tx, caller, Kind.ARRIVAL, arrival_id)
    set_etag(response, view.version)
    return view


@router.post("/{arrival_id}/completion", status_code=202, response_model=RequestView, responses=COMPLETED)
async def complete(arrival_id: UUID, body: RequestIn, caller: Asking, if_match: IfMatch, once: Once, tx: Transaction) -> RequestView:
    """Make a request of it: the person is at the desk, and consents anew. What was announced is destroyed."""
    return await once(RequestView, lambda: waiting.complete(tx, caller, Kind.ARRIVAL, arrival_id, if_match, body))


@router.post("/{arrival_id}/closure", response_model=WaitingItem, responses=ENDED)
async def close(
    arrival_id: UUID, body: EndIn, caller: Asking, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> WaitingItem:
    """Close it without a request. What was announced is destroyed."""
    return await once(WaitingItem, lambda: changed(waiting.close(tx, caller, Kind.ARRIVAL, arrival_id, if_match, body), response))


def item(row: Waiting) -> WaitingItem:
    """Return a row without its person."""
    return WaitingItem.model_validate(row)


async def changed(found: Awaitable[Waiting], response: Response) -> WaitingItem:
    """Return a row that was changed, without its person; its new version goes with the answer."""
    row = await found
    set_etag(response, row.version)
    return item(row)
