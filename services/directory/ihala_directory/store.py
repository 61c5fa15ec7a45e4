"""Every query. Each takes the caller (of the transaction) and returns only what it may see; what is not shown is not there.

Locks are taken in one order: organisation, service (both shared: many reserve at once, a suspension waits for them), then the service at
the location, whose places are counted, then the reservation.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from ihala_kit.db import caller_of, fetch
from ihala_kit.pages import PageRequest
from sqlalchemy import bindparam, exists, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ihala_directory.errors import (
    OrganizationNotFound,
    ReservationNotFound,
    ServiceAtLocationNotFound,
    ServiceNotFound,
)
from ihala_directory.lifecycle import State
from ihala_directory.tables import Location, Organization, PlacementAnswer, Reach, Reservation, Service, ServiceAtLocation
from ihala_directory.visible import held, published

T = TypeVar("T")
HELD = (State.RESERVED, State.CLAIMED)
HELD_BY = {
    "organization": Reservation.organization_id,
    "service": Reservation.service_id,
    "place": Reservation.service_at_location_id,
}
# visible.held, asked straight through the driver: of everybody who is refused a place.
_OWN_RESERVATION = """
    SELECT id FROM reservation
    WHERE operator_id = $1 AND need_id = $2 AND state = 'reserved' AND ($3 OR operator_id = $4) AND ($5 OR NOT restricted) AND id <> $6
