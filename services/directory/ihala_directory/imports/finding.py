"""The queries for what files name: rows by many ids at once. Each takes the caller from the transaction, as directory's own store does."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from ihala_kit.db import caller_of
from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation
from ihala_directory.visible import published

T = TypeVar("T", Organization, Service)


async def locked_organizations(tx: AsyncSession, ids: Sequence[UUID]) -> Sequence[Organization]:
    """Lock organisations, by id."""
    return await _locked(tx, Organization, ids)


async def locked_services(tx: AsyncSession, ids: Sequence[UUID]) -> Sequence[Service]:
    """Lock services, by id; their organisations are locked."""
    return await _locked(tx, Service, ids)


async def ats_of(tx: AsyncSession, services: Sequence[UUID]) -> Sequence[tuple[ServiceAtLocation, Location]]:
    """Return where services are offered, by id."""
    query = (
        select(ServiceAtLocation, Location)
        .join(Location, col(Location.id) == ServiceAtLocation.location_id)
        .where(_among(ServiceAtLocation.service_id, services), published(caller_of(tx), ServiceAtLocation, Location))
        .order_by(col(ServiceAtLocation.id))
    )
    return (await tx.exec(query.execution_options(populate_existing=True))).all()


async def locations(tx: AsyncSession, ids: Sequence[UUID]) -> Sequence[Location]:
    """Return locations."""
    query = select(Location).where(_among(Location.id, ids), published(caller_of(tx), Location))
    return (await tx.exec(query.execution_options(populate_existing=True))).all()


async def services_of_ats(tx: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the services of services at locations, by their ids."""
    query = select(ServiceAtLocation.id, ServiceAtLocation.service_id).where(
        _among(ServiceAtLocation.id, ids), published(caller_of(tx), ServiceAtLocation)
    )
    return {row.id: row.service_id for row in await tx.execute(query)}


async def _locked(tx: AsyncSession, table: type[T], ids: Sequence[UUID]) -> Sequence[T]:
    query = select(table).where(_among(table.id, ids), published(caller_of(tx), table)).order_by(col(table.id))
    return (await tx.exec(query.with_for_update().execution_options(populate_existing=True))).all()


def _among(column: Any, ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Return the condition that it is one of these: one parameter, however many they are."""
    found: ColumnElement[bool] = column == any_(literal(list(ids), ARRAY(Uuid())))
    return found
