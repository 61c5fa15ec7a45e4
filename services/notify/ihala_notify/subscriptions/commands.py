"""Every change of a subscription that its organisation can ask for, and what it may ask for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from ihala_contracts.notify_v1 import SubscriptionChanged, SubscriptionEnded, SubscriptionOpened
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.following import EVENT_TYPES, cursor_at
from ihala_notify.subscriptions import models as v1
from ihala_notify.subscriptions import reading, states, store
from ihala_notify.subscriptions.errors import (
    ServiceNotYours,
    SubscriptionMoveNotAllowed,
    SubscriptionRests,
    TooManySubscriptions,
    UnknownEventType,
)
from ihala_notify.subscriptions.filters import Filters
from ihala_notify.subscriptions.rights import SENDING_NEEDS, SERVICES_NEED, demand, demand_services
from ihala_notify.subscriptions.states import BY_OPERATOR, BY_OWNER, CLIENT_MAY_NOT_READ, State
from ihala_notify.subscriptions.tables import Subscription
from ihala_notify.webhooks.commands import go_on, open_webhook

T = TypeVar("T", str, UUID)
MOST = 100  # subscriptions of one organisation


async def subscribe(tx: AsyncSession, caller: Caller, body: v1.SubscriptionRequest) -> Subscription:
    """Let the caller's organisation follow events from now on; emits SubscriptionOpened.

    Raises UnknownEventType, ServiceNotYours (422), InsufficientScope (403), TooManySubscriptions (409).
    """
    await _check(tx, caller, body.kind, body)
    if await store.count(tx, caller) >= MOST:
        raise TooManySubscriptions()
    at = now(tx)
    made = Subscription(
        id=new_id(), organization_id=caller.organization_id, client_id=caller.client_id, kind=body.kind, types=_sorted(body.types),
        governorates=_sorted(body.governorates), services=_sorted(body.services), roles=_sorted(body.roles), state=State.ACTIVE.value,
        changed_at=at, version=1, created_at=at,
    )  # fmt: skip
    tx.add(made)
    emit(tx, SubscriptionOpened(organization_id=caller.organization_id, subscription_id=made.id, kind=made.kind, opened_at=at))
    return made


async def begun(tx: AsyncSession, made: Subscription, body: v1.SubscriptionRequest) -> v1.NewSubscription:
    """Return a new subscription with the cursor from which it begins; a webhook with its key. Raises WebhookUrlRefused (422)."""
    newest = await reading.newest(tx, made.organization_id)
    key = await open_webhook(tx, made, body.url, body.ordered, body.key, newest) if body.kind == "webhook" else None
    return v1.NewSubscription.model_validate({**made.model_dump(), "cursor": cursor_at(made.organization_id, newest), "key": key})


async def change(tx: AsyncSession, caller: Caller, subscription_id: UUID, body: v1.SubscriptionChange, version: int) -> Subscription:
    """Want something else from now on; emits SubscriptionChanged.

    Raises SubscriptionNotFound (404), Stale (412), UnknownEventType, ServiceNotYours (422), InsufficientScope (403).
    """
    row = await store.locked(tx, caller, subscription_id, version)
    demand_services(caller, row)  # whatever it asks for from now on
    await _check(tx, caller, row.kind, body)
    for name in body.model_fields_set & v1.Wanted.model_fields.keys():
        setattr(row, name, _sorted(getattr(body, name)))
    row.version += 1
    emit(tx, SubscriptionChanged(organization_id=row.organization_id, subscription_id=row.id, changed_at=now(tx)))
    return row


async def pause(tx: AsyncSession, caller: Caller, subscription_id: UUID, version: int, by: str = BY_OWNER) -> Subscription:
    """Send and answer nothing until it is resumed; emits SubscriptionPaused.

    Raises SubscriptionNotFound (404), Stale (412), SubscriptionMoveNotAllowed (409).
    """
    row = await store.locked(tx, caller, subscription_id, version)
    states.move(tx, row, State.PAUSED, by)
    row.version += 1
    return row


async def resume(tx: AsyncSession, caller: Caller, subscription_id: UUID, version: int, by: str = BY_OWNER) -> Subscription:
    """Go on from where it stood; emits SubscriptionResumed. What an operator paused only an operator lets go on.

    Raises SubscriptionNotFound (404), Stale (412), SubscriptionMoveNotAllowed (409), InsufficientScope (403).
    """
    row = await store.locked(tx, caller, subscription_id, version)
    others = CLIENT_MAY_NOT_READ if by == BY_OPERATOR else BY_OPERATOR  # the first is for another client of theirs, or the gateway
    if row.state == State.PAUSED and row.reason == others:
        raise SubscriptionMoveNotAllowed()
    if row.kind == "webhook":
        await go_on(tx, caller, subscription_id)
    states.move(tx, row, State.ACTIVE)
    row.version += 1
    return row


async def remove(tx: AsyncSession, caller: Caller, subscription_id: UUID, version: int) -> Subscription:
    """Take it away; emits SubscriptionEnded. Raises SubscriptionNotFound (404), Stale (412)."""
    row = await store.locked(tx, caller, subscription_id, version)
    row.ended_at = datetime.now(UTC)
    row.version += 1
    emit(tx, SubscriptionEnded(organization_id=row.organization_id, subscription_id=row.id, ended_at=now(tx)))
    return row


async def begin_reading(tx: AsyncSession, caller: Caller, subscription_id: UUID) -> Filters:
    """Return what the reader of a subscription gets.

    Raises SubscriptionNotFound (404), SubscriptionRests (409), InsufficientScope (403).
    """
    row = await store.subscription(tx, caller, subscription_id)
    if row.state in states.RESTING:
        raise SubscriptionRests()
    if row.services:
        demand(caller, SERVICES_NEED)
    return Filters.of(row)


async def _check(tx: AsyncSession, caller: Caller, kind: str, wanted: v1.Wanted) -> None:
    """Refuse what no feed holds, and what this client or its organisation has no right to ask for."""
    if kind != "feed":
        demand(caller, SENDING_NEEDS)
    for place, name in enumerate(wanted.types or []):
        if name not in EVENT_TYPES:
            raise UnknownEventType(pointer=f"#/types/{place}")
    if wanted.services:
        demand(caller, SERVICES_NEED)
        own = await store.offered(tx, caller, wanted.services)
        for place, service_id in enumerate(wanted.services):
            if service_id not in own:
                raise ServiceNotYours(pointer=f"#/services/{place}")


def _sorted(values: Sequence[T] | None) -> list[T] | None:
    return sorted(set(values)) if values else None
