"""What was published before: the versions of organisations and services."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from ihala_kit.db import Transaction
from ihala_kit.pages import Page, PageQuery, PageRequest, page_of
from ihala_kit.problems import responses
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import store as entries
from ihala_directory.api.callers import Reading
from ihala_directory.errors import OrganizationNotFound, ServiceNotFound
from ihala_directory.joining import store
from ihala_directory.joining.errors import VersionNotFound
from ihala_directory.models.joining import Version, VersionBrief

router = APIRouter(prefix="/v1", tags=["versions"])

Number = Annotated[int, Path(ge=1, le=2_147_483_647, description="The version, as the entry's ETag says it.")]


@router.get("/organizations/{organization_id}/versions", response_model=Page[VersionBrief], responses=responses(OrganizationNotFound))
async def list_organization_versions(organization_id: UUID, page: PageQuery, tx: Transaction, _: Reading) -> Page[VersionBrief]:
    """Return the versions of an organisation, the newest first."""
    await entries.organization(tx, organization_id)
    return await _page(tx, page, organization_id)


@router.get(
    "/organizations/{organization_id}/versions/{version}",
    response_model=Version,
    responses=responses(OrganizationNotFound, VersionNotFound),
)
async def get_organization_version(organization_id: UUID, version: Number, tx: Transaction, _: Reading) -> Version:
    """Return an organisation as it was published then."""
    await entries.organization(tx, organization_id)
    return Version.model_validate(await store.version(tx, organization_id, version))


@router.get("/services/{service_id}/versions", response_model=Page[VersionBrief], responses=responses(ServiceNotFound))
async def list_service_versions(service_id: UUID, page: PageQuery, tx: Transaction, _: Reading) -> Page[VersionBrief]:
    """Return the versions of a service, the newest first."""
    await entries.service(tx, service_id)
    return await _page(tx, page, service_id)


@router.get(
    "/services/{service_id}/versions/{version}", response_model=Version, responses=responses(ServiceNotFound, VersionNotFound)
)  # fmt: skip
async def get_service_version(service_id: UUID, version: Number, tx: Transaction, _: Reading) -> Version:
    """Return a service with its locations as it was published then, without places."""
    await entries.service(tx, service_id)
    return Version.model_validate(await store.version(tx, service_id, version))


async def _page(tx: AsyncSession, page: PageRequest, entry_id: UUID) -> Page[VersionBrief]:
    rows = page_of(await store.versions(tx, page, entry_id), page, lambda row: (row.version,))
    return Page(items=[VersionBrief.model_validate(row) for row in rows])
