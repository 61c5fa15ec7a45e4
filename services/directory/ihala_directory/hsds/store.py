"""Every query of the HSDS side: a fixed number for a page, whatever is on it. Each takes the caller from the transaction."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ihala_kit.db import caller_of
from sqlalchemy import ColumnElement, func, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.hsds.conditions import seen
from ihala_directory.hsds.entries import AtRows, ServiceRows
from ihala_directory.hsds.pages import Wanted
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation

Condition = ColumnElement[bool]
Listed = type[Service] | type[ServiceAtLocation] | type[Organization]
Located = list[tuple[ServiceAtLocation, Location]]


async def count(tx: AsyncSession, table: Listed, condition: Condition) -> int:
    """Return of how many entries the condition holds."""
    found: int = (await tx.execute(select(func.count()).select_from(table).where(condition))).scalar_one()
    return found


def numbered(table: Listed, condition: Condition, wanted: Wanted) -> Any:
    """Return the query for the ids of a page, by id."""
    return select(col(table.id)).where(condition).order_by(col(table.id)).offset(wanted.offset).limit(wanted.size)


def following(table: Listed, condition: Condition, after: UUID | None, most: int) -> Any:
    """Return the query for the next ids of a list that is read to its end."""
    query = select(col(table.id)).where(condition).order_by(col(table.id)).limit(most)
    return query if after is None else query.where(col(table.id) > after)


async def changes(tx: AsyncSession, ids: Any) -> list[tuple[UUID, Any]]:
    """Return when services last changed, by id."""
    query = _with_owner(tx, select(col(Service.id), _changed(tx))).where(col(Service.id).in_(ids)).order_by(col(Service.id))
    return [(one, at) for one, at in await tx.execute(query)]


async def services(tx: AsyncSession, ids: Any, *, whole: bool = False) -> list[ServiceRows]:
    """Return services by id; `whole` with where they are offered."""
    return await _services(tx, col(Service.id).in_(ids), whole=whole)


async def services_of(tx: AsyncSession, owners: Sequence[UUID], most: int) -> dict[UUID, list[ServiceRows]]:
    """Return the first services of each organisation by id, at most so many of one, with where they are offered."""
    found: dict[UUID, list[ServiceRows]] = defaultdict(list)
    if owners:
        own = select(col(Service.id)).where(col(Service.organization_id) == col(Organization.id), seen(caller_of(tx), Service))
        first = own.order_by(col(Service.id)).limit(most).correlate(Organization).lateral()
        ids = select(first.c.id).select_from(Organization).join(first, true()).where(col(Organization.id).in_(owners))
        for one in await _services(tx, col(Service.id).in_(ids), whole=True):
            found[one.organization.id].append(one)
    return found


async def organizations(tx: AsyncSession, ids: Any) -> Sequence[Organization]:
    """Return organisations by id."""
    query = select(Organization).where(col(Organization.id).in_(ids), seen(caller_of(tx), Organization)).order_by(col(Organization.id))
    return (await tx.scalars(query)).all()


async def ats(tx: AsyncSession, ids: Any) -> list[AtRows]:
    """Return services at locations by id, with their service and organisation."""
    shown = seen(caller_of(tx), ServiceAtLocation, Location, Service, Organization)
    changed = func.greatest(
        col(ServiceAtLocation.changed_at), col(Location.changed_at), col(Service.changed_at), col(Organization.changed_at)
    )
    query = (
        select(ServiceAtLocation, Location, Service, Organization, changed)
        .join(Location, col(Location.id) == ServiceAtLocation.location_id)
        .join(Service, col(Service.id) == ServiceAtLocation.service_id)
        .join(Organization, col(Organization.id) == Service.organization_id)
        .where(col(ServiceAtLocation.id).in_(ids), col(ServiceAtLocation.status) == "open", shown)
        .order_by(col(ServiceAtLocation.id))
    )
    rows = await tx.execute(query)
    return [AtRows(at, where, ServiceRows(one, owner, changed_at, at.figure_at)) for at, where, one, owner, changed_at in rows]


async def _services(tx: AsyncSession, condition: Condition, *, whole: bool) -> list[ServiceRows]:
    query = _with_owner(tx, select(Service, Organization, _changed(tx), _figure(tx))).where(condition).order_by(col(Service.id))
    rows = [(one, owner, changed_at, figure_at) for one, owner, changed_at, figure_at in await tx.execute(query)]
    located = await _located(tx, [row[0].id for row in rows]) if whole else {}
    return [ServiceRows(one, owner, at, figure_at, located.get(one.id, ())) for one, owner, at, figure_at in rows]


def _with_owner(tx: AsyncSession, query: Any) -> Any:
    joined = query.join(Organization, col(Organization.id) == Service.organization_id)
    return joined.where(seen(caller_of(tx), Service, Organization))


async def _located(tx: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Located]:
    found: dict[UUID, Located] = defaultdict(list)
    query = _of_service(tx, select(ServiceAtLocation, Location)).where(
        col(ServiceAtLocation.service_id).in_(ids), col(ServiceAtLocation.status) == "open"
    )
    for at, where in await tx.execute(query.order_by(col(ServiceAtLocation.id))):
        found[at.service_id].append((at, where))
    return found


def _of_service(tx: AsyncSession, query: Any) -> Any:
    joined = query.join(Location, col(Location.id) == ServiceAtLocation.location_id)
    return joined.where(seen(caller_of(tx), ServiceAtLocation, Location))


def _changed(tx: AsyncSession) -> Any:
    """Return when a service, its organisation or a place of it that is shown last changed: what `modified_after` compares."""
    newest = func.max(func.greatest(col(ServiceAtLocation.changed_at), col(Location.changed_at)))
    ats = _of_service(tx, select(newest)).where(col(ServiceAtLocation.service_id) == col(Service.id)).correlate(Service).scalar_subquery()
    return func.greatest(col(Service.changed_at), col(Organization.changed_at), ats)


def _figure(tx: AsyncSession) -> Any:
    """Return the time of the newest figure of free places that is shown."""
    query = _of_service(tx, select(func.max(col(ServiceAtLocation.figure_at))))
    return (
        query.where(col(ServiceAtLocation.service_id) == col(Service.id), col(ServiceAtLocation.status) == "open")
        .correlate(Service)
        .scalar_subquery()
    )
