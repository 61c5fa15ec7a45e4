"""The feed over HTTP: pages, long polls and server-sent events, of all that an organisation may see or of one subscription."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response, Security
from fastapi.responses import StreamingResponse
from ihala_kit.auth import Caller, bearer_token, caller
from ihala_kit.db import Database
from ihala_kit.pages import MalformedCursor
from ihala_kit.problems import InsufficientScope, MalformedRequest, responses

from ihala_notify import following, streaming
from ihala_notify import models as v1
from ihala_notify.cloud_events import as_page
from ihala_notify.errors import CursorTooOld
from ihala_notify.following import Wanted
from ihala_notify.subscriptions import commands
from ihala_notify.subscriptions.errors import SubscriptionNotFound, SubscriptionRests
from ihala_notify.wakeups import Wakeups

LONGEST_WAIT_SECONDS = 25
MOST_EVENTS = 1000

router = APIRouter(prefix="/v1")
Following = Annotated[Caller, Security(caller, scopes=["events:read"])]


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
async def events(request: Request, caller: Following, database: OwnDatabase, wakeups: Waking, asked: WhatFollows) -> Response:
    """Follow what concerns your organisation: everything after the cursor, in the feed's order, without a gap; kept 30 days.

    What one `source` says about one `subject` comes in the order in which it happened; between sources nothing is promised.

    To begin: take the cursor of `after=latest`, list what is open, then follow from that cursor and drop what you know in a newer
    version. An event may come twice, under the same id: after a restore all that came since the backup does.
    With `Accept: text/event-stream` the answer stays open and events come as they happen; it ends after a minute at most:
    come again with `Last-Event-ID`.
    """
    return await _followed(request, caller, database, wakeups, asked, following.everything)


@router.get(
    "/subscriptions/{subscription_id}/events",
    response_model=v1.Events,
    response_model_exclude_none=True,
    responses=_STREAMED
    | responses(MalformedCursor, MalformedRequest, CursorTooOld, SubscriptionNotFound, SubscriptionRests, InsufficientScope),
)
async def subscription_events(
    request: Request, subscription_id: UUID, caller: Following, database: OwnDatabase, wakeups: Waking, asked: WhatFollows
) -> Response:
    """Follow the events of one subscription, as pages or as a stream; cursors are those of the whole feed.

    Where little fits an answer may come early and without events: its cursor has moved on, ask again with that.
    """
    wanted = partial(commands.begin_reading, caller=caller, subscription_id=subscription_id)
    async with database.transaction(caller) as tx:
        await wanted(tx)  # before anything is waited for
    return await _followed(request, caller, database, wakeups, asked, wanted)


async def _followed(request: Request, caller: Caller, database: Database, wakeups: Wakeups, asked: Asked, wanted: Wanted) -> Response:
    """Answer with a page, or with a stream where that is asked for; what is wrong with the cursor is said before either."""
    streamed = streaming.MEDIA_TYPE in request.headers.get("accept", "")
    if asked.after == following.LATEST:
        page = await following.newest(database, caller)
    else:
        page = await following.follow(database, wakeups, caller, asked.after, wanted, 0 if streamed else asked.wait, asked.limit)
    if not streamed:
        return Response(as_page(page.items, page.cursor), media_type="application/json")
    tokens, token = request.app.state.tokens, bearer_token(request)
    parts = streaming.stream(database, wakeups, caller, page, wanted, lambda: tokens.caller_of(token))
    return StreamingResponse(parts, media_type=streaming.MEDIA_TYPE, headers={"Cache-Control": "no-store"})
