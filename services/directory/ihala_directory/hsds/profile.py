"""Our profile of HSDS: the specification's schemas (vendored), our merge patches over them, and both served at fixed addresses."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_directory.hsds import openapi, patching
from ihala_directory.hsds.errors import EntryNotFound
from ihala_directory.hsds.views import Viewing
from ihala_directory.settings import Settings

VERSION = "3.1.1"
_HERE = Path(__file__).parent
_KEPT = {"Cache-Control": "public, max-age=3600"}
SCHEMAS = (
    "service", "service_list", "service_at_location", "service_at_location_list", "organization", "organization_list",
    "taxonomy", "taxonomy_term",
)  # fmt: skip
DIFFERS = [
    "Places are P-codes of COD-AB Iraq, in external_identifier of locations and service areas. The parameters governorate and district "
    "take them. Iraq's postal codes are not known: postal_code is empty, and the parameter postcode is ignored.",
    "proximity is in metres around lat and lon, all three together.",
    "search reads words as a person means them: spelling, endings, synonyms of needs, places. All that is meant must be met; where nothing "
    "does, some of it. It finds active services that are open somewhere, their organizations, and where they are offered: at the place "
    "that the words name, if they name one. In taxonomies and their terms it looks for parts of names.",
    "Texts are in the language of Accept-Language (en, ar, ckb; else English, else Arabic); members that end in _i18n have all of them.",
    "eligibility_rules and referral of a service say for whom it is and whether somebody can be referred to it. Every service has at least "
    "one need as an attribute; the parameter need takes its code.",
    "capacities are what the provider last said, with the time it said so.",
    "A whole organization has its first 100 services by id, and their locations; services_complete says whether these are all. The second "
    "page of /services?organization_id={id}&per_page=100 goes on.",
    "metadata is not served. Restricted services, and all of organisations without a public page, are not in the public feed in any form.",
    "format=ndjson gives the whole list, one entry a line, by id; minimal takes up to 50000 on a page, other lists 100. At most 100000 "
    "entries may come before a page.",
]

router = APIRouter(tags=["hsds"])
_DOCUMENT: dict[str, Any] = {"response_model": dict[str, Any]}


@cache
def vendored(name: str) -> patching.Document:
    """Return one of the specification's documents, unchanged."""
    packed = _HERE / "vendored" / f"{name}.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else packed.with_suffix("").read_bytes()
    document: patching.Document = json.loads(text)
    return document


@cache
def patches() -> dict[str, patching.Document]:
    """Return our merge patches by the name of the object they are for."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted((_HERE / "patches").glob("*.json"))}


@cache
def schema(name: str) -> patching.Document:
    """Return the specification's schema with our patches in it."""
    document: patching.Document = patching.profiled(vendored(name), patches())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}


def root(home: str, settings: Settings) -> dict[str, Any]:
    """Return what the feed is, and who publishes it where that is known."""
    said = {"name": settings.publisher_name, "website": settings.publisher_website, "email": settings.publisher_email}
    publisher = {name: value for name, value in said.items() if value}
    return {
        "version": VERSION, "profile": f"{home}/profile", "openapi_url": f"{home}/openapi.json",
        "description": "Ihala: services for people who came back to Iraq from abroad or were displaced.",
        **({"publisher": publisher} if settings.publisher_name else {}),
    }  # fmt: skip


@router.get("/openapi.json", **_DOCUMENT)
async def get_openapi(view: Viewing) -> Response:
    """Return the OpenAPI document of this feed: the specification's, with our additions and its known faults put right."""
    return _answer(openapi.document(vendored("openapi"), view.home))


@router.get("/profile", **_DOCUMENT)
async def get_profile(view: Viewing) -> Response:
    """Return what the profile is: what differs, the merge patches, the schemas made with them."""
    names = [*patches(), "openapi"]
    return _answer({
        "name": "Ihala", "uri": f"{view.home}/profile", "hsds_version": VERSION, "differs": DIFFERS,
        "patches": {name: f"{view.home}/profile/{name}.json" for name in names},
        "schema": {name: f"{view.home}/schema/{name}.json" for name in SCHEMAS},
        "licence": "CC BY-SA 4.0, from the HSDS specification, Open Referral",
    })  # fmt: skip


@router.get("/profile/{name}", response_model=dict[str, Any], responses=responses(EntryNotFound))
async def get_patch(view: Viewing, name: str) -> Response:
    """Return one merge patch (RFC 7386), to be laid over the specification's file of the same name."""
    if name == "openapi.json":
        before = vendored("openapi")
        return _answer(patching.difference(before, openapi.document(before, view.home)), "application/merge-patch+json")
    patch = patches().get(name.removesuffix(".json")) if name.endswith(".json") else None
    if patch is None:
        raise EntryNotFound()
    return _answer(patch, "application/merge-patch+json")


@router.get("/schema/{name}", response_model=dict[str, Any], responses=responses(EntryNotFound))
async def get_schema(request: Request, name: str) -> Response:
    """Return one schema of an answer: self-contained, Draft 2020-12."""
    if name not in {f"{one}.json" for one in SCHEMAS}:
        raise EntryNotFound()
    return Response(_text(name.removesuffix(".json")), media_type="application/schema+json", headers=_KEPT)


@cache
def _text(name: str) -> bytes:
    return json.dumps(schema(name), ensure_ascii=False, separators=(",", ":")).encode()


def _answer(body: Any, media_type: str = "application/json") -> Response:
    return Response(json.dumps(body, ensure_ascii=False).encode(), media_type=media_type, headers=_KEPT)
