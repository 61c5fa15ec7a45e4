"""What the moves of a referral do to its place: claimed by it, taken, waited for, given back, used up."""

from typing import Literal
from uuid import UUID

from ihala_contracts.directory_v1 import PlaceTaken, PlaceTakeRefused
from ihala_contracts.referral_v1 import (
    PlacementCancelled,
    ReferralAccepted,
    ReferralAnswered,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralInformationRequested,
    ReferralOffered,
    ReferralRedacted,
    ReferralStarted,
    ReferralWaitlisted,
    ReferralWithdrawn,
)
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import lifecycle, record, store
from ihala_directory.commands.overtaken import overtaken
from ihala_directory.commands.places import apply_consequence, give_back
from ihala_directory.lifecycle import Act, State
from ihala_directory.tables import PlacementAnswer, Reservation, ServiceAtLocation

Ending = ReferralDeclined | ReferralExpired | ReferralWithdrawn | ReferralCancelled | ReferralFailed | ReferralCompleted | ReferralRedacted
Refusal = Literal["revoked", "released", "full", "suspended"]
WAITLISTED = "waitlisted"
NOBODY = UUID(int=0)  # the event of a cancelled attempt does not say whose it was, and nobody may read its answer
ENDINGS: dict[type[Ending], str] = {
    ReferralDeclined: "declined",
    ReferralExpired: "expired",
    ReferralWithdrawn: "withdrawn",
    ReferralCancelled: "cancelled",
    ReferralFailed: "failed",
    ReferralCompleted: "completed",
    ReferralRedacted: "redacted",
}


async def cancel(tx: AsyncSession, event: PlacementCancelled) -> None:
    """Give back what is held for an attempt that is no longer wanted; emits PlaceReleased. An attempt not yet asked for gets no answer."""
    known = await store.reservation_of(
        tx, Reservation.placement_id == event.placement_id, Reservation.attempt == event.attempt
    )  # fmt: skip
    if known is None and await store.answer(tx, event.placement_id, event.attempt) is None:
        tx.add(PlacementAnswer(
            placement_id=event.placement_id, attempt=event.attempt, need_id=event.need_id, operator_id=NOBODY, outcome="cancelled",
            answered_at=now(tx),
        ))  # fmt: skip
    elif known is None or not await give_back(tx, known, "cancelled"):
        await overtaken(tx, event)


async def name(tx: AsyncSession, event: ReferralOffered) -> None:
    """Write down which referral a reservation belongs to, and until when it must be decided: it ends only by that referral's events now."""
    known = await store.of_referral(tx, event.referral_id, event.reservation_id)
    if known is None or known.placement_id != event.placement_id:
        await overtaken(tx, event)
        return
    await store.locked_place(tx, known.service_at_location_id)
    reservation = await store.relocked(tx, known)
    reservation.referral_id = event.referral_id
    record.offered(reservation, event.deadlines.decide_by)


async def ask(tx: AsyncSession, event: ReferralInformationRequested | ReferralAnswered) -> None:
    """Let the receiver's time to decide rest while its question is open, and run on afterwards."""
    known = await store.of_referral(tx, event.referral_id, event.reservation_id)
    if known is None:
        await overtaken(tx, event)
        return
    await store.locked_place(tx, known.service_at_location_id)
    reservation = await store.relocked(tx, known)
    (record.asked if isinstance(event, ReferralInformationRequested) else record.told)(reservation, event.moved_at)


async def take(tx: AsyncSession, event: ReferralAccepted) -> None:
    """Take the place for an accepted referral; emits PlaceTaken, or PlaceTakeRefused when it is gone."""
    known = await store.of_referral(tx, event.referral_id, event.reservation_id)
    if known is None:
        if not event.envelope.snapshot:  # a directory that never heard of it cannot say that it is gone
            _refuse(tx, event, None, "released")
        return
    owner, service, at = await store.locked_place(tx, known.service_at_location_id)
    reservation = await store.relocked(tx, known)
    reservation.referral_id = event.referral_id
    record.decided(at, reservation, event.moved_at)
    record.waits_no_longer(at, reservation, event.moved_at, accepted=True)
    place = (owner, service, at)
    if reservation.state == State.TAKEN:
        await overtaken(tx, event)
    elif lifecycle.has_ended(reservation) and reservation.end_reason != WAITLISTED:
        _refuse(tx, event, reservation, "revoked" if reservation.state == State.REVOKED else "released")
    elif owner.status != "active":
        _refuse(tx, event, reservation, "suspended")
        await give_back(tx, reservation, "suspended", place)
    elif service.status != "active" or at.status != "open":
        _refuse(tx, event, reservation, "revoked")
        await give_back(tx, reservation, "service_closed", place)
    elif reservation.state == State.CLAIMED:
        lifecycle.move(at, reservation, Act.TAKE, now(tx))
        emit(tx, _taken(reservation))
    elif lifecycle.free(at) == 0:
        _refuse(tx, event, reservation, "full")
    else:
        await _take_from_list(tx, at, reservation)


