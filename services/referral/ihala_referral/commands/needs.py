"""What intake says of a need: it opens, changes and ends the one placement."""

from collections.abc import Collection
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import (
    ConsentScope,
    ConsentWithdrawn,
    FollowUpRecorded,
    NeedChanged,
    NeedClosed,
    NeedConsentChanged,
    NeedIdentified,
    PersonErased,
    Sensitivity,
    Urgency,
)
from ihala_contracts.referral_v1 import ErasureReported
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, calendar, clock, consequences, placing, policy, sealing, store, work_items
from ihala_referral.commands import ending, hurrying, taking_over
from ihala_referral.commands.offering import covered
from ihala_referral.competences import commands as competences
from ihala_referral.guards import Situation, agreement_holds, consent_holds
from ihala_referral.states import TAKEN, UNDECIDED, Act, Owner, Party, PlacementState, Step
from ihala_referral.statistics import measures, noting
from ihala_referral.tables import Placement, Referral
from ihala_referral.together import amending, moving_away

UNREADABLE = "facts_unreadable"
RANKS = {Urgency.EMERGENCY: 0, Urgency.URGENT: 1, Urgency.ROUTINE: 2}


async def identify(tx: AsyncSession, event: NeedIdentified) -> None:
    """Open the need's placement: ask the directory, or let a coordinator decide. Emits PlacementRequested or PlacementTriaged."""
    known = await store.of_need(tx, event.need_id)
    if known is not None:
        await store.overtaken(tx, event, event.need_id, "known")
        if event.envelope.snapshot:
            await _catch_up(tx, known.placement, event)
        return
    facts, readable = await sealing.received(tx, event.facts, event.need_id)
    placement = placement_of(tx, event)
    situation = Situation(placement, [], placement.state_at)
    tx.add(placement)
    await sealing.keep_facts(tx, placement, facts)
    reasons = await _doubts(tx, situation, facts) + ([] if readable else [UNREADABLE])
    placement.state = PlacementState.TRIAGE if reasons else PlacementState.PLACING
    await tx.flush()  # before what refers to it
    announcing.record(tx, situation, "request", Party.ORIGIN, "", placement.state)
    noting.of_need(tx, placement, measures.IDENTIFIED, situation.now)
    if reasons:
        await placing.tell_triage(tx, situation, reasons)
    else:
        await placing.request(tx, situation)
    clock.wind(placement, [])


async def _catch_up(tx: AsyncSession, known: Placement, event: NeedIdentified) -> None:
    """Take over what a repeated need says otherwise than is known here: an event of it was missed."""
    about = {"need_id": event.need_id, "operator_id": event.operator_id, "changed_at": now(tx)}
    said = {name: getattr(event, name) for name in ("urgency", "governorate", "district", "match_settled")}
    if known.state is PlacementState.ENDED:
        return
    differs = known.operator_id != event.operator_id or any(getattr(known, name) != value for name, value in said.items())
    if differs or (known.facts is None and event.facts is not None):
        await change(tx, NeedChanged(**about, **said, facts=event.facts))
    here = (known.consent_id, known.consent_revision, known.consent_given)
    if here != (event.consent.consent_id, event.consent.revision, event.consent.given):
        await change_consent(tx, NeedConsentChanged(**about, consent=event.consent))


def placement_of(tx: AsyncSession, event: NeedIdentified) -> Placement:
    """Return the placement with which a need begins, not yet stored."""
    at = now(tx)
    placement = Placement(
        id=new_id(), need_id=event.need_id, case_id=event.case_id, reference=event.reference, operator_id=event.operator_id,
        origin_id=event.origin_id, origin_kind=event.origin_kind, need_code=event.need_code, sensitivity=event.sensitivity,
        urgency=event.urgency, rank=RANKS[event.urgency], governorate=event.governorate, district=event.district,
        match_settled=event.match_settled, state=PlacementState.PLACING, state_at=at, owner=Owner.DIRECTORY, next_at=at,
        policy_version=policy.current(calendar.today(at)).version, requested_at=event.requested_at,
        preferred_reservation_id=event.preferred_reservation_id, earlier_cases=list(event.earlier_cases),
    )  # fmt: skip
    take_consent(placement, event.consent)
    return placement


