"""Digests over HTTP: an officer's own wish, and the public page that stops them. No rule and no query."""

from typing import Annotated

from fastapi import APIRouter, Request, Response, Security
from ihala_kit.auth import Caller, caller, public_caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.once import Once
from ihala_kit.problems import responses
from ihala_kit.words import language_of
from starlette.responses import HTMLResponse

from ihala_notify.notices import commands, page, store
from ihala_notify.notices import models as v1
from ihala_notify.notices.errors import DigestNotFound, MailNotSet, OfficerUnknown, TooManyCodes
from ihala_notify.notices.tables import Digest

router = APIRouter(prefix="/v1/digests", tags=["digests"])
Following = Annotated[Caller, Security(caller, scopes=["events:read"])]
Anybody = Annotated[Caller, Security(public_caller)]


@router.get("", response_model=v1.Digest, responses=responses(OfficerUnknown))
async def digest(caller: Following, tx: Transaction, response: Response) -> v1.Digest:
    """Show what you hear by e-mail."""
    return _shown(tx, response, await store.own(tx, caller, commands.officer_of(caller)))


@router.put("", response_model=v1.Digest, responses=responses(OfficerUnknown, MailNotSet, TooManyCodes, Stale))
async def wish(body: v1.DigestWish, caller: Following, if_match: IfMatch, tx: Transaction, response: Response) -> v1.Digest:
    """Hear by e-mail what concerns your organisation, from when you confirm your address on. Where there is none yet, If-Match is "0"."""
    return _shown(tx, response, await commands.wish(tx, caller, body, if_match))


@router.post("/confirmation", response_model=v1.Digest, responses=responses(OfficerUnknown, DigestNotFound))
async def confirm(body: v1.Confirmation, caller: Following, once: Once, tx: Transaction, response: Response) -> v1.Digest:
    """Confirm your address by the code that was mailed, within a day. With a wrong code the state stays `unconfirmed`; ask for a new code
    by sending your wish again."""

    async def run() -> v1.Digest:
        return _shown(tx, response, await commands.confirm(tx, caller, body))

    return await once(v1.Digest, run)


@router.delete("", response_model=v1.Digest, responses=responses(OfficerUnknown, DigestNotFound, Stale))
async def remove(caller: Following, if_match: IfMatch, tx: Transaction, response: Response) -> v1.Digest:
    """Hear nothing by e-mail any more; your address is forgotten."""
    return _shown(tx, response, await commands.remove(tx, caller, if_match))


@router.get("/stop/{token}", response_class=HTMLResponse)
async def stop_page(token: str, caller: Anybody, request: Request) -> HTMLResponse:
    """Return a page that asks whether to stop. It is the same for every link, and opening it does nothing."""
    return _html(page.ask, request)


@router.post("/stop/{token}", response_class=HTMLResponse)
async def stop(token: str, caller: Anybody, request: Request, tx: Transaction) -> HTMLResponse:
    """Stop the digests that the link came with (RFC 8058: one click in a mail program). The answer is the same for every link."""
    await commands.stop(tx, token)
    return _html(page.done, request)


def _html(of: page.Page, request: Request) -> HTMLResponse:
    language = language_of(request.headers.get("accept-language"))
    return HTMLResponse(of(language), headers=page.HEADERS | {"Content-Language": language})


def _shown(tx: Transaction, response: Response, row: Digest | None) -> v1.Digest:
    set_etag(response, commands.version_of(row))
    return commands.shown(tx, row)
