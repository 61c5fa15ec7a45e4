"""Moves of a referral by its parties. Each takes the version the caller read; all raise ReferralNotFound (404), MoveNotAllowed (409)
with the caller's moves, Stale (412) or, where an acceptance is late because the offer was corrected, OfferChanged (409), and
InsufficientScope (403) for a caller without any scope of the move.

A move that is not open is refused as such even if the version is old: who comes late learns what is still open.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ihala_contracts import referral_v1 as v1
from ihala_contracts.envelope import Event
from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from ihala_kit.problems import Problem
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import (
    announcing,
    asked,
    by_voice,
    clock,
    consequences,
    lifecycle,
    placing,
    sealing,
    store,
    waiting_lists,
    work_items,
)
from ihala_referral.calendar import SAME_MINUTE
from ihala_referral.calendars import counting
from ihala_referral.commands import accepting, ending, hurrying
from ihala_referral.errors import AgreementMissing, DateNotAllowed, OfferChanged
from ihala_referral.guards import Situation, may_accept
from ihala_referral.parties import ANSWER, COORDINATE, REFER, demanded
from ihala_referral.states import Act, Party
from ihala_referral.tables import Exchange, Referral
from ihala_referral.together import ground, tries
from ihala_referral.together import store as together

FIRST_CONTACT_AT_MOST_BEFORE = timedelta(days=30)


async def _begin(
    tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, act: Act, *scopes: str
) -> tuple[Situation, Referral, Party]:
    """Lock, find out as whom the caller acts, and check that it may."""
    situation, referral = await store.locked_for_move(tx, referral_id)
    who = demanded(caller, referral, *scopes)
    if act is Act.ACCEPT:
        situation.receiver_active = may_accept(await store.organization(tx, referral.organization_id), referral, situation.now)
    party = lifecycle.party_for(situation, referral, act, who)
    if referral.version != version:
        raise await _stale(tx, referral, act, version)
    return situation, referral, party


async def _stale(tx: AsyncSession, referral: Referral, act: Act, version: int) -> Problem:
    """Return why an old version is refused: who accepts is told what of the offer was corrected since."""
    corrected = referral.need_changed and act is Act.ACCEPT and version < referral.version
    changed = await together.amended_since(tx, referral, version) if corrected else []
    return OfferChanged(changed=changed, version=referral.version) if changed else Stale()


async def _finish(
    tx: AsyncSession, situation: Situation, referral: Referral, act: Act, party: Party, kind: type[Event], **more: Any
) -> Referral:
    """Make the move, write its audit, tell of it, and set the clocks."""
    before = lifecycle.move(situation, referral, act, party)
    announcing.record(tx, situation, act, party, before, referral.state, referral=referral, reason=more.get("reason"))
    announcing.moved(tx, situation, referral, kind, **more)
    clock.wind(situation.placement, situation.referrals)
    return referral


async def acknowledge(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int) -> Referral:
    """Say that it was seen; the decision clock runs on. Emits ReferralAcknowledged."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.ACKNOWLEDGE, ANSWER)
    return await _finish(tx, situation, referral, Act.ACKNOWLEDGE, party, v1.ReferralAcknowledged)


async def accept(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int) -> Referral:
    """Take the case; emits ReferralAccepted, and ReferralCancelled for the other offer of an emergency."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.ACCEPT, ANSWER)
    await accepting.accept(tx, situation, referral, party)
    return referral


async def decline(
    tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, act: Act, reason: str,
    comment: str | None, criterion: str | None,
) -> Referral:  # fmt: skip
    """Say no, or (`Act.RELEASE`) give it back before first contact; emits ReferralDeclined. Raises what `consequences.stated` does."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, act, ANSWER)
    words, today = by_voice.said(referral, comment), situation.today
    stated = consequences.stated(reason, act, party, today, comment=words, criterion=criterion, rounds=referral.rounds)
    referral.criterion = criterion if stated.criterion else None
    await _keep_comment(tx, referral, comment)
    await ending.end(tx, situation, referral, act, party, reason)
    return referral