async def _doubts(tx: AsyncSession, situation: Situation, facts: sealing.Facts | None) -> list[str]:
    """Return why a human must decide; empty when the need may be placed by itself."""
    placement = situation.placement
    origin = await store.organization(tx, placement.origin_id)
    agreed = origin is None or (not origin.suspended and agreement_holds(origin, situation.now))
    able = await competences.covers(tx, placement, (facts or {}).get("sex"))
    doubts = {
        "restricted": placement.sensitivity is Sensitivity.RESTRICTED,
        "competence": not able,
        "match": not placement.match_settled,
        "consent": not consent_holds(placement, situation.now),
        "origin_agreement": not agreed,
    }
    return [reason for reason, holds in doubts.items() if holds]


async def change(tx: AsyncSession, event: NeedChanged, *, told: Collection[UUID] = (), asked: bool = False) -> None:
    """Take what was corrected: a question under way is asked anew; an open offer gets a new version, so that it is read again first.

    Where the case went to another operator, that goes for what has ended as well: a person may still dispute that help came.
    For a restored database: receivers of the referrals `told` know it, and with `asked` the directory does.
    """
    situation = await store.of_need(tx, event.need_id)
    went = situation is not None and await taking_over.look(tx, situation, event.operator_id)
    if situation is None or situation.placement.state is PlacementState.ENDED:
        if not went:
            await store.overtaken(tx, event, event.need_id, "ended" if situation else "unknown")
        return
    placement = situation.placement
    facts, readable = await sealing.received(tx, event.facts, event.need_id)
    rank_before, placement.rank, placement.urgency = placement.rank, RANKS[event.urgency], event.urgency
    placement.governorate, placement.district = event.governorate, event.district
    placement.match_settled, placement.changed_at = event.match_settled, situation.now
    placement.version += 1
    announcing.record(tx, situation, "change", Party.SYSTEM, placement.state, placement.state)
    if placement.rank != rank_before:
        placement.emergency_at = event.changed_at if event.urgency is Urgency.EMERGENCY else None
        await work_items.as_urgent(tx, situation)
    if event.facts is not None and readable:
        await sealing.keep_facts(tx, placement, facts)
    for referral in situation.open():
        if referral.id in told:
            await amending.show(tx, placement, referral)
        elif referral.state in UNDECIDED:
            await amending.told(tx, situation, referral, await sealing.shown(tx, referral), event.reason or amending.SAID_BY_INTAKE)
    await moving_away.look(tx, situation)
    if not asked:
        await _ask_anew(tx, situation, "need_changed")
    await hurrying.look(tx, situation, rank_before)
    clock.wind(placement, situation.referrals)


async def change_consent(tx: AsyncSession, event: NeedConsentChanged) -> None:
    """Take the new revision: offers it no longer covers fail as consent_too_narrow, a question under way is asked anew.

    Where a decision is awaited nobody said no: who is at work for the child stays so, and intake lets nobody read meanwhile.
    """
    situation = await _open(tx, event)
    if situation is None:
        return
    take_consent(situation.placement, event.consent)
    situation.placement.version += 1
    announcing.record(tx, situation, "consent", Party.SYSTEM, situation.placement.state, situation.placement.state)
    await _ask_anew(tx, situation, "consent_changed")
    for referral in situation.open():
        if not goes_on(situation.placement, referral) and not covered(situation, referral.organization_id):
            await ending.end(tx, situation, referral, Act.FAIL, Party.SYSTEM, "consent_too_narrow", consequence=consequences.NARROWED)


def goes_on(placement: Placement, referral: Referral) -> bool:
    """Tell whether a receiver who is at work for the person waits with them for a decision about the consent."""
    return not placement.consent_given and referral.state in TAKEN


