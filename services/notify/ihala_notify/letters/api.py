"""Letters over HTTP: scope, body, command, response model. And the page that a stranger finds behind a square."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, Security
from ihala_kit.auth import Caller, caller, public_caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from ihala_kit.vault import Vault
from ihala_kit.words import Language, language_of
from starlette.responses import HTMLResponse

from ihala_notify.feed_api import OwnDatabase
from ihala_notify.letters import codes, commands, page, pdf, printing, store
from ihala_notify.letters import models as v1
from ihala_notify.letters.errors import (
    LetterMoveNotAllowed,
    LetterNeedNotFound,
    LetterNotAllowed,
    LetterNotFound,
    LetterTakesNoName,
)
from ihala_notify.letters.tables import Letter

router = APIRouter(prefix="/v1", tags=["letters"])
Giving = Annotated[Caller, Security(caller, scopes=["notify:letters"])]
Anybody = Annotated[Caller, Security(public_caller)]
Spoken = Annotated[Language | None, Query(alias="lang", description="Else what Accept-Language prefers.")]
Code = Annotated[str, Path(max_length=40, description="As it is printed under the square, or as somebody typed it.")]
_PRINTED = pdf.SHEET | responses(LetterNotFound, LetterMoveNotAllowed)
_MOVED = responses(LetterNotFound, LetterMoveNotAllowed, Stale)
_PAGE_HEADERS = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Security-Policy": page.POLICY, "Vary": "Accept-Language",
    "X-Robots-Tag": "noindex", "Cross-Origin-Opener-Policy": "same-origin",
}  # fmt: skip


@router.post("/letters", status_code=201, response_model=v1.IssuedLetter, responses=responses(LetterNeedNotFound, LetterNotAllowed))
async def issue(body: v1.LetterRequest, caller: Giving, once: Once, tx: Transaction, response: Response) -> v1.IssuedLetter:
    """Give out a letter or a slip about one need. Its sheet is at `/v1/letters/{letter_id}/pdf`."""
    set_etag(response, 1)
    return await once(v1.IssuedLetter, lambda: commands.issue(tx, caller, body))


@router.get("/letters", response_model=Page[v1.Letter])
async def letters(caller: Giving, tx: Transaction, page: PageQuery, need_id: UUID | None = None) -> Page[v1.Letter]:
    """List the letters that your operator gave out, newest first; with `need_id` about one need."""
    rows = page_of(await store.letters(tx, caller, need_id, page), page, lambda row: (row.id,))
    return Page(items=await commands.shown(tx, caller, rows))


@router.get("/letters/by-code/{code}", response_model=v1.Letter, responses=responses(LetterNotFound))
async def by_code(code: Code, caller: Giving, tx: Transaction, request: Request, response: Response) -> v1.Letter:
    """Tell whether a letter that somebody shows is good, and of which need it is. A false code is not found."""
    vault: Vault = request.app.state.vault
    return await _one(tx, caller, await store.by_hash(tx, caller, codes.typed_hash(vault, code)), response)


@router.get("/letters/{letter_id}", response_model=v1.Letter, responses=responses(LetterNotFound))
async def letter(letter_id: UUID, caller: Giving, tx: Transaction, response: Response) -> v1.Letter:
    """Show how a letter stands."""
    return await _one(tx, caller, await store.letter(tx, caller, letter_id), response)


@router.get("/letters/{letter_id}/pdf", response_class=Response, responses=_PRINTED)
async def sheet(letter_id: UUID, caller: Giving, database: OwnDatabase) -> Response:
    """Return the sheet to print, with a line on which a name can be written by hand. The same each time."""
    return pdf.answer(await printing.sheet(database, caller, letter_id, None))


@router.post("/letters/{letter_id}/pdf", response_class=Response, responses=_PRINTED | responses(LetterTakesNoName))
async def sheet_with_name(letter_id: UUID, body: v1.Printing, caller: Giving, database: OwnDatabase) -> Response:
    """Return the sheet with the name of who carries it. Changes nothing: the name is in this answer and nowhere else."""
    return pdf.answer(await printing.sheet(database, caller, letter_id, body.bearer))


@router.post("/letters/{letter_id}/use", response_model=v1.Letter, responses=_MOVED)
async def use(letter_id: UUID, caller: Giving, if_match: IfMatch, once: Once, tx: Transaction, response: Response) -> v1.Letter:
    """Say that the letter was shown and has done its work."""
    return await once(v1.Letter, lambda: _told(response, commands.use(tx, caller, letter_id, if_match)))


@router.post("/letters/{letter_id}/revoke", response_model=v1.Letter, responses=_MOVED)
async def revoke(letter_id: UUID, caller: Giving, if_match: IfMatch, once: Once, tx: Transaction, response: Response) -> v1.Letter:
    """Let the letter be good no more: lost, or given in error."""
    return await once(v1.Letter, lambda: _told(response, commands.revoke(tx, caller, letter_id, if_match)))


@router.get("/slips/{code}", response_class=HTMLResponse)
async def slip(code: str, caller: Anybody, request: Request, language: Spoken = None) -> HTMLResponse:
    """Return what a stranger finds behind a square: the same page for every code, whatever became of it. Nothing is looked up."""
    chosen = language or language_of(request.headers.get("accept-language"))
    return HTMLResponse(page.page(chosen), headers=_PAGE_HEADERS | {"Content-Language": chosen})


async def _one(tx: Transaction, caller: Caller, found: Letter, response: Response) -> v1.Letter:
    set_etag(response, found.version)
    [shown] = await commands.shown(tx, caller, [found])
    return shown


async def _told(response: Response, done: Awaitable[v1.Letter]) -> v1.Letter:
    letter = await done
    set_etag(response, letter.version)
    return letter
