"""How it stands with a subscription: what may follow what, and who is told. Nothing else sets `state`.

active: events are sent or can be read · degraded: what it is sent to fails, one event at a time is tried; or it refuses too many of them
and takes the rest · paused: by its owner or an operator, because its receiver said so, or while its client may read no events; nothing is
sent · disabled: it failed for days. Where it stood is kept in each of them, so that it goes on from there.
"""

from datetime import datetime
from enum import StrEnum

from ihala_contracts.envelope import Event
from ihala_contracts.notify_v1 import SubscriptionDegraded, SubscriptionDisabled, SubscriptionPaused, SubscriptionResumed
from ihala_kit.db import now
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions.errors import SubscriptionMoveNotAllowed
from ihala_notify.subscriptions.tables import Subscription


class State(StrEnum):
    """How a subscription is."""

    ACTIVE = "active"
    DEGRADED = "degraded"
    PAUSED = "paused"
    DISABLED = "disabled"


BY_OWNER, BY_OPERATOR, RECEIVER_GONE, FAILING, FAILED_FOR_DAYS = "by_owner", "by_operator", "receiver_gone", "failing", "failed_for_days"
TOO_MANY_REFUSED = "too_many_refused"  # of a receiver that takes the rest: degraded, and what is new is sent all the same
CLIENT_MAY_NOT_READ = "client_may_not_read"  # the one for which it is sent, as the gateway tells
RESTORED = "restored"  # notify came back from a backup, and lost what its owner had changed: somebody looks at it before it goes on
LOST = "lost"  # of one of which a restore knows nothing but its name: it ends (restoring/)

_MOVES: dict[State, frozenset[State]] = {
    State.ACTIVE: frozenset({State.DEGRADED, State.PAUSED, State.DISABLED}),
    State.DEGRADED: frozenset({State.ACTIVE, State.DEGRADED, State.PAUSED, State.DISABLED}),  # also for another reason
    State.PAUSED: frozenset({State.ACTIVE, State.DISABLED}),
    State.DISABLED: frozenset({State.ACTIVE}),
}
RESTING = frozenset({State.PAUSED, State.DISABLED})  # nothing is sent or answered


def move(tx: AsyncSession, row: Subscription, to: State, reason: str | None = None) -> None:
    """Change a locked subscription's state; emits what its organisation is told. `reason`: a code, for all but active.

    Raises SubscriptionMoveNotAllowed (409).
    """
    before = State(row.state)
    if to not in _MOVES[before]:
        raise SubscriptionMoveNotAllowed()
    stood(row, to, reason, now(tx))
    emit(tx, _event(row, before))


def stood(row: Subscription, state: State, reason: str | None, at: datetime) -> None:
    """Set what an event of ours has told already."""
    row.state, row.reason, row.changed_at = state.value, reason, at


def pause_restored(tx: AsyncSession, row: Subscription) -> None:
    """Send nothing as its owner wished it before the lost time, whatever else holds it; emits SubscriptionPaused. Not one that failed for
    days or that an operator paused: these let nobody go on who has not looked."""
    if row.state != State.DISABLED and row.reason not in {BY_OPERATOR, RESTORED}:
        before = State(row.state)
        stood(row, State.PAUSED, RESTORED, now(tx))
        emit(tx, _event(row, before))


def _event(row: Subscription, before: State) -> Event:
    owner, subscription_id, reason, at = row.organization_id, row.id, row.reason or "", row.changed_at
    match State(row.state):
        case State.ACTIVE:
            return SubscriptionResumed(organization_id=owner, subscription_id=subscription_id, before=before, resumed_at=at)
        case State.DEGRADED:
            return SubscriptionDegraded(organization_id=owner, subscription_id=subscription_id, reason=reason, degraded_at=at)
        case State.PAUSED:
            return SubscriptionPaused(organization_id=owner, subscription_id=subscription_id, reason=reason, paused_at=at)
        case State.DISABLED:
            return SubscriptionDisabled(organization_id=owner, subscription_id=subscription_id, reason=reason, disabled_at=at)
