"""The answer to an attempt: one place reserved, or nobody; once for each attempt, however often it is asked."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
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
from ihala_directory.commands import repeating
from ihala_directory.commands.overtaken import overtaken
from ihala_directory.commands.places import RELEASE_UNCLAIMED, explained
from ihala_directory.facts import Facts
from ihala_directory.lifecycle import Act, State
from ihala_directory.matching import Match, Rules, Sought, finding, kept
from ihala_directory.matching import store as matching_store
from ihala_directory.matching.finding import Found
from ihala_directory.places import Place, places
from ihala_directory.tables import Location, PlacementAnswer, Reservation


async def answer(tx: AsyncSession, event: PlacementRequested, facts: Facts) -> None:
    """Answer an attempt; emits PlaceReserved or NoPlaceFound. Asked again it says nothing, and to a repeated question its answer again."""
    known = await store.answer(tx, event.placement_id, event.attempt)
    if known is not None and known.outcome != "cancelled":
        if event.envelope.snapshot:
            emit(tx, await repeating.answer(tx, event, known), snapshot=True)
        return
    if known is not None:
        await _too_late(tx, event, known)
        return
    holidays = await queries.days_off(tx, _area(event), event.operator_id)
    sought, rules = _sought(event, facts, holidays, now(tx)), await matching_store.rules_in_force(tx, event.operator_id, now(tx))
    if await _claim_preferred(tx, event, sought, rules):
        return
    found = Found()
    if sought.restricted or not await _reserve_best(tx, event, sought, rules, found):
        await _none(tx, event, rules, found)


async def _too_late(tx: AsyncSession, event: PlacementRequested, known: PlacementAnswer) -> None:
    """Answer an attempt that was cancelled before we read of it: with nothing, but once, like any other."""
    known.outcome = "none"
    await overtaken(tx, event)
    emit(tx, NoPlaceFound(
        need_id=event.need_id, placement_id=event.placement_id, attempt=event.attempt, candidates=0, answered_at=now(tx),
        failing=[matching.criterion("cancelled", "fail", matching.SHIPPED.number)],
    ))  # fmt: skip


def _sought(event: PlacementRequested, facts: Facts, holidays: frozenset[date], at: datetime) -> Sought:
    area = _area(event)
    return Sought(
        at=at, restricted=event.sensitivity == Sensitivity.RESTRICTED, point=area.point if area else None, facts=facts,
        urgency=event.urgency.value, origin_id=event.origin_id, excluded=frozenset(event.excluded), recipients=frozenset(event.recipients),
        objections=frozenset(event.objections), holidays=holidays, areas=frozenset(area.areas if area else ()),
    )  # fmt: skip


def _area(event: PlacementRequested) -> Place | None:
    return (places().area(event.district) if event.district else None) or places().area(event.governorate)


async def _claim_preferred(tx: AsyncSession, event: PlacementRequested, sought: Sought, rules: Rules) -> bool:
    """Claim the officer's own reservation if it still holds and nothing that binds speaks against it; return whether it was claimed."""
    if event.preferred_reservation_id is None:
        return False
    known = await store.reservation_of(tx, Reservation.id == event.preferred_reservation_id)
    if known is None or known.need_id not in {event.need_id, known.id} or known.operator_id != event.operator_id:
        return False
    place = await store.locked_place(tx, known.service_at_location_id)
    reservation = await store.relocked(tx, known)
    where = await tx.get_one(Location, place[2].location_id)
    match = explained(place, where.accessibility, replace(sought, by_hand=True), rules)
    held = reservation.state == State.RESERVED and reservation.expires_at is not None and reservation.expires_at > now(tx)
    meets = sought.restricted or event.need_code in place[1].need_codes
    if not held or not meets or match.failing & (matching.BINDING | {"need"}):
        return False  # the clock releases it in its time
    lifecycle.move(place[2], reservation, Act.CLAIM, now(tx))
    reservation.need_id, reservation.placement_id, reservation.attempt = event.need_id, event.placement_id, event.attempt
    await cancel(tx, RELEASE_UNCLAIMED, reservation.id)
    _keep(tx, event, rules, "reserved", kept.keep_chosen(match), 1, reservation.id)
    _tell_reserved(tx, event, place, reservation, match, 1)
    return True


