"""HTTP in: scope, body, command, response model. No rule and no query."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response, Security
from fastapi.responses import StreamingResponse
from ihala_kit.auth import Caller, bearer_token, caller
from ihala_kit.db import Database, Transaction
from ihala_kit.etag import set_etag
from ihala_kit.once import Once
from ihala_kit.pages import MalformedCursor, Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses

from ihala_notify import commands, following, store, streaming
from ihala_notify import models as v1
from ihala_notify.errors import CursorTooOld, MessageNotFound, SubscriptionNotFound, UnknownEventType
from ihala_notify.wakeups import Wakeups

LONGEST_WAIT_SECONDS = 25
MOST_EVENTS = 500

router = APIRouter(prefix="/v1")
Following = Annotated[Caller, Security(caller, scopes=["events:read"])]
Subscribing = Annotated[Caller, Security(caller, scopes=["notify:subscribe"])]
Reading = Annotated[Caller, Security(caller, scopes=["notify:read"])]


def _database(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


def _wakeups(request: Request) -> Wakeups:
    found: Wakeups = request.app.state.service.wakeups
    return found


OwnDatabase = Annotated[Database, Depends(_database)]
Waking = Annotated[Wakeups, Depends(_wakeups)]
After = Annotated[str | None, Query(max_length=200, description="A `cursor`, or `latest` for the cursor of now. Without: the oldest kept.")]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="Seconds to wait for something to come.")]
Limit = Annotated[int, Query(ge=1, le=MOST_EVENTS, description="How many events at most.")]
LastEventId = Annotated[str | None, Header(max_length=200, description="A stream's last id: goes on after it, whatever `after` says.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """From where on somebody follows, how long to wait for more, and how much at a time."""

    after: str | None
    wait: float
    limit: int


def _asked(after: After = None, wait: Wait = 0, limit: Limit = 100, last_event_id: LastEventId = None) -> Asked:
    return Asked(last_event_id or after, wait, limit)


WhatFollows = Annotated[Asked, Depends(_asked)]
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {"content": {streaming.MEDIA_TYPE: {"schema": {"type": "string", "description": "`id`: a cursor; `data`: a CloudEvent."}}}}
}


@router.get(
    "/events",
    response_model=v1.Events,
    response_model_exclude_none=True,
    responses=_STREAMED | responses(MalformedCursor, MalformedRequest, CursorTooOld),
)
async def events(
    request: Request, caller: Following, database: OwnDatabase, wakeups: Waking, asked: WhatFollows
) -> v1.Events | StreamingResponse:
    """Follow what concerns your organisation: everything after the cursor, in order, without a gap; kept 30 days.

    To begin: take the cursor of `after=latest`, list what is open, then follow from that cursor and drop what you know in a newer
    version. With `Accept: text/event-stream` the answer stays open and events come as they happen; it ends after a minute at most:
    come again with `Last-Event-ID`.
    """
    return await _followed(request, caller, database, wakeups, asked, None)


@router.post(
    "/subscriptions",
    status_code=201,
    response_model=v1.NewSubscription,
    responses=responses(UnknownEventType),
)
async def subscribe(
    body: v1.SubscriptionRequest, caller: Subscribing, once: Once, tx: Transaction, response: Response
) -> v1.NewSubscription:
    """Follow some types of events, or all that your organisation may see."""
    set_etag(response, 1)
    return await once(v1.NewSubscription, lambda: commands.subscribe(tx, caller, body))


@router.get("/subscriptions", response_model=Page[v1.Subscription])
async def subscriptions(caller: Subscribing, tx: Transaction, page: PageQuery) -> Page[v1.Subscription]:
    """List your organisation's subscriptions, oldest first."""
    rows = page_of(await store.subscriptions(tx, caller, page), page, lambda row: (row.id,))
    return Page(items=[v1.Subscription.model_validate(row, from_attributes=True) for row in rows])


@router.get("/subscriptions/{subscription_id}", response_model=v1.Subscription, responses=responses(SubscriptionNotFound))
async def subscription(subscription_id: UUID, caller: Subscribing, tx: Transaction, response: Response) -> v1.Subscription:
    """Show one of your organisation's subscriptions."""
    found = await store.subscription(tx, caller, subscription_id)
    set_etag(response, found.version)
    return v1.Subscription.model_validate(found, from_attributes=True)


@router.get(
    "/subscriptions/{subscription_id}/events",
    response_model=v1.Events,
    response_model_exclude_none=True,
    responses=_STREAMED | responses(MalformedCursor, MalformedRequest, CursorTooOld, SubscriptionNotFound),
)
async def subscription_events(
    request: Request, subscription_id: UUID, caller: Following, database: OwnDatabase, wakeups: Waking, asked: WhatFollows
) -> v1.Events | StreamingResponse:
    """Follow the events of one subscription, as pages or as a stream; cursors are those of the whole feed."""
    async with database.transaction(caller) as tx:
        types = (await store.subscription(tx, caller, subscription_id)).types
    return await _followed(request, caller, database, wakeups, asked, types)


async def _followed(
    request: Request, caller: Caller, database: Database, wakeups: Wakeups, asked: Asked, types: list[str] | None
) -> v1.Events | StreamingResponse:
    """Answer with a page, or with a stream where that is asked for; what is wrong with the cursor is said before either."""
    streamed = streaming.MEDIA_TYPE in request.headers.get("accept", "")
    if asked.after == following.LATEST:
        page = await following.newest(database, caller)
    else:
        page = await following.follow(database, wakeups, caller, asked.after, types, 0 if streamed else asked.wait, asked.limit)
    if not streamed:
        return page
    tokens, token = request.app.state.tokens, bearer_token(request)
    parts = streaming.stream(database, wakeups, caller, page, types, lambda: tokens.caller_of(token))
    return StreamingResponse(parts, media_type=streaming.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


@router.get("/messages", response_model=Page[v1.Message])
async def messages(caller: Reading, tx: Transaction, page: PageQuery, need_id: UUID | None = None) -> Page[v1.Message]:
    """List what people of your operator were told, newest first; with `need_id` about one need."""
    rows = page_of(await store.messages(tx, caller, need_id, page), page, lambda row: (row.id,))
    return Page(items=[v1.Message.model_validate(row, from_attributes=True) for row in rows])


@router.get("/messages/{message_id}", response_model=v1.Message, responses=responses(MessageNotFound))
async def message(message_id: UUID, caller: Reading, tx: Transaction) -> v1.Message:
    """Show what became of one message."""
    return v1.Message.model_validate(await store.message(tx, caller, message_id), from_attributes=True)