async def ask(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, question: str | None) -> Referral:
    """Ask for more; the decision clock rests until the answer. Emits ReferralInformationRequested."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.ASK, ANSWER)
    number = referral.rounds + 1
    sealed = await sealing.seal(tx, referral.need_id, by_voice.words(referral, question), "question")
    tx.add(Exchange(
        referral_id=referral.id, round=number, operator_id=referral.operator_id, need_id=referral.need_id,
        question=sealed, asked_at=situation.now,
    ))  # fmt: skip
    clock.rest(referral, await counting.of_referral(tx, situation, referral), situation.now)
    more = {"round": number, "answer_by": referral.answer_by}
    await _finish(tx, situation, referral, Act.ASK, party, v1.ReferralInformationRequested, **more)
    referral.rounds = number  # only now: the guard counts those before
    return referral


async def answer(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, text: str | None, categories: list[str]) -> Referral:
    """Answer the receiver's question; the clock goes on. Emits ReferralAnswered. Raises OutsideConsent (409) for other kinds of data."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.ANSWER, REFER, COORDINATE)
    ground.inside(situation.placement, categories)
    exchange = await tx.get_one(Exchange, (referral.id, referral.rounds))
    exchange.answer = await sealing.seal(tx, referral.need_id, by_voice.words(referral, text), "answer")
    exchange.answered_at = situation.now
    clock.go_on(referral, await counting.of_referral(tx, situation, referral), situation.now)
    await hurrying.hasten(tx, situation, referral)
    await work_items.close(tx, situation, (work_items.QUESTION_UNANSWERED,))
    return await _finish(tx, situation, referral, Act.ANSWER, party, v1.ReferralAnswered)


async def waitlist(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, review_at: datetime, *, agreed: bool) -> Referral:
    """Put the person, who agreed, on the receiver's list; gives the place back. Emits ReferralWaitlisted.

    An emergency has no level there at which a second offer is asked for: that is done at once; emits PlacementRequested, or Escalated where
    nobody else may be asked.

    Raises AgreementMissing (409), DateNotAllowed (422).
    """
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.WAITLIST, ANSWER)
    if not agreed:
        raise AgreementMissing()
    policy = placing.policy_of(situation)
    _check_ahead(situation, review_at, policy.review)
    clock.wait(referral, policy, review_at, situation.now)
    more = {"service_at_location_id": referral.service_at_location_id, "review_at": referral.review_at}
    await _finish(tx, situation, referral, Act.WAITLIST, party, v1.ReferralWaitlisted, **more)
    referral.reservation_id = None  # named in the event, so that directory frees it
    if await placing.second(tx, situation):
        clock.wind(situation.placement, situation.referrals)
    await waiting_lists.look(tx, situation)
    return referral


async def start(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, first_contact_at: datetime | None) -> Referral:
    """Record the first contact: the service runs. Emits ReferralStarted."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.START, ANSWER)
    accepted_at = referral.accepted_at or situation.now
    at = first_contact_at or situation.now
    earliest = max(accepted_at - SAME_MINUTE, situation.now - FIRST_CONTACT_AT_MOST_BEFORE)
    if not earliest <= at <= situation.now:
        raise DateNotAllowed(pointer="#/first_contact_at", latest=situation.now)
    referral.first_contact_at = max(at, accepted_at)
    clock.serve(referral, placing.policy_of(situation), situation.now)
    await work_items.close(tx, situation, work_items.OF_ATTEMPT)
    return await _finish(tx, situation, referral, Act.START, party, v1.ReferralStarted)


async def review(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int) -> Referral:
    """Say that the service, or the waiting, still goes on. Emits ReferralReviewed."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.REVIEW, ANSWER)
    clock.serve(referral, placing.policy_of(situation), situation.now)
    await work_items.close(tx, situation, (work_items.REVIEW_MISSED,))
    return await _finish(tx, situation, referral, Act.REVIEW, party, v1.ReferralReviewed, review_at=referral.review_at)


