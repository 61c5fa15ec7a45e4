"""Every query about subscriptions; each takes the caller and returns only what they may see. Row policies hold the same once more."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from ihala_kit.pages import PageRequest
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions.errors import SubscriptionNotFound
from ihala_notify.subscriptions.tables import Subscription

_OFFERED = text("SELECT service_id FROM service WHERE organization_id = :organization_id AND service_id = ANY(CAST(:asked AS uuid[]))")
_COUNT = text("SELECT count(*) FROM subscription WHERE organization_id = :organization_id AND ended_at IS NULL")


async def subscription(tx: AsyncSession, caller: Caller, subscription_id: UUID) -> Subscription:
    """Return one subscription of the caller's organisation. Raises SubscriptionNotFound (404)."""
    return _own(await tx.get(Subscription, subscription_id), caller)


async def locked(tx: AsyncSession, caller: Caller, subscription_id: UUID, version: int) -> Subscription:
    """Return it locked, in the version that the caller read. Raises SubscriptionNotFound (404), Stale (412)."""
    query = select(Subscription).where(col(Subscription.id) == subscription_id).with_for_update()
    found = _own((await tx.exec(query, execution_options={"populate_existing": True})).one_or_none(), caller)
    if found.version != version:
        raise Stale()
    return found


def _own(found: Subscription | None, caller: Caller) -> Subscription:
    if found is None or found.organization_id != caller.organization_id or found.ended_at is not None:
        raise SubscriptionNotFound()
    return found


async def subscriptions(tx: AsyncSession, caller: Caller, page: PageRequest) -> Sequence[Subscription]:
    """Return the subscriptions of the caller's organisation, oldest first."""
    query = select(Subscription).where(col(Subscription.organization_id) == caller.organization_id, col(Subscription.ended_at).is_(None))
    if after := page.after_as(UUID):
        query = query.where(col(Subscription.id) > after[0])
    return (await tx.exec(query.order_by(col(Subscription.id)).limit(page.fetch))).all()


async def count(tx: AsyncSession, caller: Caller) -> int:
    """Return how many subscriptions the caller's organisation has."""
    return int((await tx.execute(_COUNT, {"organization_id": caller.organization_id})).scalar_one())


async def offered(tx: AsyncSession, caller: Caller, asked: Sequence[UUID]) -> set[UUID]:
    """Return which of these services the caller's organisation offers."""
    values = {"organization_id": caller.organization_id, "asked": list(asked)}
    return set((await tx.execute(_OFFERED, values)).scalars())
