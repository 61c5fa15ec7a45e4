"""Writes down what is to be counted, in the transaction of the event it is about: counted exactly if, and exactly once as, it happened."""

from datetime import datetime
from typing import Any

from ihala_contracts import referral_v1 as v1
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import FollowUpRecorded, NeedState, Sensitivity
from ihala_kit.db import now
from ihala_kit.ids import new_id
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.statistics import measures
from ihala_referral.tables import Placement, Referral, StatisticEvent

OF_EVENT: dict[type[Event], str] = {
    v1.ReferralOffered: measures.OFFERED,
    v1.ReferralAcknowledged: measures.ACKNOWLEDGED,
    v1.ReferralAccepted: measures.ACCEPTED,
    v1.ReferralDeclined: measures.DECLINED,
    v1.ReferralExpired: measures.EXPIRED,
    v1.ReferralWithdrawn: measures.WITHDRAWN,
    v1.ReferralCancelled: measures.CANCELLED,
    v1.ReferralFailed: measures.FAILED,
    v1.ReferralStarted: measures.STARTED,
    v1.ReferralCompleted: measures.COMPLETED,
}


def moved(tx: AsyncSession, placement: Placement, referral: Referral, kind: type[Event], at: datetime, more: dict[str, Any]) -> None:
    """Note a move of a referral, if its event is one that is counted."""
    measure = OF_EVENT.get(kind)
    if measure is None:
        return
    result = more.get("reason") if measure in measures.WITH_RESULT else None
    if measure == measures.COMPLETED:
        result = reported(referral)
    began = {measures.STARTED: referral.accepted_at, measures.COMPLETED: referral.accepted_at}.get(measure, referral.offered_at)
    if measure == measures.DECLINED and referral.accepted_at is not None:
        began = None  # given back later: no decision
    happened = referral.first_contact_at if measure == measures.STARTED and referral.first_contact_at else at
    _note(
        tx, placement, measure, at, result=result, referral_id=referral.id, provider_kind=referral.organization_kind,
        urgency=referral.urgency, step_seconds=_seconds(began, happened), request_seconds=_seconds(placement.requested_at, happened),
    )  # fmt: skip


def of_need(tx: AsyncSession, placement: Placement, measure: str, at: datetime) -> None:
    """Note what is about the need and no receiver."""
    _note(tx, placement, measure, at)


async def follow_up(tx: AsyncSession, event: FollowUpRecorded) -> None:
    """Note what the person says of a referral; who is not reached is counted when nobody will ask again."""
    if event.result == "unreached" and event.need_state is not NeedState.UNVERIFIED:
        return
    query = select(Placement, Referral).join(Referral, col(Referral.placement_id) == Placement.id).where(Referral.id == event.referral_id)
    found = (await tx.exec(query)).one_or_none()
    if found is not None:
        placement, referral = found
        _note(
            tx, placement, measures.FOLLOWED_UP, now(tx), result=event.result, referral_id=referral.id,
            provider_kind=referral.organization_kind, urgency=referral.urgency,
        )  # fmt: skip


def reported(referral: Referral) -> str:
    """Return what the receiver reports of all that was asked: met, not met, or in part."""
    results = {outcome["result"] for outcome in referral.outcomes or []}
    return results.pop() if len(results) == 1 else "partly_met"


def _note(tx: AsyncSession, placement: Placement, measure: str, at: datetime, **more: Any) -> None:
    values = {
        "referral_id": None, "result": None, "provider_kind": None, "urgency": placement.urgency, "step_seconds": None,
        "request_seconds": None,
    } | more  # fmt: skip
    values["urgency"] = values["urgency"].value
    tx.add(
        StatisticEvent(
            id=new_id(), operator_id=placement.operator_id, placement_id=placement.id, measure=measure, at=at,
            governorate=placement.governorate, need_code=placement.need_code,
            restricted=placement.sensitivity is Sensitivity.RESTRICTED, **values,
        )
    )  # fmt: skip


def _seconds(since: datetime | None, until: datetime) -> int | None:
    return None if since is None else max(0, int((until - since).total_seconds()))
