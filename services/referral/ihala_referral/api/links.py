"""One-time links: issued and revoked by the owning office, answered by anybody who has link and code, on a page."""

from typing import Annotated
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Query, Request, Security
from ihala_contracts.public_routes import LINK
from ihala_kit.auth import Caller, caller, public_caller
from ihala_kit.db import Transaction
from ihala_kit.once import Once
from ihala_kit.problems import responses
from ihala_kit.words import Language, language_of
from starlette.responses import HTMLResponse

from ihala_referral.errors import ReferralNotFound
from ihala_referral.links import answering, commands, models, page
from ihala_referral.links.errors import LinkNotAllowed, LinkNotFound

router = APIRouter(tags=["one-time links"])
Referring = Annotated[Caller, Security(caller, scopes=["referral:refer"])]
Anybody = Annotated[Caller, Security(public_caller)]
Spoken = Annotated[Language | None, Query(alias="lang", description="Else what Accept-Language prefers.")]
FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 16_384
HEADERS = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Security-Policy": page.POLICY, "Vary": "Accept-Language",
    "X-Robots-Tag": "noindex", "Cross-Origin-Opener-Policy": "same-origin",
}  # fmt: skip
_FIELDS = {name: {"type": "string"} for name in ("code", "ticket", "act", "reason", "comment", "sure", "lang")}
_SENT = {"requestBody": {"content": {FORM: {"schema": {"type": "object", "properties": _FIELDS}}}}}


@router.post(
    "/v1/referrals/{referral_id}/links", status_code=201, response_model=models.IssuedLink,
    responses=responses(ReferralNotFound, LinkNotAllowed),
)  # fmt: skip
async def issue(referral_id: UUID, body: models.NewLink, caller: Referring, once: Once, tx: Transaction) -> models.IssuedLink:
    """Issue a link for the receiver's focal person: the link by one channel, its code by another. Both are told this once."""
    told: list[models.IssuedLink] = []

    async def run() -> models.Link:  # what is kept for a repetition is without link and code
        told.append(await commands.issue(tx, caller, referral_id, body))
        return models.Link.model_validate(told[0].model_dump(include=set(models.Link.model_fields)))

    kept = await once(models.Link, run)
    return told[0] if told else models.IssuedLink(**kept.model_dump(), url=None, code=None)


@router.get("/v1/referrals/{referral_id}/links", response_model=models.Links, responses=responses(ReferralNotFound))
async def list_links(referral_id: UUID, caller: Referring, tx: Transaction) -> models.Links:
    """List the links of a referral that the caller's office owns, newest first."""
    return await commands.listed(tx, caller, referral_id)


@router.post(
    "/v1/referrals/{referral_id}/links/{link_id}/revocation", response_model=models.Link,
    responses=responses(ReferralNotFound, LinkNotFound),
)  # fmt: skip
async def revoke(referral_id: UUID, link_id: UUID, caller: Referring, once: Once, tx: Transaction) -> models.Link:
    """Let a link answer nobody any more."""
    return await once(models.Link, lambda: commands.revoke(tx, caller, referral_id, link_id))


@router.get(LINK + "/{token}", response_class=HTMLResponse)
async def open_page(token: str, caller: Anybody, request: Request, language: Spoken = None) -> HTMLResponse:
    """Return the page that asks for the code. It is the same for every link, used, false or good; opening it does nothing."""
    chosen = language or language_of(request.headers.get("accept-language"))
    return _html(page.ask(chosen), chosen)


@router.post(LINK + "/{token}", response_class=HTMLResponse, openapi_extra=_SENT)
async def answer_page(token: str, caller: Anybody, request: Request, tx: Transaction, language: Spoken = None) -> HTMLResponse:
    """Take a form of the page: a code shows the offer, a decision is recorded. Whatever is amiss, the answer is the same page."""
    fields = await _fields(request)
    chosen = _language(fields.get("lang")) or language or language_of(request.headers.get("accept-language"))
    form = answering.Form(
        code=fields.get("code", ""), ticket=fields.get("ticket", ""), act=fields.get("act", ""), reason=fields.get("reason", ""),
        comment=fields.get("comment", "").strip()[: page.LONGEST_COMMENT], sure="sure" in fields,
    )  # fmt: skip
    turn = await answering.answer(tx, token, form)
    return _html(page.ask(chosen, wrong=True) if turn is None else page.show(turn, chosen), chosen)


def _html(content: str, language: Language) -> HTMLResponse:
    return HTMLResponse(content, headers=HEADERS | {"Content-Language": language})


def _language(said: str | None) -> Language | None:
    return next((one for one in page.NAMES if one == said), None)


async def _fields(request: Request) -> dict[str, str]:
    """Return the fields of a small form, each once; none of anything else."""
    body = await request.body()
    if len(body) > LARGEST_FORM or request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return {}
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=len(_FIELDS), errors="strict")
    except ValueError:
        return {}
    return {name: values[0].replace("\0", "") for name, values in found.items() if len(values) == 1}
