"""Calls over HTTP: scope, body, command, response model. No rule and no query."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Key, MalformedCursor, Page, PageQuery, page_of
from ihala_kit.problems import responses
from ihala_kit.words import Language

from ihala_notify.calls import commands, printing, store
from ihala_notify.calls import models as v1
from ihala_notify.calls.errors import CallMoveNotAllowed, CallNotFound, CallNotPrintable, CallResultNotAllowed
from ihala_notify.calls.tables import CallTask
from ihala_notify.feed_api import OwnDatabase
from ihala_notify.letters import pdf
from ihala_notify.rights import Calling

router = APIRouter(prefix="/v1/calls", tags=["calls"])
Spoken = Annotated[Language | None, Query(alias="lang", description="Else the person's own.")]
_MOVES = responses(CallNotFound, CallMoveNotAllowed, Stale)


@router.get("", response_model=Page[v1.Call], responses=responses(MalformedCursor))
async def calls(
    caller: Calling,
    tx: Transaction,
    page: PageQuery,
    need_id: Annotated[UUID | None, Query(description="About this need alone: what is there to say when its person comes?")] = None,
    state: Annotated[store.State, Query(description="open: those to be made, also when somebody has taken them.")] = "open",
) -> Page[v1.Call]:
    """List your operator's calls: those to be made the most urgent and oldest first, others the newest first."""
    rows = page_of(await store.calls(tx, caller, state, need_id, page), page, _open_key if state == "open" else _ended_key)
    return Page(items=[v1.Call.of(row) for row in rows])


@router.get("/{call_id}", response_model=v1.CallDetails, responses=responses(CallNotFound))
async def call(call_id: UUID, caller: Calling, tx: Transaction, response: Response) -> v1.CallDetails:
    """Show one call with what to say in it."""
    found = await commands.details(tx, caller, call_id)
    set_etag(response, found.version)
    return found


@router.get("/{call_id}/pdf", response_class=Response, responses=pdf.SHEET | responses(CallNotFound, CallNotPrintable))
async def slip(call_id: UUID, caller: Calling, database: OwnDatabase, language: Spoken = None) -> Response:
    """Return what there is to say to a person without a phone, to be printed and handed over: a slip without a name. It says no more than
    that there is news where nobody may be written more, or somebody else would read it."""
    return pdf.answer(await printing.slip(database, caller, call_id, language))


@router.post("/{call_id}/take", response_model=v1.Call, responses=_MOVES)
async def take(call_id: UUID, caller: Calling, if_match: IfMatch, once: Once, tx: Transaction, response: Response) -> v1.Call:
    """Take a call, so that nobody else makes it meanwhile."""
    return await once(v1.Call, lambda: _shown(response, commands.take(tx, caller, call_id, if_match)))


@router.post("/{call_id}/result", response_model=v1.Call, responses=_MOVES | responses(CallMoveNotAllowed, CallResultNotAllowed))
async def result(
    call_id: UUID, body: v1.CallResult, caller: Calling, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> v1.Call:
    """Say what came of a call that you took."""
    return await once(v1.Call, lambda: _shown(response, commands.record(tx, caller, call_id, if_match, body.result)))


async def _shown(response: Response, done: Awaitable[CallTask]) -> v1.Call:
    row = await done
    set_etag(response, row.version)
    return v1.Call.of(row)


def _open_key(row: CallTask) -> Key:
    assert row.due_at is not None, "an open call has an instant"
    return row.rank, row.due_at, row.id


def _ended_key(row: CallTask) -> Key:
    return (row.id,)
