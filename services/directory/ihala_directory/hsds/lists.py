"""What each list and each entry is: which condition, which rows, which shape. No HTTP."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.hsds import asked as asks
from ihala_directory.hsds import entries, store
from ihala_directory.hsds.answers import Entry
from ihala_directory.hsds.pages import LARGEST_SIZE
from ihala_directory.hsds.views import View, told

MOST_SERVICES = LARGEST_SIZE
"""Of one organisation, in its whole entry: as many as a page of /services?organization_id= has, which goes on with the second."""


async def services(tx: AsyncSession, view: View, asked: asks.Services, ids: Any) -> list[Entry]:
    """Return services: minimal, whole or brief, as asked."""
    if asked.minimal:
        return [{"id": str(one), "modified_date": entries.instant(at)} for one, at in await store.changes(tx, ids)]
    shape = entries.whole_service if asked.full else entries.service
    return [shape(one, told(view, tx)) for one in await store.services(tx, ids, whole=asked.full)]


async def ats(tx: AsyncSession, view: View, asked: asks.ServicesAtLocations, ids: Any) -> list[Entry]:
    """Return services at locations, whole or brief."""
    shape = entries.whole_service_at_location if asked.full else entries.service_at_location
    return [shape(one, told(view, tx)) for one in await store.ats(tx, ids)]


async def organizations(tx: AsyncSession, view: View, asked: asks.Organizations, ids: Any) -> list[Entry]:
    """Return organisations, brief, with their services, or with their whole services."""
    rows = await store.organizations(tx, ids)
    if asked.whole:
        return await _whole_organizations(tx, view, rows, full_service=asked.full_service)
    return [entries.organization(one, told(view, tx)) for one in rows]


async def service(tx: AsyncSession, view: View, service_id: UUID) -> list[Entry]:
    """Return the whole service, or nothing."""
    return [entries.whole_service(one, told(view, tx)) for one in await store.services(tx, [service_id], whole=True)]


async def at(tx: AsyncSession, view: View, at_id: UUID) -> list[Entry]:
    """Return the whole service at a location, or nothing."""
    return [entries.whole_service_at_location(one, told(view, tx)) for one in await store.ats(tx, [at_id])]


async def organization(tx: AsyncSession, view: View, organization_id: UUID, *, full_service: bool) -> list[Entry]:
    """Return the whole organisation, or nothing."""
    return await _whole_organizations(tx, view, await store.organizations(tx, [organization_id]), full_service=full_service)


async def _whole_organizations(tx: AsyncSession, view: View, rows: Sequence[Any], *, full_service: bool) -> list[Entry]:
    """Return organisations with their first services; one more is asked for, to know whether there are more."""
    services_of = await store.services_of(tx, [row.id for row in rows], MOST_SERVICES + 1)
    return [
        entries.whole_organization(
            row, found[:MOST_SERVICES], told(view, tx), full_service=full_service, complete=len(found) <= MOST_SERVICES
        )
        for row in rows
        for found in (services_of.get(row.id, []),)
    ]
