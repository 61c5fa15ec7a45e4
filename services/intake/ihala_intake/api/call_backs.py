"""People who ask by themselves, on a public page: they are called back by a desk, which makes a request of it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi import Request as HttpRequest
from ihala_kit.auth import Caller, public_caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once, OnceIfGiven
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses
from ihala_kit.words import Words, language_of
from starlette.responses import Response

from ihala_intake.api.arrivals import Governorate, State, changed, item
from ihala_intake.api.requests import REFUSED, Asking, Reading
from ihala_intake.commands import call_backs, waiting
from ihala_intake.errors import UnknownPlace
from ihala_intake.models.requests import RequestIn, RequestView
from ihala_intake.models.waiting import CallBackIn, CallBackTaken, EndIn, TriedIn, WaitingItem, WaitingView
from ihala_intake.ways_in import waiting_store as store
from ihala_intake.ways_in.errors import CallBackNotFound, NoDeskThere, TooManyAsk, WaitsNoMore
from ihala_intake.ways_in.kinds import Kind

router = APIRouter(prefix="/v1/requests/self", tags=["requests"])
Anybody = Annotated[Caller, Depends(public_caller)]

ENDED = responses(CallBackNotFound, WaitsNoMore)
COMPLETED = responses(*REFUSED, CallBackNotFound, WaitsNoMore)
TAKEN = Words(
    en="Thank you. An office will call this number within two days. The service is free.",
    ar="شكرًا لك. سيتصل مكتب بهذا الرقم خلال يومين. الخدمة مجانية.",
    ckb="سوپاس. نووسینگەیەک لە ماوەی دوو ڕۆژدا پەیوەندی بەم ژمارەیەوە دەکات. خزمەتگوزارییەکە بەخۆڕاییە.",
)


@router.post(
    "", status_code=202, response_model=CallBackTaken, responses=responses(UnknownPlace, NoDeskThere, TooManyAsk, MalformedRequest)
)
async def ask(body: CallBackIn, _: Anybody, once: OnceIfGiven, request: HttpRequest) -> CallBackTaken:
    """Ask to be called. The answer is the same for everybody; neither what is needed nor where the caller sits is written down."""

    async def run() -> CallBackTaken:
        await call_backs.ask(once.tx, body)
        return CallBackTaken(words=TAKEN.spoken(language_of(request.headers.get("accept-language"))))

    return await once(CallBackTaken, run)


@router.get("", response_model=Page[WaitingItem])
async def find(
    caller: Reading, tx: Transaction, page: PageQuery, state: State = "waiting", governorate: Governorate = None
) -> Page[WaitingItem]:
    """Return whom the caller's desks are to call, the longest first; without a word about the people."""
    rows = await store.waiting(tx, caller, Kind.CALL_BACK, state, governorate, page.after_as(datetime, UUID), page.fetch)
    return Page(items=[item(row) for row in page_of(rows, page, lambda row: (row.received_at, row.id))])


@router.get("/{call_back_id}", response_model=WaitingView, responses=responses(CallBackNotFound))
async def show(call_back_id: UUID, caller: Reading, tx: Transaction, response: Response) -> WaitingView:
    """Return whom to call, and when. Logged with the person."""
    view = await waiting.show(tx, caller, Kind.CALL_BACK, call_back_id)
    set_etag(response, view.version)
    return view


@router.post("/{call_back_id}/tries", response_model=WaitingItem, responses=ENDED)
async def tried(
    call_back_id: UUID, body: TriedIn, caller: Asking, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> WaitingItem:
    """Write down a call without an answer, and when to try again. After the third one what was left is destroyed."""
    return await once(WaitingItem, lambda: changed(waiting.tried(tx, caller, call_back_id, if_match, body.again_at), response))


@router.post("/{call_back_id}/completion", status_code=202, response_model=RequestView, responses=COMPLETED)
async def complete(call_back_id: UUID, body: RequestIn, caller: Asking, if_match: IfMatch, once: Once, tx: Transaction) -> RequestView:
    """Make a request of it: the person is on the phone or at the desk, and consents. What was left is destroyed."""
    return await once(RequestView, lambda: waiting.complete(tx, caller, Kind.CALL_BACK, call_back_id, if_match, body))


@router.post("/{call_back_id}/closure", response_model=WaitingItem, responses=ENDED)
async def close(
    call_back_id: UUID, body: EndIn, caller: Asking, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> WaitingItem:
    """Close it without a request. What was left is destroyed."""
    return await once(WaitingItem, lambda: changed(waiting.close(tx, caller, Kind.CALL_BACK, call_back_id, if_match, body), response))
