"""Notify's copy of the referral: which need it is for, whether somebody has taken it. When it is over, what told of it is no longer so."""

from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1 import (
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralRedacted,
    ReferralWithdrawn,
)
from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import queueing
from ihala_notify.calls import opening
from ihala_notify.telling import WHILE_IT_RUNS

_ENDS = (ReferralDeclined, ReferralExpired, ReferralWithdrawn, ReferralCancelled, ReferralFailed, ReferralCompleted, ReferralRedacted)
_UNTOLD = (ReferralWithdrawn, ReferralCancelled, ReferralRedacted)  # who has not heard of it yet hears nothing of it
_STATES: dict[type[Event], str] = {ReferralAccepted: "accepted", **dict.fromkeys(_ENDS, "ended")}
_FOLLOW = "UPDATE referral SET of_need_id = $2, state = $3 WHERE referral_id = $1 AND state IS DISTINCT FROM 'ended'"


async def follow(tx: AsyncSession, event: Event) -> None:
    """Keep that somebody has the referral, or that it is over; then nobody is called, or sent there, for it. Any other event passes."""
    if (state := _STATES.get(type(event))) is None:
        return
    referral_id: UUID = vars(event)["referral_id"]
    await fetch(tx, _FOLLOW, referral_id, event.key, state)
    if isinstance(event, _UNTOLD):
        await queueing.drop_waiting(tx, event.key, referral_id, WHILE_IT_RUNS)
    elif state == "ended":
        await opening.end_calls(tx, event.key, referral_id, WHILE_IT_RUNS)
