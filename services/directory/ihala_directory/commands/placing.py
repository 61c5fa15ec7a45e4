"""The answer to an attempt: one place reserved, or nobody; once for each attempt, however often it is asked."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ihala_contracts.directory_v1 import Criterion, NoPlaceFound, PlaceReserved
from ihala_contracts.intake_v1 import Sensitivity
from ihala_contracts.referral_v1 import PlacementRequested
from ihala_kit.db import now
from ihala_kit.due import cancel
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import facade, lifecycle, matching, queries, store
from ihala_directory.commands.overtaken import overtaken
from ihala_directory.commands.places import RELEASE_UNCLAIMED, explained
from ihala_directory.facts import Facts
from ihala_directory.lifecycle import Act, State
from ihala_directory.matching import Match, Sought
from ihala_directory.places import Place, places
from ihala_directory.tables import PlacementAnswer, Reservation

MOST_EXPLAINED = 20


async def answer(tx: AsyncSession, event: PlacementRequested, facts: Facts) -> None:
    """Answer an attempt; emits PlaceReserved or NoPlaceFound. Asked again, it says nothing new."""
    known = await store.answer(tx, event.placement_id, event.attempt)
    if known is not None and known.outcome != "cancelled":
        return
    if known is not None:
        await _too_late(tx, event, known)
        return
    sought = _sought(event, facts, now(tx))
    if await _claim_preferred(tx, event, sought):
        return
    matches = [] if sought.restricted else await _matches(tx, event, sought)
    if not await _reserve_best(tx, event, sought, matches):
        await _none(tx, event, matches)


async def _too_late(tx: AsyncSession, event: PlacementRequested, known: PlacementAnswer) -> None:
    """Answer an attempt that was cancelled before we read of it: with nothing, but once, like any other."""
    known.outcome = "none"
    await overtaken(tx, event)
    emit(tx, NoPlaceFound(
        need_id=event.need_id, placement_id=event.placement_id, attempt=event.attempt, candidates=0, answered_at=now(tx),
        failing=[Criterion(code="cancelled", result="fail", rule_version=matching.RULE_VERSION)],
    ))  # fmt: skip


def _sought(event: PlacementRequested, facts: Facts, at: datetime) -> Sought:
    area = _area(event)
    return Sought(
        at=at, restricted=event.sensitivity == Sensitivity.RESTRICTED, point=area.point if area else None, facts=facts,
        origin_id=event.origin_id, excluded=frozenset(event.excluded), recipients=frozenset(event.recipients),
        objections=frozenset(event.objections),
    )  # fmt: skip


def _area(event: PlacementRequested) -> Place | None:
    return (places().area(event.district) if event.district else None) or places().area(event.governorate)


async def _claim_preferred(tx: AsyncSession, event: PlacementRequested, sought: Sought) -> bool:
    """Claim the officer's own reservation if it still holds and nothing that binds speaks against it; return whether it was claimed."""
    if event.preferred_reservation_id is None:
        return False
    known = await store.reservation_of(tx, Reservation.id == event.preferred_reservation_id)
    if known is None or known.need_id != event.need_id or known.operator_id != event.operator_id:
        return False
    place = await store.locked_place(tx, known.service_at_location_id)
    reservation = await store.relocked(tx, known)
    match = explained(place, replace(sought, by_hand=True))
    held = reservation.state == State.RESERVED and reservation.expires_at is not None and reservation.expires_at > now(tx)
    meets = sought.restricted or event.need_code in place[1].need_codes
    if not held or not meets or match.failing & (matching.BINDING | {"need"}):
        return False  # the clock releases it in its time
    lifecycle.move(place[2], reservation, Act.CLAIM, now(tx))
    reservation.placement_id, reservation.attempt = event.placement_id, event.attempt
    await cancel(tx, RELEASE_UNCLAIMED, reservation.id)
    await _reserved(tx, event, place, reservation, [match], 1)
    return True


