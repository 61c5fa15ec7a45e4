"""An officer's own reservation: a place for a quarter of an hour, until a placement claims it."""

from datetime import timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import cancel
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import holding, queries, rights, store
from ihala_directory.commands.places import RELEASE_UNCLAIMED, give_back
from ihala_directory.errors import AlreadyReserved, NoPlace, ReservationNotOpen
from ihala_directory.lifecycle import State
from ihala_directory.matching import BINDING, Candidate, Sought, criteria, finding
from ihala_directory.matching import store as matching_store
from ihala_directory.places import places
from ihala_directory.tables import Reservation

UNCLAIMED_FOR = timedelta(minutes=15)
ASKED_ALONE = BINDING | {"capacity"}  # of a place that an officer chose; what the rules say of the person is for her to weigh
MOST_ALTERNATIVES, LOOKED_AT = 5, 30  # who was told that a place is gone waits for no more than the nearest


async def reserve(tx: AsyncSession, caller: Caller, known_need: UUID | None, at_id: UUID) -> holding.Held:
    """Hold a place until a placement claims it, at most 15 minutes: for a need that is known, or for one that is yet to be registered.

    Raises OfficersOnly (403), ServiceAtLocationNotFound (404), AlreadyReserved, NoPlace (409, with alternatives).
    """
    operator_id = rights.officers_office(caller)
    reservation_id = new_id()
    need_id = known_need or reservation_id  # its own id says: for a need that nobody has named yet
    at, until = now(tx), now(tx) + UNCLAIMED_FOR
    place = await holding.hold(
        tx, at_id, reservation_id=reservation_id, need_id=need_id, operator_id=operator_id, at=at, until=until, then=RELEASE_UNCLAIMED,
    )  # fmt: skip
    found = place.candidate
    refused = sorted(criteria.failing(found, Sought(at=at, restricted=found.restricted, point=None, by_hand=True), ASKED_ALONE))
    if refused or not place.held:
        await _refuse_second(tx, operator_id, need_id, but=reservation_id)
    if refused:
        raise NoPlace(failing=refused, alternatives=await _alternatives(tx, place))
    if not place.held:
        raise AlreadyReserved()
    return holding.Held(
        id=reservation_id, need_id=need_id, operator_id=operator_id, organization_id=found.organization_id, service_id=found.service_id,
        service_at_location_id=at_id, restricted=found.restricted, state=State.RESERVED, reserved_by=operator_id, reserved_at=at,
        expires_at=until,
    )  # fmt: skip


async def release(tx: AsyncSession, caller: Caller, reservation_id: UUID, version: int) -> Reservation:
    """Give up an officer's own reservation; emits PlaceReleased.

    Raises OfficersOnly (403), ReservationNotFound (404), ReservationNotOpen (409), Stale (412).
    """
    rights.officers_office(caller)
    known = await store.reservation(tx, reservation_id)
    place = await store.locked_place(tx, known.service_at_location_id)
    row = await store.relocked(tx, known)
    if row.version != version:
        raise Stale()
    if row.state != State.RESERVED:
        raise ReservationNotOpen()
    await give_back(tx, row, "released", place)
    await cancel(tx, RELEASE_UNCLAIMED, row.id)
    return row


async def release_unclaimed(tx: AsyncSession, reservation_id: UUID) -> None:
    """Free the place of an officer's own reservation that nobody claimed; emits PlaceReleased."""
    known = await store.reservation_of(tx, Reservation.id == reservation_id)
    if known is None:
        return
    place = await store.locked_place(tx, known.service_at_location_id)
    row = await store.relocked(tx, known)
    if row.state == State.RESERVED:
        await give_back(tx, row, "unclaimed", place)


async def _alternatives(tx: AsyncSession, place: holding.Place) -> list[dict[str, object]]:
    """Return where else the same needs are met in the same areas, best first."""
    at = place.candidate
    served = [area for code in place.areas if (area := places().area(code))]
    within = sorted({code for area in served for code in area.areas})
    first = served[0] if served else None
    sought = Sought(
        at=now(tx), restricted=at.restricted, point=first.point if first else None, by_hand=True,
        excluded=frozenset({at.service_at_location_id}), holidays=await queries.days_off(tx, first, place.operator_id),
    )  # fmt: skip
    rules = await matching_store.rules_in_force(tx, place.operator_id, now(tx))
    found = await finding.find(tx, place.need_codes, within, sought, rules, enough=MOST_ALTERNATIVES, first=LOOKED_AT)
    return [_alternative(match.candidate) for match in found.matches[:MOST_ALTERNATIVES] if match.serves]


def _alternative(candidate: Candidate) -> dict[str, object]:
    return {
        "service_at_location_id": candidate.service_at_location_id,
        "service_names": candidate.service_names,
        "organization_id": candidate.organization_id,
        "organization_names": candidate.organization_names,
        "free": candidate.free,
    }


async def _refuse_second(tx: AsyncSession, operator_id: UUID, need_id: UUID, *, but: UUID) -> None:
    known = await store.own_reservation(tx, operator_id, need_id, but=but)
    if known is not None:
        raise AlreadyReserved(reservation_id=known)
