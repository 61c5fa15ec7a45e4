"""Every change that a caller can ask for."""

from ihala_contracts.notify_v1 import SubscriptionOpened
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import models as v1
from ihala_notify import store
from ihala_notify.errors import UnknownEventType
from ihala_notify.following import EVENT_TYPES, cursor_at
from ihala_notify.tables import Subscription


async def subscribe(tx: AsyncSession, caller: Caller, body: v1.SubscriptionRequest) -> v1.NewSubscription:
    """Let the caller's organisation follow events from now on; emits SubscriptionOpened. Raises UnknownEventType (422)."""
    for place, name in enumerate(body.types or []):
        if name not in EVENT_TYPES:
            raise UnknownEventType(pointer=f"#/types/{place}")
    made = Subscription(
        id=new_id(), organization_id=caller.organization_id, client_id=caller.client_id, kind=body.kind,
        types=sorted(set(body.types)) if body.types else None, version=1, created_at=now(tx),
    )  # fmt: skip
    tx.add(made)
    emit(
        tx,
        SubscriptionOpened(organization_id=caller.organization_id, subscription_id=made.id, kind=made.kind, opened_at=made.created_at),
    )
    cursor = cursor_at(caller.organization_id, await store.latest(tx, caller))
    return v1.NewSubscription(id=made.id, kind="feed", types=made.types, created_at=made.created_at, cursor=cursor)
