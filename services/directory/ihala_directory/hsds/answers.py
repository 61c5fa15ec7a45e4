"""Answers: one entry, a page, or a whole list as lines."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import JSONResponse, Response, StreamingResponse

from ihala_directory.hsds import pages, store
from ihala_directory.hsds.asked import Asked
from ihala_directory.hsds.errors import EntryNotFound
from ihala_directory.hsds.views import View

Entry = dict[str, Any]
Condition = Callable[[AsyncSession], Awaitable[store.Condition]]
Entries = Callable[[AsyncSession, Any], Awaitable[list[Entry]]]  # of the ids that a query gives, by id

NDJSON = "application/x-ndjson"
LINES_AT_ONCE, WHOLE_LINES_AT_ONCE = 500, 50


def one(view: View, found: Iterable[Entry]) -> Response:
    """Return the one entry. Raises EntryNotFound (404)."""
    entry = next(iter(found), None)
    if entry is None:
        raise EntryNotFound()
    return _json(view, entry)


def known_id(text: str) -> UUID:
    """Return the id. Raises EntryNotFound (404): what is no UUID is no entry's."""
    try:
        return UUID(text)
    except ValueError:
        raise EntryNotFound() from None


async def listed(tx: AsyncSession, view: View, asked: Asked, table: store.Listed, condition: Condition, entries: Entries) -> Response:
    """Return a page of entries, or all of them as lines. Raises what `condition` raises, and PageTooDeep (422)."""
    holds = await condition(tx)  # first, so that a wrong question is refused in either format
    if asked.format == "ndjson":
        return _lines(view, _read_on(view, table, condition, entries, WHOLE_LINES_AT_ONCE if asked.whole else LINES_AT_ONCE))
    wanted = asked.wanted
    total = await store.count(tx, table, holds)
    contents = await entries(tx, store.numbered(table, holds, wanted)) if total > wanted.offset else []
    return _json(view, pages.page(contents, total, wanted))


def known(view: View, asked: Asked, found: list[Entry]) -> Response:
    """Return a page of what is all here already, or all of it as lines. Raises PageTooDeep (422)."""
    return _lines(view, _each(found)) if asked.format == "ndjson" else _json(view, pages.cut(found, asked.wanted))


async def _read_on(view: View, table: store.Listed, condition: Condition, entries: Entries, at_once: int) -> AsyncIterator[bytes]:
    """Read a list to its end: each part is a transaction of its own, so that no reader holds one for long."""
    after: UUID | None = None
    while True:
        async with view.database.transaction(view.caller) as tx:
            ids = list(await tx.scalars(store.following(table, await condition(tx), after, at_once)))
            found = await entries(tx, ids) if ids else []
        yield b"".join(map(_line, found))
        if len(ids) < at_once:
            return
        after = ids[-1]


async def _each(found: list[Entry]) -> AsyncIterator[bytes]:
    yield b"".join(map(_line, found))


def _line(entry: Entry) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _lines(view: View, lines: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(lines, media_type=NDJSON, headers=_headers(view))


def _json(view: View, body: Entry) -> Response:
    return JSONResponse(body, headers=_headers(view))


def _headers(view: View) -> dict[str, str]:
    return {"Content-Language": view.language, "Vary": "Accept-Language"}
