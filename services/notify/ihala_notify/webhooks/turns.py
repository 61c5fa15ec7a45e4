"""What a receiver's conduct makes of its subscription: held, paused, disabled, or active again. Its organisation is told."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import states
from ihala_notify.subscriptions.states import State
from ihala_notify.subscriptions.tables import Subscription


async def locked(tx: AsyncSession, subscription_id: UUID) -> Subscription:
    """Return the subscription, locked."""
    return (await tx.exec(select(Subscription).where(col(Subscription.id) == subscription_id).with_for_update())).one()


def turn(tx: AsyncSession, row: Subscription, version: int, to: State, reason: str | None) -> None:
    """Change a locked one's state and emit what is told of it; not over what its owner decided meanwhile (another `version`, a rest)."""
    state = State(row.state)
    if row.ended_at is None and row.version == version and state not in states.RESTING and (state, row.reason) != (to, reason):
        states.move(tx, row, to, reason)
