"""Services, where they are offered, and how many places are free."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_directory import errors, facade, needs, store
from ihala_directory.api.callers import Administering, Reading, Writing
from ihala_directory.commands import services as commands
from ihala_directory.models import drafts, shown
from ihala_directory.places import places
from ihala_directory.tables import Service

router = APIRouter(prefix="/v1", tags=["services"])

_WRONG_DRAFT = (
    errors.UnknownNeedCode, errors.UnknownPlace, errors.UnknownGroup, errors.NotForEmployers, errors.FeeToWorkers,
    errors.PlaceShown, errors.PointAbroad, errors.NotCleared,
)  # fmt: skip


@router.get("/services", response_model=Page[shown.Service], responses=responses(errors.UnknownNeedCode, errors.UnknownPlace))
async def list_services(
    tx: Transaction,
    _: Reading,
    page: PageQuery,
    need: Annotated[drafts.Code | None, Query(description="Only services that meet this need.")] = None,
    area: Annotated[drafts.AreaCode | None, Query(description="Only services for this area, or for a part of it.")] = None,
) -> Page[shown.Service]:
    """Return active services, by id. Restricted ones are shown to the cleared alone."""
    if need is not None and not needs.is_need(need):
        raise errors.UnknownNeedCode(pointer="query/need")
    if area is not None and places().area(area) is None:
        raise errors.UnknownPlace(pointer="query/area")
    rows = await store.services(tx, page, need, places().around(area) if area else None)
    shown_rows = page_of(rows, page, lambda row: (row.id,))
    return Page(items=[facade.service(one) for one in await store.whole(tx, shown_rows)])


@router.get("/services/{service_id}", response_model=shown.Service, responses=responses(errors.ServiceNotFound))
async def get_service(service_id: UUID, response: Response, tx: Transaction, _: Reading) -> shown.Service:
    """Return one service."""
    return await _shown(tx, response, await store.service(tx, service_id))


@router.post(
    "/services",
    status_code=201,
    response_model=shown.Service,
    responses=responses(errors.OfficersOnly, errors.OrganizationNotFound, errors.AlreadyExists, *_WRONG_DRAFT),
)
async def enter_service(body: drafts.NewService, response: Response, caller: Administering, once: Once, tx: Transaction) -> shown.Service:
    """Enter a service of one of the operator's organisations."""

    async def enter() -> shown.Service:
        owner = await commands.organization_for(tx, caller, body.organization_id)
        return await _shown(tx, response, await commands.publish(tx, owner, body.id, body))

    return await once(shown.Service, enter)


@router.put(
    "/services/{service_id}",
    response_model=shown.Service,
    responses=responses(errors.OfficersOnly, errors.ServiceNotFound, *_WRONG_DRAFT, errors.AlreadyExists),
)
async def change_service(
    service_id: UUID, body: drafts.ServiceDraft, response: Response, caller: Administering, if_match: IfMatch, tx: Transaction
) -> shown.Service:
    """Change a service as a whole; a location that is no longer named is closed, and what is held there is taken back."""
    owner, row = await commands.service_for(tx, caller, service_id, if_match)
    return await _shown(tx, response, await commands.change(tx, owner, row, body))


@router.get(
    "/services-at-locations/{service_at_location_id}",
    response_model=shown.ServiceAtLocation,
    responses=responses(errors.ServiceAtLocationNotFound),
)
async def get_service_at_location(service_at_location_id: UUID, response: Response, tx: Transaction, _: Reading) -> shown.ServiceAtLocation:
    """Return one service at one location, with its places."""
    return await _shown_at(tx, response, service_at_location_id)


@router.put(
    "/services-at-locations/{service_at_location_id}/capacity",
    response_model=shown.ServiceAtLocation,
    responses=responses(errors.ServiceAtLocationNotFound),
)
async def set_capacity(
    service_at_location_id: UUID, body: drafts.NewFigure, response: Response, caller: Writing, if_match: IfMatch, tx: Transaction
) -> shown.ServiceAtLocation:
    """Say how many places are free now. Only the service's own organisation and its operator may."""
    await commands.set_capacity(tx, caller, service_at_location_id, if_match, body.figure)
    return await _shown_at(tx, response, service_at_location_id)


async def _shown(tx: AsyncSession, response: Response, row: Service) -> shown.Service:
    """Return a service as a body, with its ETag. Raises ServiceNotFound (404) when its organisation is not the caller's to see."""
    set_etag(response, row.version)
    for one in await store.whole(tx, [row]):
        return facade.service(one)
    raise errors.ServiceNotFound()


async def _shown_at(tx: AsyncSession, response: Response, at_id: UUID) -> shown.ServiceAtLocation:
    at, where = await store.at_location(tx, at_id)
    set_etag(response, at.version)
    return facade.at_location(at, where)
