"""Notify's own events about subscriptions, applied again: how each stands. What it asks for, and where it is sent, is in no event
(unsaid.py): one that the backup does not have is kept as a name alone, so that its end can be told.
"""

from datetime import UTC, datetime

from ihala_contracts.notify_v1 import (
    SubscriptionDegraded,
    SubscriptionDisabled,
    SubscriptionEnded,
    SubscriptionOpened,
    SubscriptionPaused,
    SubscriptionResumed,
)
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import states
from ihala_notify.subscriptions.states import LOST, State
from ihala_notify.subscriptions.tables import Subscription

Stands = SubscriptionDegraded | SubscriptionDisabled | SubscriptionPaused | SubscriptionResumed


@reads(SubscriptionOpened)
async def opened(tx: AsyncSession, event: SubscriptionOpened) -> None:
    """Keep its name."""
    if await tx.get(Subscription, event.subscription_id) is None:
        at = event.opened_at
        lost = Subscription(
            id=event.subscription_id, organization_id=event.organization_id, client_id="", kind=event.kind, state=State.PAUSED.value,
            reason=LOST, changed_at=at, version=1, created_at=at,
        )  # fmt: skip
        tx.add(lost)


@reads(SubscriptionResumed)
async def resumed(tx: AsyncSession, event: SubscriptionResumed) -> None:
    """It was sent again."""
    await _stands(tx, event, State.ACTIVE, None, event.resumed_at)


@reads(SubscriptionDegraded)
async def degraded(tx: AsyncSession, event: SubscriptionDegraded) -> None:
    """Its receiver failed."""
    await _stands(tx, event, State.DEGRADED, event.reason, event.degraded_at)


@reads(SubscriptionPaused)
async def paused(tx: AsyncSession, event: SubscriptionPaused) -> None:
    """Nothing was sent any more."""
    await _stands(tx, event, State.PAUSED, event.reason, event.paused_at)


@reads(SubscriptionDisabled)
async def disabled(tx: AsyncSession, event: SubscriptionDisabled) -> None:
    """It had failed for days."""
    await _stands(tx, event, State.DISABLED, event.reason, event.disabled_at)


@reads(SubscriptionEnded)
async def ended(tx: AsyncSession, event: SubscriptionEnded) -> None:
    """Its owner took it away: nothing is sent to that address again."""
    row = await tx.get(Subscription, event.subscription_id)
    if row is not None and row.ended_at is None:
        row.ended_at = datetime.now(UTC)
        row.version += 1


async def _stands(tx: AsyncSession, event: Stands, state: State, reason: str | None, at: datetime) -> None:
    row = await tx.get(Subscription, event.subscription_id)
    if row is not None and row.reason != LOST:
        states.stood(row, state, reason, at)
        row.version += 1
