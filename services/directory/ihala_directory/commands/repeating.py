"""What directory repeats for readers that begin late or missed something: organisations, services, and places that are promised."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.directory_v1 import (
    Criterion,
    NoPlaceFound,
    OrganizationLeft,
    OrganizationReinstated,
    OrganizationSuspended,
    PlaceReserved,
    PlaceTaken,
)
from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1 import PlacementRequested
from ihala_kit.db import now
from ihala_kit.republish import Repeated
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import facade, matching, store
from ihala_directory.errors import ServiceAtLocationNotFound
from ihala_directory.lifecycle import State
from ihala_directory.places import places
from ihala_directory.tables import Organization, PlacementAnswer, Reservation, Service

PROMISED = (State.CLAIMED, State.TAKEN)


async def organizations(tx: AsyncSession, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return organisations, in order, after one of them."""
    query = select(Organization.id) if after is None else select(Organization.id).where(col(Organization.id) > after)
    return (await tx.exec(query.order_by(col(Organization.id)).limit(most))).all()


async def events_of_organization(tx: AsyncSession, organization_id: UUID, _: bool) -> list[Event]:
    """Return what others keep of an organisation, and whether it takes part. Holds it still."""
    query = select(Organization).where(Organization.id == organization_id).with_for_update(read=True)
    row = (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()
    return [] if row is None else [facade.joined(row), _takes_part(row)]


def _takes_part(row: Organization) -> Event:
    if row.status == "suspended":
        at = row.suspended_at or row.changed_at
        return OrganizationSuspended(organization_id=row.id, reason=row.suspended_for or "", suspended_at=at)
    if row.status == "left":
        return OrganizationLeft(organization_id=row.id, reason=row.left_for or "", left_at=row.left_at or row.changed_at)
    return OrganizationReinstated(organization_id=row.id, reinstated_at=row.changed_at)


async def open_services(tx: AsyncSession, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return services that are not closed, in order, after one of them."""
    query = select(Service.id).where(Service.status != "closed")
    query = query if after is None else query.where(col(Service.id) > after)
    return (await tx.exec(query.order_by(col(Service.id)).limit(most))).all()


async def events_of_service(tx: AsyncSession, service_id: UUID, _: bool) -> list[Event]:
    """Return what others keep of a service. Holds it still."""
    query = select(Service).where(Service.id == service_id).with_for_update(read=True)
    row = (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()
    if row is None:
        return []
    return [facade.changed(row, await store.locations_of(tx, service_id), now(tx), places_opened=False)]


async def needs_with_places(tx: AsyncSession, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return needs for which a place is promised, in order, after one of them."""
    query = select(Reservation.need_id).distinct().where(col(Reservation.state).in_(PROMISED))
    query = query if after is None else query.where(col(Reservation.need_id) > after)
    return (await tx.exec(query.order_by(col(Reservation.need_id)).limit(most))).all()


async def events_of_places(tx: AsyncSession, need_id: UUID, _: bool) -> list[Event]:
    """Return the places that are promised to a need: held for an attempt, or taken. Holds them still."""
    query = select(Reservation).where(Reservation.need_id == need_id, col(Reservation.state).in_(PROMISED)).order_by(col(Reservation.id))
    found = (await tx.exec(query.with_for_update(read=True), execution_options={"populate_existing": True})).all()
    told = [_taken(row) if row.state == State.TAKEN else await _reserved(tx, row) for row in found]
    return [event for event in told if event is not None]


def _taken(row: Reservation) -> PlaceTaken | None:
    if row.referral_id is None or row.taken_at is None:
        return None
    return PlaceTaken(need_id=row.need_id, referral_id=row.referral_id, reservation_id=row.id, taken_at=row.taken_at)


async def _reserved(tx: AsyncSession, row: Reservation) -> PlaceReserved | None:
    """Return the answer that holds a place; the need's district, which is not kept, as far as the place itself says it."""
    if row.placement_id is None or row.attempt is None:
        return None
    at, _ = await store.at_location(tx, row.service_at_location_id)
    area = places().area(at.areas[0]) if at.areas else None
    district = area.district if area is not None and len(at.areas) == 1 else None
    return await _told(tx, row, area.governorate if area else "", district)


async def _told(tx: AsyncSession, row: Reservation, governorate: str, district: str | None) -> PlaceReserved:
    assert row.placement_id is not None and row.attempt is not None, "a place of an attempt"
    owner, service = await tx.get_one(Organization, row.organization_id), await tx.get_one(Service, row.service_id)
    answered = await store.answer(tx, row.placement_id, row.attempt)
    kept = answered.explanation if answered else []
    criteria: list[Criterion] = next(
        (one["criteria"] for one in kept if one["service_at_location_id"] == str(row.service_at_location_id)), []
    )
    return PlaceReserved(
        need_id=row.need_id, placement_id=row.placement_id, attempt=row.attempt, reservation_id=row.id, service_id=service.id,
        service_at_location_id=row.service_at_location_id, organization_id=owner.id, organization_kind=owner.kind,
        service_name=facade.public_names(service), governorate=governorate, district=district, explanation=criteria,
        disclosed_attributes=matching.disclosed_attributes(owner.kind, service.rules), allows_waitlist=service.allows_waitlist,
        reserved_at=row.reserved_at,
    )  # fmt: skip


async def answer(tx: AsyncSession, event: PlacementRequested, known: PlacementAnswer) -> PlaceReserved | NoPlaceFound:
    """Return the answer that an attempt has had, as it stands now: a place that is held no longer is none."""
    row = await tx.get(Reservation, known.reservation_id) if known.reservation_id else None
    if row is not None and row.state in PROMISED:
        try:
            at, _ = await store.at_location(tx, row.service_at_location_id)
            return await _told(tx, row, event.governorate, None if event.governorate in at.areas else event.district)
        except ServiceAtLocationNotFound:
            pass
    failing = {one["code"]: one for kept in known.explanation for one in kept["criteria"] if one["result"] == "fail"}
    return NoPlaceFound(
        need_id=event.need_id, placement_id=event.placement_id, attempt=event.attempt, candidates=known.candidates, answered_at=now(tx),
        failing=[Criterion(**one) for one in failing.values()] or [matching.criterion("capacity", "fail", matching.SHIPPED.number)],
    )  # fmt: skip


SNAPSHOTS = (
    Repeated("organisations", organizations, events_of_organization),
    Repeated("services", open_services, events_of_service),
    Repeated("places", needs_with_places, events_of_places),
)