async def _reserve_best(tx: AsyncSession, event: PlacementRequested, sought: Sought, rules: Rules, found: Found) -> bool:
    """Hold a place at the best that, once locked, still serves; return whether there was one."""
    area, tried, first = _area(event), 0, event.preferred_service_at_location_id
    areas = _searched(event, area)
    async for batch in finding.batch_by_batch(tx, [event.need_code], areas, sought, rules, found):
        # Who is asked once more comes first; the order of the others stays.
        for match in sorted(batch, key=lambda one: not (one.serves and one.candidate.service_at_location_id == first)):
            if not match.serves:
                break
            tried += 1
            place = await store.locked_place(tx, match.candidate.service_at_location_id)
            if explained(place, match.candidate.accessibility, sought, rules).failing:
                continue  # full, or suspended, since it was ranked
            lifecycle.hold(place[2])
            reservation = _chain_reservation(event, place, now(tx))
            tx.add(reservation)
            await tx.flush()  # before the answer, which refers to it
            _keep(tx, event, rules, "reserved", kept.keep(found.matches), found.candidates, reservation.id)
            _tell_reserved(tx, event, place, reservation, match, tried)
            return True
    return False


def _searched(event: PlacementRequested, area: Place | None) -> list[str]:
    """Return the areas whose services are asked: also those for a part of a district, for a need says no more than its district. Of a whole
    governorate no part is guessed: a coordinator knows where the person is."""
    if area is None:
        return [event.governorate]
    return list(area.areas) if area.level == "governorate" else places().around(area.code)


def _chain_reservation(event: PlacementRequested, place: store.Place, at: datetime) -> Reservation:
    owner, service, where = place
    return Reservation(
        id=new_id(), need_id=event.need_id, operator_id=event.operator_id, organization_id=owner.id, service_id=service.id,
        service_at_location_id=where.id, restricted=service.restricted, state=State.CLAIMED, placement_id=event.placement_id,
        attempt=event.attempt, reserved_at=at,
    )  # fmt: skip


def _tell_reserved(
    tx: AsyncSession, event: PlacementRequested, place: store.Place, reservation: Reservation, match: Match, rank: int
) -> None:
    owner, service, at = place
    emit(tx, PlaceReserved(
        need_id=event.need_id, placement_id=event.placement_id, attempt=event.attempt, reservation_id=reservation.id,
        service_id=service.id, service_at_location_id=at.id, organization_id=owner.id, organization_kind=owner.kind,
        service_name=facade.public_names(service), governorate=event.governorate, district=_bound_district(event, at.areas), rank=rank,
        explanation=match.criteria, disclosed_attributes=matching.disclosed_attributes(owner.kind, service.rules),
        allows_waitlist=service.allows_waitlist, reserved_at=reservation.reserved_at,
    ))  # fmt: skip


def _bound_district(event: PlacementRequested, areas: list[str]) -> str | None:
    """Return the need's district only if the service does not serve the whole governorate."""
    return None if event.governorate in areas else event.district


async def _none(tx: AsyncSession, event: PlacementRequested, rules: Rules, found: Found) -> None:
    _keep(tx, event, rules, "none", kept.keep(found.matches), found.candidates, None)
    emit(tx, NoPlaceFound(
        need_id=event.need_id, placement_id=event.placement_id, attempt=event.attempt,
        failing=await _failing(tx, event, rules, found), candidates=found.candidates, answered_at=now(tx),
    ))  # fmt: skip


async def _failing(tx: AsyncSession, event: PlacementRequested, rules: Rules, found: Found) -> list[Criterion]:
    if event.sensitivity == Sensitivity.RESTRICTED:
        return [matching.criterion("preferred", "fail", rules.number)]
    return await queries.failed(tx, event.need_code, rules, found)


def _keep(
    tx: AsyncSession, event: PlacementRequested, rules: Rules, outcome: str, explanation: list[dict[str, Any]], candidates: int,
    held: UUID | None,
) -> None:  # fmt: skip
    """Write down the answer."""
    tx.add(PlacementAnswer(
        placement_id=event.placement_id, attempt=event.attempt, need_id=event.need_id, operator_id=event.operator_id,
        restricted=event.sensitivity == Sensitivity.RESTRICTED, outcome=outcome, reservation_id=held, candidates=candidates,
        explanation=explanation, urgency=event.urgency.value, ruleset=rules.number, answered_at=now(tx),
    ))  # fmt: skip
