"""Every query about webhooks and their deliveries; each takes the caller and returns only what they may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from ihala_kit.pages import PageRequest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import store as subscriptions
from ihala_notify.subscriptions.rights import SENDING_NEEDS, SERVICES_NEED, demand, demand_services
from ihala_notify.subscriptions.tables import Subscription, Webhook, WebhookKey
from ihala_notify.webhooks.errors import DeliveryNotFound, NotAWebhook
from ihala_notify.webhooks.models import DeliveryState
from ihala_notify.webhooks.tables import Attempt, Delivery, first_id

MOST_TRIES_SHOWN = 100
_LAST_ID = UUID(int=2**128 - 1)

# Each subscription's newest by its own index, then the newest of those: no index over an organisation is needed. What is not delivered is
# rare and has an index of its own, which a state in a parameter would not find. What came through a filter by services tells which service
# a referral is for.
_LOG = """
    SELECT d.* FROM subscription s CROSS JOIN LATERAL (
        SELECT * FROM delivery WHERE subscription_id = s.id AND id < $3 AND id >= $4 AND {state} ORDER BY id DESC LIMIT $5
    ) d WHERE s.organization_id = $1 AND s.kind = 'webhook' AND ($2::uuid IS NULL OR s.id = $2) AND ($6 OR s.services IS NULL)
    ORDER BY d.id DESC LIMIT $5
"""
_STATES: dict[DeliveryState | None, str] = {
    None: "true",
    "delivered": "state = 'delivered'",
    "waiting": "state <> 'delivered' AND state = 'waiting'",
    "failed": "state <> 'delivered' AND state = 'failed'",
}
_EVENT_AT = "SELECT appended_at FROM feed WHERE organization_id = $1 AND position > $2 ORDER BY position LIMIT 1"
_COUNTER = "SELECT position, purged_to FROM feed_counter WHERE organization_id = $1"
_BETWEEN = "SELECT count(*) FROM feed WHERE organization_id = $1 AND position > $2 AND position <= $3"
_MAY_NOT_READ = "SELECT FROM kafka_client WHERE client_id = $1 AND NOT allowed"
_IS_KEPT = "SELECT FROM feed WHERE organization_id = $1 AND position = $2"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are asked for."""

    subscription_id: UUID | None
    state: DeliveryState | None
    since: datetime | None


async def webhook(tx: AsyncSession, caller: Caller, subscription_id: UUID) -> Webhook:
    """Return the webhook of a subscription. Raises SubscriptionNotFound (404), NotAWebhook (409)."""
    await subscriptions.subscription(tx, caller, subscription_id)
    found = await tx.get(Webhook, subscription_id)
    if found is None:
        raise NotAWebhook()
    return found


async def readers_webhook(tx: AsyncSession, caller: Caller, subscription_id: UUID) -> tuple[Subscription, Webhook]:
    """Return a subscription and its webhook for a client that may read what is sent to it.

    Raises SubscriptionNotFound (404), NotAWebhook (409), InsufficientScope (403).
    """
    demand(caller, SENDING_NEEDS)
    found = await webhook(tx, caller, subscription_id)
    row = await subscriptions.subscription(tx, caller, subscription_id)
    demand_services(caller, row)
    return row, found


async def client_may_read(tx: AsyncSession, row: Subscription) -> bool:
    """Tell whether the client for which it is sent may read events, as far as we have heard."""
    return not await fetch(tx, _MAY_NOT_READ, row.client_id)


async def keys(tx: AsyncSession, caller: Caller, subscription_id: UUID) -> Sequence[WebhookKey]:
    """Return the keys of a webhook, newest first. Raises SubscriptionNotFound (404), NotAWebhook (409)."""
    await webhook(tx, caller, subscription_id)
    query = select(WebhookKey).where(col(WebhookKey.subscription_id) == subscription_id)
    return (await tx.exec(query.order_by(col(WebhookKey.created_at).desc(), col(WebhookKey.id).desc()))).all()


async def deliveries(tx: AsyncSession, caller: Caller, wanted: Wanted, page: PageRequest) -> Sequence[asyncpg.Record]:
    """Return deliveries of the caller's organisation, newest first; for who may not read referrals without those that a filter by services
    let through.

    Raises SubscriptionNotFound (404) for another's subscription, InsufficientScope (403).
    """
    demand(caller, SENDING_NEEDS)
    if wanted.subscription_id is not None:
        demand_services(caller, await subscriptions.subscription(tx, caller, wanted.subscription_id))
    after = page.after_as(UUID)
    since = first_id(wanted.since) if wanted.since else UUID(int=0)
    statement = _LOG.format(state=_STATES[wanted.state])
    return await fetch(
        tx, statement, caller.organization_id, wanted.subscription_id, after[0] if after else _LAST_ID, since, page.fetch,
        SERVICES_NEED in caller.scopes,
    )  # fmt: skip


async def delivery(tx: AsyncSession, caller: Caller, delivery_id: UUID) -> Delivery:
    """Return one delivery of the caller's organisation. Raises DeliveryNotFound (404), InsufficientScope (403)."""
    demand(caller, SENDING_NEEDS)
    found = await tx.get(Delivery, delivery_id)
    if found is None or found.organization_id != caller.organization_id:
        raise DeliveryNotFound()
    row = await tx.get(Subscription, found.subscription_id)  # also one that was taken away, for the 30 days in which it is known
    if row is None:
        raise DeliveryNotFound()
    demand_services(caller, row)
    return found


async def tries(tx: AsyncSession, caller: Caller, found: Delivery) -> Sequence[Attempt]:
    """Return its last requests, newest first."""
    query = select(Attempt).where(col(Attempt.delivery_id) == found.id, col(Attempt.organization_id) == caller.organization_id)
    return (await tx.exec(query.order_by(col(Attempt.number).desc()).limit(MOST_TRIES_SHOWN))).all()


async def is_kept(tx: AsyncSession, caller: Caller, position: int) -> bool:
    """Tell whether the caller's feed still holds the event at this position."""
    return bool(await fetch(tx, _IS_KEPT, caller.organization_id, position))


async def before(tx: AsyncSession, caller: Caller, since: datetime) -> tuple[int, int]:
    """Return the position after which come the events of that instant and later, and the newest position.

    Positions and instants rise together, so halving finds it: twenty short questions for a million events, and no index for them.
    """
    rows: list[Any] = await fetch(tx, _COUNTER, caller.organization_id)
    low, newest = (rows[0]["purged_to"], rows[0]["position"]) if rows else (0, 0)
    high = newest
    while low < high:
        middle = (low + high) // 2
        at = (await fetch(tx, _EVENT_AT, caller.organization_id, middle))[0]["appended_at"]
        low, high = (middle + 1, high) if at < since else (low, middle)
    return low, newest


async def between(tx: AsyncSession, caller: Caller, after: int, until: int) -> int:
    """Return how many events there are from one position to another."""
    [row] = await fetch(tx, _BETWEEN, caller.organization_id, after, until)
    return int(row["count"])
