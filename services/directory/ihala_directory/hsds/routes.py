"""HTTP in: the addresses of HSDS, once for everybody and once for callers with `directory:read`. No rule and no query."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from ihala_contracts.public_routes import HSDS
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_directory.errors import UnknownNeedCode, UnknownPlace
from ihala_directory.hsds import answers, conditions, lists, profile, shown, terms
from ihala_directory.hsds import asked as asks
from ihala_directory.hsds.errors import EntryNotFound, PageTooDeep, PointMissing
from ihala_directory.hsds.views import FULL, Transaction, View, Viewing, for_caller, for_nobody
from ihala_directory.tables import Organization, Service, ServiceAtLocation

feed = APIRouter(tags=["hsds"])

_PAGE: dict[str, Any] = {"response_model": shown.HsdsPage, "responses": responses(PageTooDeep)}
_ENTRIES: dict[str, Any] = _PAGE | {"responses": responses(PageTooDeep, PointMissing, UnknownNeedCode, UnknownPlace)}
_ENTRY: dict[str, Any] = {"response_model": dict[str, Any], "responses": responses(EntryNotFound)}


@feed.get("", response_model=shown.HsdsRoot)
@feed.get("/", response_model=shown.HsdsRoot)
async def root(request: Request, view: Viewing) -> Response:
    """Return what this feed is: its version of HSDS, its profile and its OpenAPI document."""
    return answers.one(view, [profile.root(view.home, request.app.state.service.settings)])


@feed.get("/services", **_ENTRIES)
async def list_services(tx: Transaction, view: Viewing, asked: Annotated[asks.Services, Query()]) -> Response:
    """Return services."""
    return await _services(tx, view, asked)


@feed.post("/services", **_ENTRIES)
async def query_services(
    tx: Transaction, view: Viewing, asked: Annotated[asks.Services, Query()], body: Annotated[asks.Services | None, Body()] = None
) -> Response:
    """Return services; what is asked may stand in the body, and so in no log. A query: nothing changes."""
    return await _services(tx, view, asked.with_body(body))


@feed.get("/services/{id}", **_ENTRY)
async def get_service(tx: Transaction, view: Viewing, id: str) -> Response:
    """Return one whole service."""
    return answers.one(view, await lists.service(tx, view, answers.known_id(id)))


@feed.get("/service_at_locations", **_ENTRIES)
async def list_service_at_locations(tx: Transaction, view: Viewing, asked: Annotated[asks.ServicesAtLocations, Query()]) -> Response:
    """Return services at locations."""
    return await _ats(tx, view, asked)


@feed.post("/service_at_locations", **_ENTRIES)
async def query_service_at_locations(
    tx: Transaction,
    view: Viewing,
    asked: Annotated[asks.ServicesAtLocations, Query()],
    body: Annotated[asks.ServicesAtLocations | None, Body()] = None,
) -> Response:
    """Return services at locations; what is asked may stand in the body. A query: nothing changes."""
    return await _ats(tx, view, asked.with_body(body))


@feed.get("/service_at_locations/{id}", **_ENTRY)
async def get_service_at_location(tx: Transaction, view: Viewing, id: str) -> Response:
    """Return one whole service at a location."""
    return answers.one(view, await lists.at(tx, view, answers.known_id(id)))


@feed.get("/organizations", **_ENTRIES)
async def list_organizations(tx: Transaction, view: Viewing, asked: Annotated[asks.Organizations, Query()]) -> Response:
    """Return organisations."""
    return await _organizations(tx, view, asked)


@feed.post("/organizations", **_ENTRIES)
async def query_organizations(
    tx: Transaction, view: Viewing, asked: Annotated[asks.Organizations, Query()], body: Annotated[asks.Organizations | None, Body()] = None
) -> Response:
    """Return organisations; what is asked may stand in the body. A query: nothing changes."""
    return await _organizations(tx, view, asked.with_body(body))


@feed.get("/organizations/{id}", **_ENTRY)
async def get_organization(tx: Transaction, view: Viewing, id: str, full_service: Annotated[bool, Query()] = False) -> Response:
    """Return one whole organisation."""
    return answers.one(view, await lists.organization(tx, view, answers.known_id(id), full_service=full_service))


@feed.get("/taxonomies", **_PAGE)
async def list_taxonomies(view: Viewing, asked: Annotated[asks.Taxonomies, Query()]) -> Response:
    """Return our taxonomies: needs, and groups of people."""
    return answers.known(view, asked, terms.taxonomies(asked.search, view.language))


@feed.post("/taxonomies", **_PAGE)
async def query_taxonomies(
    view: Viewing, asked: Annotated[asks.Taxonomies, Query()], body: Annotated[asks.Taxonomies | None, Body()] = None
) -> Response:
    """Return our taxonomies. A query: nothing changes."""
    return answers.known(view, asked.with_body(body), terms.taxonomies(asked.with_body(body).search, view.language))


@feed.get("/taxonomies/{id}", **_ENTRY)
async def get_taxonomy(view: Viewing, id: str) -> Response:
    """Return one taxonomy."""
    key = terms.TAXONOMIES.get(str(answers.known_id(id)))
    return answers.one(view, [terms.taxonomy(key, view.language)] if key else [])


@feed.get("/taxonomy_terms", **_PAGE)
async def list_taxonomy_terms(view: Viewing, asked: Annotated[asks.Terms, Query()]) -> Response:
    """Return the terms: needs by domain, and groups of people."""
    return _terms(view, asked)


@feed.post("/taxonomy_terms", **_PAGE)
async def query_taxonomy_terms(
    view: Viewing, asked: Annotated[asks.Terms, Query()], body: Annotated[asks.Terms | None, Body()] = None
) -> Response:
    """Return the terms. A query: nothing changes."""
    return _terms(view, asked.with_body(body))


@feed.get("/taxonomy_terms/{id}", **_ENTRY)
async def get_taxonomy_term(view: Viewing, id: str) -> Response:
    """Return one term."""
    entry = terms.by_id().get(str(answers.known_id(id)))
    return answers.one(view, [terms.term(entry.code, view.language)] if entry else [])


async def _services(tx: Transaction, view: View, asked: asks.Services) -> Response:
    return await answers.listed(
        tx, view, asked, Service, lambda tx: conditions.of_services(tx, asked), lambda tx, ids: lists.services(tx, view, asked, ids)
    )


async def _ats(tx: Transaction, view: View, asked: asks.ServicesAtLocations) -> Response:
    return await answers.listed(
        tx, view, asked, ServiceAtLocation, lambda tx: conditions.of_ats(tx, asked), lambda tx, ids: lists.ats(tx, view, asked, ids)
    )


async def _organizations(tx: Transaction, view: View, asked: asks.Organizations) -> Response:
    return await answers.listed(
        tx,
        view,
        asked,
        Organization,
        lambda tx: conditions.of_organizations(tx, asked),
        lambda tx, ids: lists.organizations(tx, view, asked, ids),
    )


def _terms(view: View, asked: asks.Terms) -> Response:
    found = terms.terms(asked.search, asked.taxonomy_id, asked.parent_id, top_only=asked.top_only, language=view.language)
    return answers.known(view, asked, found)


public = APIRouter(dependencies=[Depends(for_nobody)])
public.include_router(feed, prefix=HSDS)
public.include_router(profile.router, prefix=HSDS)
full = APIRouter(dependencies=[Depends(for_caller)])
full.include_router(feed, prefix=FULL)
ROUTERS = [public, full]