"""
# Asked at every event of a referral, so made once: to make such a statement costs more than to send it.
_PLACE = (
    select(Organization, Service, ServiceAtLocation)
    .join(Service, col(Service.organization_id) == Organization.id)
    .join(ServiceAtLocation, col(ServiceAtLocation.service_id) == Service.id)
    .where(ServiceAtLocation.id == bindparam("id"))
    .with_for_update(read=True, of=[Organization, Service])
    .suffix_with("FOR UPDATE OF service_at_location")
    .execution_options(populate_existing=True)
)
_NEWEST = select(Reservation).order_by(col(Reservation.id).desc()).limit(1)
_RELOCKED = select(Reservation).where(Reservation.id == bindparam("id")).with_for_update().execution_options(populate_existing=True)
_OF_REFERRAL = _NEWEST.where(Reservation.referral_id == bindparam("id"))
_OF_ID = _NEWEST.where(Reservation.id == bindparam("id"))
Whole = tuple[Service, Organization, list[tuple[ServiceAtLocation, Location]]]
Place = tuple[Organization, Service, ServiceAtLocation]


async def organization(tx: AsyncSession, organization_id: UUID, *, lock: bool = False) -> Organization:
    """Return one organisation. Raises OrganizationNotFound (404)."""
    query = select(Organization).where(Organization.id == organization_id, published(caller_of(tx), Organization))
    found = (await tx.exec(_locked(query) if lock else query)).one_or_none()
    if found is None:
        raise OrganizationNotFound()
    return found


async def service(tx: AsyncSession, service_id: UUID, *, lock: bool = False) -> Service:
    """Return one service. Raises ServiceNotFound (404)."""
    query = select(Service).where(Service.id == service_id, published(caller_of(tx), Service))
    found = (await tx.exec(_locked(query) if lock else query)).one_or_none()
    if found is None:
        raise ServiceNotFound()
    return found


async def whole(tx: AsyncSession, services: Sequence[Service]) -> list[Whole]:
    """Return services with their organisations and locations, in the order given."""
    ids, owners = [one.id for one in services], {one.organization_id for one in services}
    shown = published(caller_of(tx), Organization)
    organizations = {one.id: one for one in await tx.exec(select(Organization).where(col(Organization.id).in_(owners), shown))}
    query = (
        select(ServiceAtLocation, Location)
        .join(Location, col(Location.id) == ServiceAtLocation.location_id)
        .where(col(ServiceAtLocation.service_id).in_(ids), published(caller_of(tx), ServiceAtLocation, Location))
        .order_by(col(ServiceAtLocation.service_id), col(ServiceAtLocation.id))
    )
    ats: dict[UUID, list[tuple[ServiceAtLocation, Location]]] = {one: [] for one in ids}
    for at, location in await tx.exec(query):
        ats[at.service_id].append((at, location))
    return [(one, organizations[one.organization_id], ats[one.id]) for one in services if one.organization_id in organizations]


async def services(tx: AsyncSession, page: PageRequest, need: str | None, areas: list[str] | None) -> Sequence[Service]:
    """Return active services of active organisations, by id, that meet `need` in one of `areas` where these are given."""
    query = (
        select(Service)
        .join(Organization, col(Organization.id) == Service.organization_id)
        .where(Service.status == "active", Organization.status == "active", published(caller_of(tx), Service, Organization))
    )
    if need is not None or areas is not None:
        query = query.where(col(Service.id).in_(_reaching(need, areas)))
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(col(Service.id) > after[0])
    return (await tx.exec(query.order_by(col(Service.id)).limit(page.fetch))).all()


def _reaching(need: str | None, areas: list[str] | None) -> SelectOfScalar[UUID]:
    query = select(ServiceAtLocation.service_id).join(Reach, col(Reach.service_at_location_id) == ServiceAtLocation.id)
    query = query.where(ServiceAtLocation.status == "open")
    if need is not None:
        query = query.where(Reach.need_code == need)
    if areas is not None:
        query = query.where(col(Reach.area_code).in_(areas))
    return query


async def at_location(tx: AsyncSession, at_id: UUID) -> tuple[ServiceAtLocation, Location]:
    """Return one service at a location. Raises ServiceAtLocationNotFound (404)."""
    query = (
        select(ServiceAtLocation, Location)
        .join(Location, col(Location.id) == ServiceAtLocation.location_id)
        .join(Service, col(Service.id) == ServiceAtLocation.service_id)
        .where(ServiceAtLocation.id == at_id, published(caller_of(tx), ServiceAtLocation, Location, Service))
    )
    found = (await tx.exec(query)).one_or_none()
    if found is None:
        raise ServiceAtLocationNotFound()
    return found


async def locked_place(tx: AsyncSession, at_id: UUID) -> Place:
    """Lock a place to count on it: nobody suspends its organisation or closes its service now. Raises ServiceAtLocationNotFound."""
    caller = caller_of(tx)
    query = _PLACE if caller.is_system else _PLACE.where(published(caller, ServiceAtLocation, Service, Organization))
    found = (await tx.exec(query, params={"id": at_id})).one_or_none()
    if found is None:
        raise ServiceAtLocationNotFound()
    return found[0], found[1], found[2]


async def ats_of(tx: AsyncSession, service_id: UUID, *, lock: bool = False) -> Sequence[ServiceAtLocation]:
    """Return where a service is offered, by id."""
    shown = published(caller_of(tx), ServiceAtLocation)
    query = select(ServiceAtLocation).where(ServiceAtLocation.service_id == service_id, shown).order_by(col(ServiceAtLocation.id))
    return (await tx.exec(_locked(query) if lock else query)).all()


async def is_shared(tx: AsyncSession, location_id: UUID, *, but: UUID) -> bool:
    """Tell whether another service than `but` is offered at this location, as far as the caller may know."""
    query = select(ServiceAtLocation.id).where(ServiceAtLocation.location_id == location_id, ServiceAtLocation.service_id != but)
    shown = published(caller_of(tx), ServiceAtLocation)
    return (await tx.exec(query.where(shown).limit(1))).first() is not None


async def others_at(tx: AsyncSession, location_id: UUID, *, but: UUID) -> Sequence[Service]:
    """Lock the other services than `but` that are offered at a location, by id. Their organisation, which is its own, is locked."""
    here = select(ServiceAtLocation.service_id).where(ServiceAtLocation.location_id == location_id, ServiceAtLocation.status == "open")
    query = select(Service).where(col(Service.id).in_(here), Service.id != but, Service.status != "closed")
    return (await tx.exec(_locked(query.where(published(caller_of(tx), Service)).order_by(col(Service.id))))).all()


async def locked_service(tx: AsyncSession, at_id: UUID) -> Service:
    """Lock the service of a place to change it; its organisation is held still. Raises ServiceAtLocationNotFound (404)."""
    at, _ = await at_location(tx, at_id)
    owner = select(Organization).where(Organization.id == at.organization_id).with_for_update(read=True)
    await tx.exec(owner)
    return await service(tx, at.service_id, lock=True)


async def services_of(tx: AsyncSession, organization_id: UUID) -> Sequence[Service]:
    """Return all services of an organisation, by id."""
    shown = published(caller_of(tx), Service)
    return (await tx.exec(select(Service).where(Service.organization_id == organization_id, shown).order_by(col(Service.id)))).all()


async def locations_of(tx: AsyncSession, service_id: UUID) -> Sequence[tuple[ServiceAtLocation, Location]]:
    """Return where a service is offered, by id."""
    query = (
        select(ServiceAtLocation, Location)
        .join(Location, col(Location.id) == ServiceAtLocation.location_id)
        .where(ServiceAtLocation.service_id == service_id, published(caller_of(tx), ServiceAtLocation, Location))
        .order_by(col(ServiceAtLocation.id))
    )
    return (await tx.exec(query)).all()


async def answer(tx: AsyncSession, placement_id: UUID, attempt: int) -> PlacementAnswer | None:
    """Return what was answered to an attempt, if it was."""
    shown = held(caller_of(tx), PlacementAnswer)
    query = select(PlacementAnswer).where(PlacementAnswer.placement_id == placement_id, PlacementAnswer.attempt == attempt, shown)
    return (await tx.exec(query)).one_or_none()


async def reservation(tx: AsyncSession, reservation_id: UUID) -> Reservation:
    """Return one reservation. Raises ReservationNotFound (404)."""
    found = await reservation_of(tx, Reservation.id == reservation_id)
    if found is None:
        raise ReservationNotFound()
    return found


async def reservation_of(tx: AsyncSession, *conditions: Any) -> Reservation | None:
    """Return the newest reservation of which the conditions hold, not locked."""
    query = select(Reservation).where(*conditions, held(caller_of(tx), Reservation)).order_by(col(Reservation.id).desc()).limit(1)
    return (await tx.exec(query)).one_or_none()


async def of_referral(tx: AsyncSession, referral_id: UUID, reservation_id: UUID | None) -> Reservation | None:
    """Return the reservation of a referral, by either id."""
    found = await _known(tx, _OF_REFERRAL, referral_id)
    return found if found is not None or reservation_id is None else await _known(tx, _OF_ID, reservation_id)


async def _known(tx: AsyncSession, query: SelectOfScalar[Reservation], key: UUID) -> Reservation | None:
    caller = caller_of(tx)
    seen = query if caller.is_system else query.where(held(caller, Reservation))
    return (await tx.exec(seen, params={"id": key})).one_or_none()


async def relocked(tx: AsyncSession, reservation: Reservation) -> Reservation:
    """Lock a reservation whose place is locked, and read it again."""
    return (await tx.exec(_RELOCKED, params={"id": reservation.id})).one()


async def first_held(tx: AsyncSession, of: str, key: UUID) -> Reservation | None:
    """Return one open reservation of an organisation, service or service at a location; not locked, since its place comes first."""
    column = HELD_BY[of]
    query = select(Reservation).where(column == key, col(Reservation.state).in_(HELD)).order_by(col(Reservation.id)).limit(1)
    return (await tx.exec(query)).one_or_none()


async def own_reservation(tx: AsyncSession, operator_id: UUID, need_id: UUID, *, but: UUID) -> UUID | None:
    """Return the office's own reservation for a need, but not this one, if it holds one that the caller may see."""
    caller = caller_of(tx)
    sees = (caller.is_system, caller.organization_id, caller.is_system or caller.cleared)
    found = await fetch(tx, _OWN_RESERVATION, operator_id, need_id, *sees, but)
    return found[0][0] if found else None


