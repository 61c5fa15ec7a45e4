"""What intake and directory make of an acceptance, and what directory takes back: late answers are overtaken, never failures."""

from uuid import UUID

from ihala_contracts.directory_v1 import PlaceTaken, PlaceTakeRefused, ReservationRevoked
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import DisclosureOpened, DisclosureRefused
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import clock, lifecycle, placing, store
from ihala_referral.commands import ending
from ihala_referral.guards import Situation
from ihala_referral.states import OUTSTANDING, UNDECIDED, Act, AttemptState, Party, PlacementState
from ihala_referral.tables import Attempt, Referral

# A place is taken back where its provider stops, suspended or closed: the offer ends as all others of it do, and is listed with them.
REVOKED = "provider_closed"


async def disclosure_opened(tx: AsyncSession, event: DisclosureOpened) -> None:
    """Note that the receiver may read the identity now, and by which ways it may reach the person."""
    found = await _referral(tx, event, event.need_id, event.referral_id)
    if found is not None:
        found[1].disclosed_at, found[1].ways = event.opened_at, list(event.ways)


async def place_taken(tx: AsyncSession, event: PlaceTaken) -> None:
    """Note that the place is the person's."""
    found = await _referral(tx, event, event.need_id, event.referral_id)
    if found is not None:
        found[1].place_taken_at = event.taken_at


async def disclosure_refused(tx: AsyncSession, event: DisclosureRefused) -> None:
    """End the referral: withdrawn, cancelled with its need, or failed as consent_too_narrow; the place is freed by its event."""
    found = await _referral(tx, event, event.need_id, event.referral_id)
    if found is None:
        return
    situation, referral = found
    act, by, reason = {
        "withdrawn": (Act.WITHDRAW, Party.PERSON, "withdrawn"),
        "need_closed": (Act.CANCEL, Party.COORDINATOR, "need_closed"),
        "consent_too_narrow": (Act.FAIL, Party.SYSTEM, "consent_too_narrow"),
    }[event.reason]
    if not lifecycle.may(situation, referral, act, by):
        await store.overtaken(tx, event, event.need_id, referral.state)
        return
    await ending.end(tx, situation, referral, act, by, reason)
    if event.reason == "need_closed" and not situation.open():
        await placing.end(tx, situation, "closed")
        clock.wind(situation.placement, situation.referrals)


async def place_take_refused(tx: AsyncSession, event: PlaceTakeRefused) -> None:
    """The place was gone at acceptance, nobody's fault: failed as place_lost, also if the service has begun, and the next one is sought."""
    found = await _referral(tx, event, event.need_id, event.referral_id)
    if found is not None:
        await _fail(tx, event, event.need_id, *found, "place_lost")


async def reservation_revoked(tx: AsyncSession, event: ReservationRevoked) -> None:
    """Directory took the place back: an offer that is not accepted fails; of an accepted one PlaceTakeRefused or a suspension decides."""
    situation = await store.of_need(tx, event.need_id)
    if situation is None:
        await store.overtaken(tx, event, event.need_id, "unknown")
        return
    held = next((r for r in situation.open() if r.reservation_id == event.reservation_id), None)
    if held is not None and held.state in UNDECIDED:
        held.reservation_id = None
        await _fail(tx, event, event.need_id, situation, held, REVOKED)
        return
    attempt = await tx.get(Attempt, (event.placement_id, event.attempt))
    if attempt is not None and attempt.state in OUTSTANDING:  # its answer waited for its organisation to be known
        attempt.state, situation.placement.due_at = AttemptState.REFUSED, None
        if situation.placement.state is PlacementState.PLACING:
            await placing.next_offer(tx, situation)
        clock.wind(situation.placement, situation.referrals)
        return
    await store.overtaken(tx, event, event.need_id, "accepted" if held else "ended")


async def _fail(tx: AsyncSession, event: Event, need_id: UUID, situation: Situation, referral: Referral, reason: str) -> None:
    if lifecycle.may(situation, referral, Act.FAIL, Party.SYSTEM):
        await ending.end(tx, situation, referral, Act.FAIL, Party.SYSTEM, reason)
    else:
        await store.overtaken(tx, event, need_id, referral.state)


async def _referral(tx: AsyncSession, event: Event, need_id: UUID, referral_id: UUID) -> tuple[Situation, Referral] | None:
    """Return the referral, locked behind its placement; one that has ended or is unknown makes the event overtaken."""
    situation = await store.of_need(tx, need_id, referral_id)
    referral = next((r for r in situation.open() if r.id == referral_id), None) if situation else None
    if situation is None or referral is None:
        await store.overtaken(tx, event, need_id, "ended" if situation else "unknown")
        return None
    return situation, referral