async def _take_from_list(tx: AsyncSession, at: ServiceAtLocation, waited: Reservation) -> None:
    """Take a place for a referral that waited without one: a new reservation, since the old one has ended."""
    lifecycle.take_unheld(at)
    row = Reservation(
        id=new_id(), need_id=waited.need_id, operator_id=waited.operator_id, organization_id=waited.organization_id,
        service_id=waited.service_id, service_at_location_id=at.id, restricted=waited.restricted, state=State.TAKEN,
        referral_id=waited.referral_id, reserved_at=now(tx), taken_at=now(tx), decided_at=waited.decided_at,
    )  # fmt: skip
    tx.add(row)
    emit(tx, _taken(row))


def _taken(reservation: Reservation) -> PlaceTaken:
    assert reservation.referral_id is not None and reservation.taken_at is not None, "set by taking it"
    return PlaceTaken(
        need_id=reservation.need_id, referral_id=reservation.referral_id, reservation_id=reservation.id, taken_at=reservation.taken_at,
    )  # fmt: skip


def _refuse(tx: AsyncSession, event: ReferralAccepted, reservation: Reservation | None, reason: Refusal) -> None:
    emit(tx, PlaceTakeRefused(
        need_id=event.need_id, referral_id=event.referral_id, reservation_id=reservation.id if reservation else None, reason=reason,
        refused_at=now(tx),
    ))  # fmt: skip


async def wait(tx: AsyncSession, event: ReferralWaitlisted) -> None:
    """Hold no place any more for a referral on a waiting list, and count it there; emits PlaceReleased."""
    known = await store.of_referral(tx, event.referral_id, event.reservation_id)
    if known is None or not await give_back(tx, known, WAITLISTED):
        await overtaken(tx, event)
        return
    _, _, at = await store.locked_place(tx, known.service_at_location_id)
    reservation = await store.relocked(tx, known)
    record.decided(at, reservation, event.moved_at)
    record.waits(at, reservation, event.moved_at)


async def start(tx: AsyncSession, event: ReferralStarted) -> None:
    """Write down that the service began: a stock is used up from now on."""
    known = await store.of_referral(tx, event.referral_id, event.reservation_id)
    if known is None or known.state != State.TAKEN:
        await overtaken(tx, event)
        return
    await store.locked_place(tx, known.service_at_location_id)
    reservation = await store.relocked(tx, known)
    reservation.started_at = event.moved_at


async def end(tx: AsyncSession, event: Ending) -> None:
    """Give back the place of a referral that ended; emits PlaceReleased unless nothing was held or it is used up.

    A decline also does to the directory what its reason says.
    """
    known = await store.of_referral(tx, event.referral_id, event.reservation_id)
    if known is None:
        await overtaken(tx, event)
        return
    if isinstance(event, ReferralDeclined) and not event.envelope.snapshot:
        # may lock the service, so it comes first
        await apply_consequence(tx, known.service_at_location_id, event.reason, event.moved_at)
    place = await store.locked_place(tx, known.service_at_location_id)
    reservation = await store.relocked(tx, known)
    _count(place[2], reservation, event)
    if lifecycle.has_ended(reservation):
        await overtaken(tx, event)
        return
    await give_back(tx, reservation, ENDINGS[type(event)], place)


def _count(at: ServiceAtLocation, reservation: Reservation, event: Ending) -> None:
    """Count what the end says of the receiver, and take the referral off the waiting list."""
    record.waits_no_longer(at, reservation, event.moved_at, accepted=False)
    if isinstance(event, ReferralExpired):
        record.let_run_out(at, reservation, event.moved_at)
    elif isinstance(event, ReferralDeclined) and event.after_acceptance:
        if not event.envelope.snapshot:
            record.given_back(at, event.moved_at)
    elif isinstance(event, ReferralDeclined):
        record.decided(at, reservation, event.moved_at)
