"""What referral repeats for readers that begin late or missed something: needs as their placements stand, and rosters."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts import referral_v1 as v1
from ihala_contracts.envelope import Event
from ihala_kit.db import now
from ihala_kit.republish import Repeated
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, placing, store
from ihala_referral.duty import commands as duty
from ihala_referral.duty import coverage, watching
from ihala_referral.duty import store as rosters
from ihala_referral.guards import Situation
from ihala_referral.states import OPEN, TAKEN, AttemptState, PlacementState, State
from ihala_referral.tables import Placement, Referral

COMPLETED = "completed"  # why a placement ended whose referral was completed with something met
ENDINGS: dict[State, type[v1.ReferralDeclined] | type[Any]] = {
    State.DECLINED: v1.ReferralDeclined,
    State.EXPIRED: v1.ReferralExpired,
    State.WITHDRAWN: v1.ReferralWithdrawn,
    State.CANCELLED: v1.ReferralCancelled,
    State.FAILED: v1.ReferralFailed,
    State.COMPLETED: v1.ReferralCompleted,
    State.ENTERED_IN_ERROR: v1.ReferralRedacted,
}


async def events_of_need(tx: AsyncSession, need_id: UUID, whole: bool) -> list[Event]:
    """Return what makes a reader know the placement as it stands; with `whole` also how its earlier attempts ended. Locks it."""
    situation = await store.of_need(tx, need_id)
    if situation is None:
        return []
    ended = [known for known in await store.referrals_of(tx, situation.placement.id) if known.state not in OPEN] if whole else []
    told: list[Event] = [_ending(referral) for referral in ended]
    told += await _questions(tx, situation)
    for referral in situation.open():
        told += _standing(referral)
    return told + _own(situation.placement, whole)


async def _questions(tx: AsyncSession, situation: Situation) -> list[Event]:
    """Return what the directory was asked and has not answered; asked twice, it says its answer again."""
    asked = await store.attempts(tx, situation.placement.id, AttemptState.REQUESTED)
    found = [await placing.question_of(tx, situation, attempt) for attempt in asked]
    return [question for question in found if question is not None]


def _standing(referral: Referral) -> Iterator[Event]:
    """Yield how an open referral came where it stands, as few steps as its readers need."""
    yield v1.ReferralOffered(
        **_said(referral, State.OFFERED, referral.offered_at), service_id=referral.service_id,
        service_at_location_id=referral.service_at_location_id, urgency=referral.urgency, governorate=referral.governorate,
        deadlines=announcing.deadlines(referral), replaces=referral.replaces,
    )  # fmt: skip
    if referral.state is State.ACKNOWLEDGED:
        yield v1.ReferralAcknowledged(**_said(referral, referral.state, referral.moved_at))
    elif referral.state is State.INFO_REQUESTED and referral.answer_by is not None:
        asked_at = referral.rested_at or referral.moved_at
        yield v1.ReferralInformationRequested(
            **_said(referral, referral.state, asked_at), round=referral.rounds, answer_by=referral.answer_by
        )
    elif referral.state is State.WAITLISTED and referral.review_at is not None:
        yield v1.ReferralWaitlisted(
            **_said(referral, referral.state, referral.moved_at), service_at_location_id=referral.service_at_location_id,
            review_at=referral.review_at,
        )  # fmt: skip
    elif referral.state in TAKEN:
        yield from _taken(referral)


def _taken(referral: Referral) -> Iterator[Event]:
    accepted_at = referral.accepted_at or referral.moved_at
    yield v1.ReferralAccepted(
        **_said(referral, State.ACCEPTED, accepted_at), service_id=referral.service_id,
        service_at_location_id=referral.service_at_location_id, first_contact_by=referral.first_contact_by or accepted_at,
    )  # fmt: skip
    if referral.state is not State.ACCEPTED:
        yield v1.ReferralStarted(**_said(referral, State.IN_SERVICE, referral.first_contact_at or referral.moved_at))
    if referral.state is State.ON_HOLD and referral.resume_by is not None:
        yield v1.ReferralHeld(
            **_said(referral, referral.state, referral.moved_at), reason=referral.reason or "", resume_by=referral.resume_by
        )


def _ending(referral: Referral) -> Event:
    kind = ENDINGS[referral.state]
    more = {
        "service_at_location_id": referral.service_at_location_id, "reason": referral.reason or "", "outcomes": referral.outcomes or [],
        "after_acceptance": referral.accepted_at is not None, "before": "",
    }  # fmt: skip
    ended: Event = kind(**_said(referral, referral.state, referral.ended_at or referral.moved_at), **more)
    return ended


def _said(referral: Referral, state: State, at: datetime) -> dict[str, Any]:
    """Return what every event of a referral says; `state` is the one that the event tells."""
    return {
        "need_id": referral.need_id, "placement_id": referral.placement_id, "referral_id": referral.id,
        "organization_id": referral.organization_id, "origin_id": referral.origin_id, "operator_id": referral.operator_id,
        "restricted": referral.restricted, "reservation_id": referral.reservation_id, "attempt": referral.attempt,
        "state": state.value, "referral_version": referral.version, "moved_at": at,
    }  # fmt: skip


def _own(placement: Placement, whole: bool) -> list[Event]:
    """Return what is to be said of the placement itself."""
    ids: dict[str, Any] = {"need_id": placement.need_id, "placement_id": placement.id}
    if placement.state is PlacementState.TRIAGE and placement.due_at is not None:
        about = {"operator_id": placement.operator_id, "reasons": placement.triage_reasons}
        return [v1.PlacementTriaged(**ids, **about, triage_by=placement.due_at)]
    if placement.state is PlacementState.UNSERVED:
        about = {"operator_id": placement.operator_id, "attempt": placement.attempt, "failing": placement.failing}
        return [v1.NeedUnserved(**ids, **about, unserved_at=placement.state_at)]
    said_by_referral = placement.end_reason == COMPLETED  # as when it ended: a person may have disputed since that help came
    if whole and placement.state is PlacementState.ENDED and placement.ended_at is not None and not said_by_referral:
        return [v1.PlacementEnded(**ids, reason=placement.end_reason or "", route=placement.route, ended_at=placement.ended_at)]
    return []


async def open_rosters(tx: AsyncSession, after: UUID | None, most: int) -> list[UUID]:
    """Return the ids of rosters with a shift ahead, in order, after one of them."""
    ids = sorted(await _rosters(tx))
    return [roster_id for roster_id in ids if after is None or roster_id > after][:most]


async def events_of_roster(tx: AsyncSession, roster_id: UUID, _: bool) -> list[Event]:
    """Return what a roster covers from now on. Holds it."""
    found = (await _rosters(tx)).get(roster_id)
    if found is None:
        return []
    await rosters.hold(tx, *found)
    at = now(tx)
    return [duty.roster(*found, coverage.covered(await rosters.spans(tx, *found, at)), at)]


async def _rosters(tx: AsyncSession) -> dict[UUID, tuple[UUID, str]]:
    return {watching.roster_of(*found): found for found in await rosters.rosters(tx, now(tx))}


SNAPSHOTS = (Repeated("rosters", open_rosters, events_of_roster), Repeated("needs", store.open_needs, events_of_need))
