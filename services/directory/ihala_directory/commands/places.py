"""Places: given back, taken back, paused; and the word to others that some are free again."""

from datetime import datetime
from uuid import UUID

from ihala_contracts.directory_v1 import PlaceReleased, ReservationRevoked
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import facade, lifecycle, matching, store
from ihala_directory.commands import rows, versions
from ihala_directory.errors import ServiceNotFound
from ihala_directory.lifecycle import Act
from ihala_directory.matching import Match, Rules, Sought
from ihala_directory.matching import store as matching_store
from ihala_directory.opening import Offered, offered, opened
from ihala_directory.tables import Reservation, Service, ServiceAtLocation

REVOKE = "revoke-reservations"
RELEASE_UNCLAIMED = "release-unclaimed"
TELL_AGAIN = "tell-service-again"


async def tell_change(tx: AsyncSession, service: Service, *, places_opened: bool, terms_changed: bool = False) -> None:
    """Emit ServiceChanged."""
    located = await store.locations_of(tx, service.id)
    await tell(tx, service, located, places_opened=places_opened, terms_changed=terms_changed)


async def tell_edit(tx: AsyncSession, service: Service, before: Offered) -> None:
    """Emit ServiceChanged with what an edit opened."""
    located = await store.locations_of(tx, service.id)
    await tell(tx, service, located, **opened(before, offered(service, located)))


async def tell(tx: AsyncSession, service: Service, located: facade.Located, *, places_opened: bool, terms_changed: bool = False) -> None:
    """Emit ServiceChanged, and have it told again when time alone will make it an always open one."""
    emit(tx, facade.changed(service, located, now(tx), places_opened=places_opened, terms_changed=terms_changed))
    again_at = facade.always_open_from(service, [at for at, _ in located], now(tx))
    if again_at is not None:
        await schedule(tx, TELL_AGAIN, service.id, again_at)


async def tell_again(tx: AsyncSession, service_id: UUID) -> None:
    """Tell of a service whose closure is over, or whose hours begin; emits ServiceChanged. One that is gone is left alone."""
    try:
        service = await store.service(tx, service_id, lock=True)
    except ServiceNotFound:
        return
    await tell_change(tx, service, places_opened=False)


def explained(place: store.Place, accessibility: list[str], sought: Sought, rules: Rules = matching.SHIPPED) -> Match:
    """Explain a locked place: what it says now is what counts, but for its location, which is not locked. Distance does not, any more."""
    owner, service, at = place
    return matching.matched(matching_store.candidate_of(at, service, owner, accessibility), sought, rules)


async def give_back(tx: AsyncSession, known: Reservation, reason: str, place: store.Place | None = None) -> bool:
    """End a reservation, whatever it is in; emits PlaceReleased when that frees a place, and ServiceChanged when none was free before.

    Of one that no need has named nobody is told: no reader knows it. With a `place` that is locked, the reservation is, too. Return whether
    a place became free.
    """
    _, service, at = place or await store.locked_place(tx, known.service_at_location_id)
    reservation = known if place else await store.relocked(tx, known)
    before = lifecycle.free(at)
    if not lifecycle.end(at, reservation, now(tx), reason):
        return False
    if reservation.need_id != reservation.id:
        emit(tx, released(reservation, reason, now(tx)))
    if before == 0 and lifecycle.free(at) > 0:
        await tell_change(tx, service, places_opened=True)
    return True


def released(reservation: Reservation, reason: str, at: datetime) -> PlaceReleased:
    """Return the event: a place is free again."""
    return PlaceReleased(
        need_id=reservation.need_id, reservation_id=reservation.id, referral_id=reservation.referral_id, reason=reason, released_at=at,
    )  # fmt: skip


async def revoke_next(tx: AsyncSession, of: str, key: UUID) -> bool:
    """Take back one place of an organisation that is suspended, or a service or place that is closed; return whether more may be held.

    Emits ReservationRevoked, or PlaceReleased for an officer's own.
    """
    known = await store.first_held(tx, of, key)
    if known is None:
        return False
    owner, service, at = await store.locked_place(tx, known.service_at_location_id)
    suspended = owner.status != "active"
    if not suspended and service.status == "active" and at.status == "open":
        return False  # reinstated or opened again meanwhile
    reservation = await store.relocked(tx, known)
    if lifecycle.is_open(reservation, Act.REVOKE):
        lifecycle.move(at, reservation, Act.REVOKE, now(tx), "suspended" if suspended else "service_closed")
        emit(tx, _revoked(reservation, suspended))
    else:
        await give_back(tx, reservation, "suspended" if suspended else "service_closed", (owner, service, at))
    return True


async def apply_consequence(tx: AsyncSession, at_id: UUID, reason: str, declined_at: datetime) -> None:
    """Do to the directory what a decline says of it (domain section 7): no places until confirmed, a place closed, a service paused.

    A decline that is read late changes nothing where a newer word was given: a figure, or that it is open again.
    """
    consequence = CONSEQUENCES.get(reason)
    if consequence is not None:
        await consequence(tx, at_id, declined_at)


async def _no_places(tx: AsyncSession, at_id: UUID, declined_at: datetime) -> None:
    _, service, at = await store.locked_place(tx, at_id)
    if at.confirmed and not _figure_since(at, declined_at):
        rows.change(at, {"figure": 0, "figure_at": now(tx), "used": 0, "confirmed": False}, now(tx))
        await tell_change(tx, service, places_opened=False)


async def _close_place(tx: AsyncSession, at_id: UUID, declined_at: datetime) -> None:
    service = await store.locked_service(tx, at_id)  # for itself: it gets a new version
    _, _, at = await store.locked_place(tx, at_id)
    if _figure_since(at, declined_at) or _since(at.opened_at, declined_at):
        return
    if rows.change(at, {"status": "closed"}, now(tx)):
        rows.touch(service, now(tx))
        await versions.keep_service(tx, service)
        await schedule(tx, REVOKE, at.id, now(tx), {"of": "place"})
        await tell_change(tx, service, places_opened=False)


async def _pause_service(tx: AsyncSession, at_id: UUID, declined_at: datetime) -> None:
    service = await store.locked_service(tx, at_id)
    _, _, at = await store.locked_place(tx, at_id)
    if _figure_since(at, declined_at) or _since(service.opened_at, declined_at):
        return
    if service.status == "active" and rows.change(service, {"status": "paused"}, now(tx)):
        await versions.keep_service(tx, service)
        await schedule(tx, REVOKE, service.id, now(tx), {"of": "service"})
        await tell_change(tx, service, places_opened=False)


def _figure_since(at: ServiceAtLocation, declined_at: datetime) -> bool:
    """Tell whether its provider said after declining how many places are free."""
    return at.confirmed and at.figure_at > declined_at


def _since(opened_at: datetime | None, declined_at: datetime) -> bool:
    return opened_at is not None and opened_at > declined_at


CONSEQUENCES = {
    "no_capacity": _no_places,
    "site_insecure": _close_place,
    "funding_ended": _pause_service,
    "service_closed": _pause_service,
}


def _revoked(reservation: Reservation, suspended: bool) -> ReservationRevoked:
    assert reservation.placement_id is not None and reservation.attempt is not None and reservation.ended_at is not None
    return ReservationRevoked(
        need_id=reservation.need_id, reservation_id=reservation.id, placement_id=reservation.placement_id, attempt=reservation.attempt,
        reason="suspended" if suspended else "service_closed", revoked_at=reservation.ended_at,
    )  # fmt: skip