async def _matches(tx: AsyncSession, event: PlacementRequested, sought: Sought) -> list[Match]:
    area = _area(event)
    found = await store.candidates(tx, event.need_code, list(area.areas) if area else [event.governorate], restricted=False)
    return matching.ranked((one for one, _, _ in found), sought)


async def _reserve_best(tx: AsyncSession, event: PlacementRequested, sought: Sought, matches: list[Match]) -> bool:
    """Hold a place at the best that, once locked, still serves; return whether there was one."""
    for rank, match in enumerate(matches, 1):
        if not match.serves:
            return False
        place = await store.locked_place(tx, match.candidate.service_at_location_id)
        if explained(place, sought).failing:
            continue  # full, or suspended, since it was ranked
        lifecycle.hold(place[2])
        reservation = _chain_reservation(event, place, now(tx))
        tx.add(reservation)
        await tx.flush()  # before the answer, which refers to it
        await _reserved(tx, event, place, reservation, matches, rank)
        return True
    return False


def _chain_reservation(event: PlacementRequested, place: store.Place, at: datetime) -> Reservation:
    owner, service, where = place
    return Reservation(
        id=new_id(), need_id=event.need_id, operator_id=event.operator_id, organization_id=owner.id, service_id=service.id,
        service_at_location_id=where.id, restricted=service.restricted, state=State.CLAIMED, placement_id=event.placement_id,
        attempt=event.attempt, reserved_at=at,
    )  # fmt: skip


async def _reserved(
    tx: AsyncSession, event: PlacementRequested, place: store.Place, reservation: Reservation, matches: list[Match], rank: int
) -> None:
    """Write down the answer and tell it."""
    owner, service, at = place
    _keep(tx, event, "reserved", matches, reservation.id)
    emit(tx, PlaceReserved(
        need_id=event.need_id, placement_id=event.placement_id, attempt=event.attempt, reservation_id=reservation.id,
        service_id=service.id, service_at_location_id=at.id, organization_id=owner.id, organization_kind=owner.kind,
        service_name=facade.public_names(service), governorate=event.governorate, district=_bound_district(event, at.areas), rank=rank,
        explanation=matches[rank - 1].criteria, disclosed_attributes=matching.disclosed_attributes(service.rules),
        allows_waitlist=service.allows_waitlist, reserved_at=reservation.reserved_at,
    ))  # fmt: skip


def _bound_district(event: PlacementRequested, areas: list[str]) -> str | None:
    """Return the need's district only if the service does not serve the whole governorate."""
    return None if event.governorate in areas else event.district


async def _none(tx: AsyncSession, event: PlacementRequested, matches: list[Match]) -> None:
    _keep(tx, event, "none", matches, None)
    emit(tx, NoPlaceFound(
        need_id=event.need_id, placement_id=event.placement_id, attempt=event.attempt, failing=await _failing(tx, event, matches),
        candidates=len(matches), answered_at=now(tx),
    ))  # fmt: skip


async def _failing(tx: AsyncSession, event: PlacementRequested, matches: list[Match]) -> list[Criterion]:
    if event.sensitivity == Sensitivity.RESTRICTED:
        return [Criterion(code="preferred", result="fail", rule_version=matching.RULE_VERSION)]
    return await queries.failed(tx, event.need_code, matches)


def _keep(tx: AsyncSession, event: PlacementRequested, outcome: str, matches: list[Match], reservation_id: UUID | None) -> None:
    explained = [
        {"service_at_location_id": str(one.candidate.service_at_location_id), "criteria": [c.model_dump() for c in one.criteria]}
        for one in matches[:MOST_EXPLAINED]
    ]
    tx.add(PlacementAnswer(
        placement_id=event.placement_id, attempt=event.attempt, need_id=event.need_id, operator_id=event.operator_id,
        restricted=event.sensitivity == Sensitivity.RESTRICTED, outcome=outcome, reservation_id=reservation_id,
        candidates=len(matches), explanation=explained, answered_at=now(tx),
    ))  # fmt: skip
