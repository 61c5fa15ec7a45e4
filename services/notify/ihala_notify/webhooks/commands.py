"""Every change of a webhook that its organisation can ask for."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ihala_contracts.notify_v1 import SubscriptionChanged
from ihala_kit.auth import Caller
from ihala_kit.db import fetch, now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import states
from ihala_notify.subscriptions import store as subscriptions
from ihala_notify.subscriptions.states import State
from ihala_notify.subscriptions.tables import Subscription, Webhook, WebhookKey
from ihala_notify.wakeups import CHANNEL
from ihala_notify.webhooks import keeping, signing, store, turns
from ihala_notify.webhooks import models as v1
from ihala_notify.webhooks.addresses import UrlRefused, checked
from ihala_notify.webhooks.errors import EventNotKept, WebhookUrlRefused
from ihala_notify.webhooks.loading import TEST
from ihala_notify.webhooks.tables import Delivery, about_key

MOST_OLDER_KEYS = 3
# What a lane waits for; with the feed's newest position, which is no news to whoever reads it.
_WAKE = "SELECT pg_notify($1, organization_id || ' ' || position) FROM feed_counter WHERE organization_id = $2"


async def open_webhook(
    tx: AsyncSession, made: Subscription, url: str | None, ordered: bool | None, kind: v1.KeyKind, cursor: int
) -> v1.NewKey:
    """Have a new subscription delivered to this address from the cursor on; return its key. Raises WebhookUrlRefused (422)."""
    owner = made.organization_id
    await tx.flush()
    hook = Webhook(
        subscription_id=made.id, organization_id=owner, url=_checked(tx, url), ordered=bool(ordered), cursor=cursor, failures=0, ahead=[],
    )  # fmt: skip
    tx.add(hook)
    await tx.flush()
    return _new_key(tx, made.id, owner, kind)


async def change(tx: AsyncSession, caller: Caller, subscription_id: UUID, body: v1.WebhookChange, version: int) -> tuple[Webhook, int]:
    """Deliver elsewhere, or in another order, from now on, for the client that asks; emits SubscriptionChanged. Returns the version, too.

    Nothing that another address did is held against a new one. Raises SubscriptionNotFound (404), Stale (412), NotAWebhook (409),
    WebhookUrlRefused (422), InsufficientScope (403).
    """
    await store.readers_webhook(tx, caller, subscription_id)
    row = await subscriptions.locked(tx, caller, subscription_id, version)
    hook = await store.webhook(tx, caller, subscription_id)
    url = hook.url if body.url is None else _checked(tx, body.url)
    if body.ordered is not None:
        hook.ordered = body.ordered
    row.client_id = caller.client_id
    row.version += 1  # the lane that delivers begins anew
    emit(tx, SubscriptionChanged(organization_id=row.organization_id, subscription_id=row.id, changed_at=now(tx)))
    if url != hook.url:
        hook.url = url
        await begin_anew(tx, hook)
        if row.state == State.DEGRADED:
            states.move(tx, row, State.ACTIVE)
    return hook, row.version


async def go_on(tx: AsyncSession, caller: Caller, subscription_id: UUID) -> None:
    """Hold nothing against the receiver that was before its owner had it go on, and try now what waits; for the client that says so.

    Raises SubscriptionNotFound (404), NotAWebhook (409), InsufficientScope (403).
    """
    row, hook = await store.readers_webhook(tx, caller, subscription_id)
    row.client_id = caller.client_id
    await begin_anew(tx, hook)


async def begin_anew(tx: AsyncSession, hook: Webhook) -> None:
    """Forget how the receiver fared until now, and let be tried now what waits."""
    await tx.flush()
    await keeping.begin_anew(tx, hook.subscription_id, datetime.now(UTC))  # whatever a lane wrote meanwhile
    await tx.refresh(hook)
    await _wake(tx, hook.organization_id)  # a lane with nothing due would look in half a minute


async def rotate(tx: AsyncSession, caller: Caller, subscription_id: UUID, body: v1.Rotation) -> v1.NewKey:
    """Sign with a new key, and with the older ones beside it for a while; emits SubscriptionChanged.

    Raises SubscriptionNotFound (404), NotAWebhook (409), InsufficientScope (403).
    """
    await store.readers_webhook(tx, caller, subscription_id)
    await turns.locked(tx, subscription_id)  # two at once would each leave the other's key without an end
    older = await store.keys(tx, caller, subscription_id)
    ends = datetime.now(UTC) + timedelta(hours=body.overlap_hours)
    for place, key in enumerate(older):
        if place >= MOST_OLDER_KEYS or (key.valid_until is not None and key.valid_until < datetime.now(UTC)):
            await tx.delete(key)
        else:
            key.valid_until = min(key.valid_until or ends, ends)
    emit(tx, SubscriptionChanged(organization_id=caller.organization_id, subscription_id=subscription_id, changed_at=now(tx)))
    newest: v1.KeyKind = "ed25519" if older and older[0].kind == "ed25519" else "hmac"
    return _new_key(tx, subscription_id, caller.organization_id, body.kind or newest)


async def send_test(tx: AsyncSession, caller: Caller, subscription_id: UUID) -> Delivery:
    """Send an event that says nothing, once, whatever the subscription's state; only where its client may read no events, it has failed.

    Raises SubscriptionNotFound (404), NotAWebhook (409).
    """
    hook = await store.webhook(tx, caller, subscription_id)
    row, at = await subscriptions.subscription(tx, caller, subscription_id), datetime.now(UTC)
    why_not = None if await store.client_may_read(tx, row) else states.CLIENT_MAY_NOT_READ
    made = Delivery(
        id=new_id(), subscription_id=hook.subscription_id, organization_id=hook.organization_id, event_id=new_id(), type=TEST,
        subject=str(hook.subscription_id), asked=True, state="failed" if why_not else "waiting", reason=why_not, attempts=0, begun_at=at,
        next_at=None if why_not else at, settled_at=at if why_not else None,
    )  # fmt: skip
    tx.add(made)
    await _wake(tx, caller.organization_id)
    return made


async def redeliver(tx: AsyncSession, caller: Caller, delivery_id: UUID) -> Delivery:
    """Send a delivery's event again, whatever became of it.

    Raises DeliveryNotFound, SubscriptionNotFound (404), EventNotKept (410), InsufficientScope (403).
    """
    found = await store.delivery(tx, caller, delivery_id)
    await store.readers_webhook(tx, caller, found.subscription_id)
    if found.position is None or not await store.is_kept(tx, caller, found.position):
        raise EventNotKept()
    at = datetime.now(UTC)
    made = Delivery(
        id=new_id(), subscription_id=found.subscription_id, organization_id=found.organization_id, position=found.position,
        event_id=found.event_id, type=found.type, subject=found.subject, asked=True, state="waiting", attempts=0, begun_at=at, next_at=at,
    )  # fmt: skip
    tx.add(made)
    await _wake(tx, caller.organization_id)
    return made


async def replay(tx: AsyncSession, caller: Caller, subscription_id: UUID, since: datetime) -> v1.Replay:
    """Send everything since that instant again, behind what is new; of an earlier replay that is still under way the rest, too.

    Raises SubscriptionNotFound (404), NotAWebhook (409), InsufficientScope (403).
    """
    _, hook = await store.readers_webhook(tx, caller, subscription_id)
    await turns.locked(tx, subscription_id)
    await tx.refresh(hook)
    start, newest = await store.before(tx, caller, since)
    if start < newest:
        hook.replay_cursor, hook.replay_until = start if hook.replay_cursor is None else min(start, hook.replay_cursor), newest
        await tx.flush()
        await _wake(tx, caller.organization_id)
    return v1.Replay(events=await store.between(tx, caller, start, newest))


def _checked(tx: AsyncSession, url: str | None) -> str:
    if not url:
        raise WebhookUrlRefused(pointer="#/url", reason="missing")
    try:
        return checked(url, tx.info["service"].webhook_hosts)
    except UrlRefused as refused:
        raise WebhookUrlRefused(pointer="#/url", reason=str(refused)) from None


def _new_key(tx: AsyncSession, subscription_id: UUID, organization_id: UUID, kind: v1.KeyKind) -> v1.NewKey:
    pair, key_id = signing.new_key(kind), new_id()
    sealed = Vault.of(tx.info["service"]).seal_direct(pair.secret.encode(), about_key(key_id))
    made = WebhookKey(
        id=key_id, subscription_id=subscription_id, organization_id=organization_id, kid=secrets.token_hex(4), kind=kind, secret=sealed,
        public=pair.public, created_at=datetime.now(UTC),
    )  # fmt: skip
    tx.add(made)
    told = v1.Key.model_validate(made, from_attributes=True)
    return v1.NewKey(**told.model_dump(), secret=pair.secret if kind == "hmac" else None)


async def _wake(tx: AsyncSession, organization_id: UUID) -> None:
    await tx.flush()
    await fetch(tx, _WAKE, CHANNEL, organization_id)
