"""What an operator at the machine does with subscriptions: in the system's name, by the same commands as their owners."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, act_for
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import commands, store
from ihala_notify.subscriptions import models as v1
from ihala_notify.subscriptions.errors import SubscriptionNotFound
from ihala_notify.subscriptions.rights import SENDING_NEEDS, SERVICES_NEED
from ihala_notify.subscriptions.states import BY_OPERATOR
from ihala_notify.subscriptions.tables import Subscription

Work = Callable[[AsyncSession], Awaitable[None]]
Change = Callable[[AsyncSession, UUID], Awaitable[Subscription]]
AT_ONCE = 500


async def run(database: Database, purpose: str, work: Work) -> None:
    """Do the work in one transaction. Raises what it refuses."""
    async with database.transaction(Caller.system(purpose)) as tx:
        await work(tx)


async def every(tx: AsyncSession, organization_id: UUID | None) -> AsyncIterator[Subscription]:
    """Yield subscriptions, oldest first: all, or one organisation's."""
    query, last = select(Subscription).where(col(Subscription.ended_at).is_(None)), UUID(int=0)
    if organization_id is not None:
        query = query.where(col(Subscription.organization_id) == organization_id)
    while rows := (await tx.exec(query.where(col(Subscription.id) > last).order_by(col(Subscription.id)).limit(AT_ONCE))).all():
        for row in rows:
            yield row
        last = rows[-1].id


async def add(tx: AsyncSession, organization_id: UUID, client_id: str, body: v1.SubscriptionRequest) -> Subscription:
    """Subscribe for an organisation. Raises UnknownEventType, ServiceNotYours (422), TooManySubscriptions (409)."""
    caller = _for(organization_id, client_id)
    await act_for(tx, caller)
    return await commands.subscribe(tx, caller, body)


async def _owned(tx: AsyncSession, subscription_id: UUID) -> tuple[Caller, int]:
    """Return its owner, for whom the transaction goes on, and its version. Raises SubscriptionNotFound (404)."""
    row = await tx.get(Subscription, subscription_id)
    if row is None:
        raise SubscriptionNotFound()
    caller = _for(row.organization_id, row.client_id)
    await act_for(tx, caller)
    return caller, (await store.subscription(tx, caller, subscription_id)).version


async def _pause(tx: AsyncSession, subscription_id: UUID) -> Subscription:
    caller, version = await _owned(tx, subscription_id)
    return await commands.pause(tx, caller, subscription_id, version, by=BY_OPERATOR)


async def _resume(tx: AsyncSession, subscription_id: UUID) -> Subscription:
    caller, version = await _owned(tx, subscription_id)
    return await commands.resume(tx, caller, subscription_id, version, by=BY_OPERATOR)


async def _remove(tx: AsyncSession, subscription_id: UUID) -> Subscription:
    caller, version = await _owned(tx, subscription_id)
    return await commands.remove(tx, caller, subscription_id, version)


CHANGES: dict[str, Change] = {"pause": _pause, "resume": _resume, "remove": _remove}


def _for(organization_id: UUID, client_id: str) -> Caller:
    """Return the organisation's client with all that a subscription may need."""
    return Caller(client_id, organization_id, "operator", scopes=frozenset({SENDING_NEEDS, SERVICES_NEED}))
