"""What a receiver's conduct makes of its subscription: held, paused, disabled, or active again. Its organisation is told."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import states
from ihala_notify.subscriptions.states import State
from ihala_notify.subscriptions.tables import Subscription

REASONS = {State.DEGRADED: states.FAILING, State.PAUSED: states.RECEIVER_GONE, State.DISABLED: states.FAILED_FOR_DAYS}


async def locked(tx: AsyncSession, subscription_id: UUID) -> Subscription:
    """Return the subscription, locked."""
    return (await tx.exec(select(Subscription).where(col(Subscription.id) == subscription_id).with_for_update())).one()


def turn(tx: AsyncSession, row: Subscription, to: State) -> None:
    """Change a locked one's state and emit what is told of it; not over a decision of its owner that came meanwhile."""
    if row.ended_at is None and State(row.state) not in {to, *states.RESTING}:
        states.move(tx, row, to, REASONS.get(to))
