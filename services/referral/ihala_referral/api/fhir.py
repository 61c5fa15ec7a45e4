"""FHIR R4, to be read: Task and ServiceRequest. No rule, no query."""

import re
from email.utils import format_datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Security
from ihala_contracts.public_routes import FHIR
from ihala_kit.auth import Caller, public_caller
from ihala_kit.db import Transaction
from ihala_kit.outcomes import MEDIA_TYPE
from ihala_kit.problems import responses
from ihala_kit.words import language_of
from starlette.responses import JSONResponse, Response

from ihala_referral.api.rights import Reading
from ihala_referral.fhir import asked, bundles, capability, reading, store
from ihala_referral.fhir.bundles import Home
from ihala_referral.fhir.errors import FormatNotSpoken, ResourceNotFound, SearchRefused
from ihala_referral.fhir.seen import Seen
from ihala_referral.fhir.store import Row

Kind = Literal["Task", "ServiceRequest"]
_FORMATS = frozenset({"json", "application/json", "application/fhir+json"})
_SPOKEN = ("*/*", "application/*", *sorted(_FORMATS - {"json"}))
MOST_PAIRS = 100
FORM_TYPE = "application/x-www-form-urlencoded"
_VERSION = re.compile(r"[1-9][0-9]{0,8}")


class FhirResponse(JSONResponse):
    """JSON as FHIR names it."""

    media_type = MEDIA_TYPE


def _home(request: Request) -> Home:
    """Return where FHIR is served and the language asked for. Raises FormatNotSpoken (406)."""
    asked_for = request.query_params.get("_format")
    accepted = request.headers.get("accept", "*/*").split(",")
    kinds = {one.partition(";")[0].strip().lower() for one in ([asked_for.replace(" ", "+")] if asked_for else accepted)}
    if not kinds & _FORMATS and not (asked_for is None and kinds & {*_SPOKEN, ""}):
        raise FormatNotSpoken()
    return Home(request.app.state.service.settings.issuer, language_of(request.headers.get("accept-language")))


Housed = Annotated[Home, Depends(_home)]
router = APIRouter(prefix=FHIR, tags=["fhir"], default_response_class=FhirResponse)
_READ: dict[str, Any] = {"response_model": dict[str, Any], "responses": responses(ResourceNotFound, FormatNotSpoken)}
_SEARCH: dict[str, Any] = {"response_model": dict[str, Any], "responses": responses(SearchRefused, FormatNotSpoken)}

_FORM: dict[str, Any] = _SEARCH | {
    "openapi_extra": {"requestBody": {"content": {FORM_TYPE: {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}}}}
}


@router.get("/metadata", response_model=dict[str, Any], responses=responses(FormatNotSpoken))
async def metadata(request: Request, home: Housed, _: Annotated[Caller, Security(public_caller)]) -> Response:
    """Return what this server can do: FHIR's CapabilityStatement."""
    service = request.app.state.service
    return FhirResponse(capability.statement(home.issuer, service.title, service.version))


def _strict(request: Request) -> bool:
    return "handling=strict" in request.headers.get("prefer", "").replace(" ", "")


async def _form(request: Request) -> list[tuple[str, str]]:
    """Return the pairs of a form. Raises SearchRefused (400) for a body of another kind."""
    if request.headers.get("content-type", FORM_TYPE).partition(";")[0].strip().lower() != FORM_TYPE:
        raise SearchRefused()
    try:
        return parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_PAIRS, errors="strict")
    except ValueError:
        raise SearchRefused() from None


def _add(kind: Kind) -> None:
    @router.get(f"/{kind}", name=f"search_{kind}", **_SEARCH)
    async def search(request: Request, caller: Reading, tx: Transaction, home: Housed) -> Response:
        """Search what the caller may see. Parameters stand in the CapabilityStatement; the bundle goes on by its `next` link."""
        wanted = asked.search(kind, request.query_params.multi_items(), strict=_strict(request))
        return _told(home, await bundles.searched(tx, home, kind, wanted))

    @router.post(f"/{kind}/_search", name=f"search_{kind}_by_form", **_FORM)
    async def search_by_form(request: Request, caller: Reading, tx: Transaction, home: Housed) -> Response:
        """Search with the parameters in the body, and so in no log. A query: nothing changes."""
        wanted = asked.search(kind, [*request.query_params.multi_items(), *await _form(request)], strict=_strict(request))
        return _told(home, await bundles.searched(tx, home, kind, wanted))

    @router.get(f"/{kind}/_history", name=f"history_of_{kind}", **_SEARCH)
    async def history_of_type(request: Request, caller: Reading, tx: Transaction, home: Housed) -> Response:
        """Return every version of what the caller may see, newest first; `_since` leaves out what is older."""
        wanted = asked.history(request.query_params.multi_items(), strict=_strict(request))
        return _told(home, await bundles.history(tx, home, kind, wanted))

    @router.get(f"/{kind}/{{id}}", name=f"read_{kind}", **_READ)
    async def read(request: Request, id: str, caller: Reading, tx: Transaction, home: Housed) -> Response:
        """Return the newest version; 304 when If-None-Match names it."""
        seen, body = await reading.one(tx, home.language, kind, await _row(tx, id))
        if _known(request, seen):
            return Response(status_code=304, headers=_headers(home, seen))
        return FhirResponse(body, headers=_headers(home, seen))

    @router.get(f"/{kind}/{{id}}/_history", name=f"history_{kind}", **_READ)
    async def history_of_one(request: Request, id: str, caller: Reading, tx: Transaction, home: Housed) -> Response:
        """Return every version of one resource, newest first."""
        wanted = asked.history(request.query_params.multi_items(), strict=_strict(request))
        return _told(home, await bundles.history(tx, home, kind, wanted, await _row(tx, id)))

    @router.get(f"/{kind}/{{id}}/_history/{{version}}", name=f"version_of_{kind}", **_READ)
    async def read_version(id: str, version: str, caller: Reading, tx: Transaction, home: Housed) -> Response:
        """Return one version of one resource."""
        if not _VERSION.fullmatch(version):
            raise ResourceNotFound()
        seen, body = await reading.version(tx, home.language, kind, await _row(tx, id), int(version))
        return FhirResponse(body, headers=_headers(home, seen))


_add("Task")
_add("ServiceRequest")


async def _row(tx: Transaction, id: str) -> Row:
    """Return the row of a resource. Raises ResourceNotFound (404); FHIR ids may be anything, ours are UUIDs."""
    try:
        found = await store.row(tx, UUID(id))
    except ValueError:
        found = None
    if found is None:
        raise ResourceNotFound()
    return found


def _told(home: Home, body: dict[str, Any]) -> Response:
    return FhirResponse(body, headers={"Content-Language": home.language, "Vary": "Accept-Language"})


def _headers(home: Home, seen: Seen) -> dict[str, str]:
    changed = format_datetime(seen.at.replace(microsecond=0), usegmt=True)
    return {"ETag": bundles.etag(seen), "Last-Modified": changed, "Content-Language": home.language, "Vary": "Accept-Language"}


def _known(request: Request, seen: Seen) -> bool:
    named = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    return bool(named & {f'"{seen.version}"', "*"})