async def hold(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, reason: str, resume_by: datetime) -> Referral:
    """Let the service rest until a date. Emits ReferralHeld. Raises ReasonUnknown, DateNotAllowed (422)."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.HOLD, ANSWER, COORDINATE)
    consequences.stated(reason, Act.HOLD, party, situation.today, comment=None)
    _check_ahead(situation, resume_by, placing.policy_of(situation).longest_hold)
    referral.reason, referral.resume_by = reason, resume_by
    return await _finish(tx, situation, referral, Act.HOLD, party, v1.ReferralHeld, reason=reason, resume_by=resume_by)


async def resume(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int) -> Referral:
    """Let the service go on before its date. Emits ReferralResumed."""
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.RESUME, ANSWER, COORDINATE)
    return await resumed(tx, situation, referral, party)


async def resumed(tx: AsyncSession, situation: Situation, referral: Referral, party: Party) -> Referral:
    """Let a service that rests go on, by a party or by the clock. Emits ReferralResumed."""
    clock.serve(referral, placing.policy_of(situation), situation.now)
    await _finish(tx, situation, referral, Act.RESUME, party, v1.ReferralResumed)
    referral.reason = referral.resume_by = None
    return referral


async def complete(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, outcomes: list[v1.Outcome]) -> Referral:
    """Say what came of each thing asked. Emits ReferralCompleted; with nothing met a coordinator decides anew.

    Raises OutcomeNotAsked (422).
    """
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.COMPLETE, ANSWER)
    outcomes = asked.outcomes(situation.placement, referral, outcomes)
    referral.outcomes = [outcome.model_dump() for outcome in outcomes]
    met = any(outcome.result != "not_met" for outcome in outcomes)
    follows = consequences.COMPLETED if met else consequences.NOTHING_MET
    reason = "completed" if met else "nothing_met"
    await ending.end(tx, situation, referral, Act.COMPLETE, party, reason, consequence=follows, outcomes=outcomes)
    return referral


async def fail(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, reason: str, comment: str | None) -> Referral:
    """Say that it could not be done; `unreachable` by the tries that were logged. Emits ReferralFailed.

    Raises ReasonUnknown (422), TriesMissing (409).
    """
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.FAIL, ANSWER, COORDINATE)
    consequences.stated(reason, Act.FAIL, party, situation.today, comment=by_voice.said(referral, comment))
    if reason == "unreachable":
        await tries.prove_unreachable(tx, situation, referral)
    await _keep_comment(tx, referral, comment)
    await ending.end(tx, situation, referral, Act.FAIL, party, reason)
    return referral


async def cancel(
    tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, reason: str, comment: str | None, preferred: UUID | None = None
) -> Referral:
    """Take it back from the receiver; a place that was reserved instead is asked for next. Emits ReferralCancelled.

    Raises ReasonUnknown (422).
    """
    situation, referral, party = await _begin(tx, caller, referral_id, version, Act.CANCEL, REFER, COORDINATE)
    consequences.stated(reason, Act.CANCEL, party, situation.today, comment=by_voice.said(referral, comment))
    await _keep_comment(tx, referral, comment)
    situation.placement.preferred_reservation_id = preferred or situation.placement.preferred_reservation_id
    await ending.end(tx, situation, referral, Act.CANCEL, party, reason)
    return referral


async def _keep_comment(tx: AsyncSession, referral: Referral, comment: str | None) -> None:
    if comment:
        referral.comment = await sealing.seal(tx, referral.need_id, comment, "comment")


def _check_ahead(situation: Situation, at: datetime, most: timedelta) -> None:
    """Raise DateNotAllowed (422) unless `at` lies ahead, and not too far."""
    if not situation.now < at <= situation.now + most:
        raise DateNotAllowed(latest=situation.now + most)
