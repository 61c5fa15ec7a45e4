"""An operator's view of its messages over HTTP: scope, body, command, response model. No rule and no query."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.instants import Instant
from ihala_kit.once import Once
from ihala_kit.pages import MalformedCursor, Page, PageQuery
from ihala_kit.problems import responses

from ihala_notify import models, rights
from ihala_notify.control import commands, store
from ihala_notify.control import models as v1
from ihala_notify.control.errors import MessageNotFailed, MessageOvertaken
from ihala_notify.errors import MessageNotFound
from ihala_notify.states import Status

router = APIRouter(prefix="/v1/messages")
Code = Annotated[str | None, Query(pattern=r"^[a-z0-9_.-]{1,60}$")]


async def _wanted(  # async, since FastAPI would give anything else a thread of its own
    need_id: UUID | None = None,
    state: store.State | None = None,
    status: Annotated[Status | None, Query(description="More finely than `state`.")] = None,
    template: Code = None,
    channel: Code = None,
    route: Code = None,
    since: Annotated[Instant | None, Query(description="Queued at this instant or later.")] = None,
) -> store.Wanted:
    return store.Wanted(need_id, state, status, template, channel, route, since)


@router.get("", response_model=Page[models.Message], responses=responses(MalformedCursor))
async def messages(
    caller: rights.Reading, tx: Transaction, page: PageQuery, wanted: Annotated[store.Wanted, Depends(_wanted)]
) -> Page[models.Message]:
    """List what people of your operator were told, newest first; with `need_id` about one need. By template, channel or route a page may
    hold fewer than asked for, or none, and yet have a next one: the list ends where there is no Link."""
    return Page(items=[models.Message.of(row) for row in await store.messages(tx, caller, wanted, page)])


@router.get("/waiting", response_model=v1.Waiting)
async def waiting(caller: rights.Reading, tx: Transaction) -> v1.Waiting:
    """Sum up your operator's messages that are not settled: how many wait, by which way, and since when."""
    rows = await store.waiting(tx, caller)
    items = [
        v1.WaitingMessages(
            state="awaiting_receipt" if row["state"] == "sent" else row["state"], channel=row["channel"], route=row["route"],
            count=row["n"], oldest_queued_at=row["oldest"], next_at=row["next"],
        )
        for row in rows
    ]  # fmt: skip
    oldest = min((item.oldest_queued_at for item in items), default=None)
    return v1.Waiting(oldest_queued_at=oldest, count=sum(item.count for item in items), counted_up_to=store.COUNTED, items=items)


@router.post(
    "/{message_id}/resend",
    status_code=202,
    response_model=models.Message,
    responses=responses(MessageNotFound, MessageNotFailed, MessageOvertaken, Stale),
)
async def resend(
    message_id: UUID, caller: rights.Calling, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> models.Message:
    """Send a message again that failed, or of which nothing was heard. The contact is asked anew, and what it says must still be so."""

    async def run() -> models.Message:
        row = await commands.resend(tx, caller, message_id, if_match)
        set_etag(response, store.version_of(row))
        return models.Message.of(row)

    return await once(models.Message, run)