async def _ask_anew(tx: AsyncSession, situation: Situation, reason: str) -> None:
    """Ask again, under what is known now, whatever is being asked or could not be met."""
    placement = situation.placement
    waiting = await store.outstanding(tx, placement.id)
    if waiting:
        placement.preferred_reservation_id = waiting[-1].preferred_reservation_id
        placement.preferred_location_id = waiting[-1].preferred_location_id
        await placing.cancel_attempts(tx, situation, reason)
        await placing.request(tx, situation)
    elif placement.state is PlacementState.UNSERVED and placement.sensitivity is not Sensitivity.RESTRICTED:
        await placing.place_again(tx, situation)
    clock.wind(placement, situation.referrals)


async def withdraw(tx: AsyncSession, event: ConsentWithdrawn) -> None:
    """The person took it back: wins over everything, also after acceptance. Emits ReferralWithdrawn; PlacementEnded if all."""
    situation = await store.of_need(tx, event.need_id, event.referral_id)
    if situation is None or situation.placement.state is PlacementState.ENDED:
        await store.overtaken(tx, event, event.need_id, "ended" if situation else "unknown")
        return
    whole = event.referral_id is None
    taken_back = [referral for referral in situation.open() if whole or referral.id == event.referral_id]
    if not whole and not taken_back:
        await store.overtaken(tx, event, event.need_id, "referral_ended")
    for referral in taken_back:
        await ending.end(
            tx, situation, referral, Act.WITHDRAW, Party.PERSON, "withdrawn",
            consequence=consequences.WHOLE_NEED_WITHDRAWN if whole else None,
        )  # fmt: skip
    if whole:
        await placing.end(tx, situation, "withdrawn")
    clock.wind(situation.placement, situation.referrals)


async def close(tx: AsyncSession, event: NeedClosed) -> None:
    """Owner and coordinator closed the need: what is open is cancelled in the coordinator's name. Emits PlacementEnded."""
    situation = await _open(tx, event)
    if situation is None:
        return
    for referral in situation.open():
        await ending.end(tx, situation, referral, Act.CANCEL, Party.COORDINATOR, "need_closed")
    await placing.end(tx, situation, "closed")
    clock.wind(situation.placement, situation.referrals)


async def erase(tx: AsyncSession, event: PersonErased) -> None:
    """Destroy the keys of an erased person's needs and say so. The placements ended by ConsentWithdrawn, or will. Emits ErasureReported."""
    destroyed = await sealing.destroy(tx, event.needs)
    for need_id in sorted(event.needs):
        await work_items.close_about(tx, need_id, work_items.OF_ERASED, now(tx))
    emit(tx, ErasureReported(erasure_id=event.erasure_id, keys_destroyed=destroyed, reported_at=now(tx)))


async def follow_up(tx: AsyncSession, event: FollowUpRecorded) -> None:
    """Count what the person says; one who disputes that help came is heard: a coordinator decides anew. Emits PlacementTriaged."""
    await noting.follow_up(tx, event)
    if event.result != "disputed":
        return
    situation = await store.of_need(tx, event.need_id, event.referral_id)
    if situation is None or situation.placement.state is not PlacementState.ENDED:
        await store.overtaken(tx, event, event.need_id, "under_way" if situation else "unknown")
        return
    placement = situation.placement
    placement.owner, placement.next_at = Owner.COORDINATOR, situation.now
    await placing.advance(tx, situation, Step.REOPEN, reason="disputed")
    placement.end_reason = placement.route = None
    placement.offers = 0
    await placing.tell_triage(tx, situation, ["disputed"])
    clock.wind(placement, situation.referrals)


async def _open(tx: AsyncSession, event: Event) -> Situation | None:
    """Return the need's placement if it is open, locked; else record the event as overtaken."""
    situation = await store.of_need(tx, event.key)
    if situation is not None and situation.placement.state is not PlacementState.ENDED:
        return situation
    await store.overtaken(tx, event, event.key, "ended" if situation else "unknown")
    return None


def take_consent(placement: Placement, consent: ConsentScope) -> None:
    """Set what a revision of the consent allows."""
    placement.consent_id, placement.consent_revision, placement.consent_until = consent.consent_id, consent.revision, consent.until
    placement.consent_given = consent.given
    placement.recipients, placement.objections = list(consent.recipients), list(consent.objections)
    placement.categories = list(consent.categories)