async def without_referral(tx: AsyncSession, page: PageRequest, operator_id: UUID, before: datetime) -> Sequence[Reservation]:
    """Return reservations claimed before `before` that no referral names: something went wrong between. The oldest first."""
    query = select(Reservation).where(
        Reservation.operator_id == operator_id,
        Reservation.state == State.CLAIMED,
        col(Reservation.referral_id).is_(None),
        Reservation.reserved_at < before,
    )
    after = page.after_as(datetime, UUID)
    if after is not None:
        query = query.where(tuple_(col(Reservation.reserved_at), col(Reservation.id)) > after)
    return (await tx.exec(query.order_by(col(Reservation.reserved_at), col(Reservation.id)).limit(page.fetch))).all()


async def need_is_offered(tx: AsyncSession, need: str) -> bool:
    """Tell whether anybody anywhere says that they meet this need."""
    return bool((await tx.exec(select(exists().where(col(Reach.need_code) == need)))).one())


async def forget_reach(tx: AsyncSession, at_ids: Sequence[UUID]) -> None:
    """Take places out of what matching looks up, to write them anew."""
    await tx.execute(Reach.__table__.delete().where(col(Reach.service_at_location_id).in_(at_ids)))  # type: ignore[attr-defined]


def _locked(query: SelectOfScalar[T]) -> SelectOfScalar[T]:
    return query.with_for_update().execution_options(populate_existing=True)
