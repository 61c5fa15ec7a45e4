"""Webhooks over HTTP: their keys, tests and replays, and what became of each event. No rule and no query."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.instants import Instant
from ihala_kit.once import Once
from ihala_kit.pages import MalformedCursor, Page, PageQuery, page_of
from ihala_kit.problems import InsufficientScope, responses

from ihala_notify.subscriptions import store as subscriptions
from ihala_notify.subscriptions.api import Subscribing
from ihala_notify.subscriptions.errors import SubscriptionNotFound
from ihala_notify.webhooks import commands, store
from ihala_notify.webhooks import models as v1
from ihala_notify.webhooks.errors import DeliveryNotFound, EventNotKept, NotAWebhook, WebhookUrlRefused

router = APIRouter(prefix="/v1")
_OF_A_WEBHOOK = responses(SubscriptionNotFound, NotAWebhook)
_OF_A_READERS = responses(SubscriptionNotFound, NotAWebhook, InsufficientScope)


async def _wanted(  # async, since FastAPI would give anything else a thread of its own
    subscription_id: Annotated[UUID | None, Query(description="Of one subscription.")] = None,
    state: Annotated[
        v1.DeliveryState | None, Query(description="Only in this state: `failed` and `waiting` are your own failures.")
    ] = None,
    since: Annotated[Instant | None, Query(description="Begun at this instant or later.")] = None,
) -> store.Wanted:
    return store.Wanted(subscription_id, state, since)


Wanted = Annotated[store.Wanted, Depends(_wanted)]


@router.post("/subscriptions/{subscription_id}/test", status_code=202, response_model=v1.Delivery, responses=_OF_A_WEBHOOK)
async def send_test(subscription_id: UUID, caller: Subscribing, once: Once, tx: Transaction) -> v1.Delivery:
    """Send an event of the type `org.ihala.notify.test`, once, also while the subscription rests. What came of it is in the delivery."""
    return await once(v1.Delivery, lambda: commands.send_test(tx, caller, subscription_id))


@router.get("/subscriptions/{subscription_id}/webhook", response_model=v1.WebhookDetails, responses=_OF_A_WEBHOOK)
async def webhook(subscription_id: UUID, caller: Subscribing, tx: Transaction, response: Response) -> v1.WebhookDetails:
    """Show where a webhook is delivered, and how its receiver fares. Its version is the subscription's, and so is its ETag."""
    hook = await store.webhook(tx, caller, subscription_id)
    set_etag(response, (await subscriptions.subscription(tx, caller, subscription_id)).version)
    return v1.WebhookDetails.model_validate(hook, from_attributes=True)


@router.patch(
    "/subscriptions/{subscription_id}/webhook",
    response_model=v1.WebhookDetails,
    responses=responses(SubscriptionNotFound, NotAWebhook, Stale, WebhookUrlRefused, InsufficientScope),
)
async def change(
    subscription_id: UUID, body: v1.WebhookChange, caller: Subscribing, if_match: IfMatch, tx: Transaction, response: Response
) -> v1.WebhookDetails:
    """Deliver elsewhere, or in another order, from now on. If-Match is the subscription's ETag."""
    hook, version = await commands.change(tx, caller, subscription_id, body, if_match)
    set_etag(response, version)
    return v1.WebhookDetails.model_validate(hook, from_attributes=True)


@router.get("/subscriptions/{subscription_id}/keys", response_model=Page[v1.Key], responses=_OF_A_WEBHOOK)
async def keys(subscription_id: UUID, caller: Subscribing, tx: Transaction) -> Page[v1.Key]:
    """List the keys that sign a webhook's requests, newest first; secrets are not shown again."""
    rows = await store.keys(tx, caller, subscription_id)
    return Page(items=[v1.Key.model_validate(row, from_attributes=True) for row in rows])


@router.post("/subscriptions/{subscription_id}/keys/rotate", status_code=201, response_model=v1.NewKey, responses=_OF_A_READERS)
async def rotate(subscription_id: UUID, body: v1.Rotation, caller: Subscribing, once: Once, tx: Transaction) -> v1.NewKey:
    """Sign with a new key from now on. The older ones sign beside it, so that nothing is refused while the receiver learns the new one."""
    return await once(v1.NewKey, lambda: commands.rotate(tx, caller, subscription_id, body))


@router.post("/subscriptions/{subscription_id}/replay", status_code=202, response_model=v1.Replay, responses=_OF_A_READERS)
async def replay(subscription_id: UUID, body: v1.ReplayRequest, caller: Subscribing, once: Once, tx: Transaction) -> v1.Replay:
    """Send all events since an instant again, behind what is new. They keep their ids and are marked `ihalareplay`."""
    return await once(v1.Replay, lambda: commands.replay(tx, caller, subscription_id, body.since))


@router.get("/deliveries", response_model=Page[v1.Delivery], responses=responses(SubscriptionNotFound, MalformedCursor, InsufficientScope))
async def deliveries(caller: Subscribing, tx: Transaction, wanted: Wanted, page: PageQuery) -> Page[v1.Delivery]:
    """List what became of the events of your organisation's webhooks, newest first; kept 30 days.

    Needs `events:read`. What a subscription to single services was sent is shown with `referral:read` alone.
    """
    rows = page_of(await store.deliveries(tx, caller, wanted, page), page, lambda row: (row["id"],))
    return Page(items=[v1.Delivery.model_validate(dict(row)) for row in rows])


@router.get("/deliveries/{delivery_id}", response_model=v1.DeliveryDetails, responses=responses(DeliveryNotFound, InsufficientScope))
async def delivery(delivery_id: UUID, caller: Subscribing, tx: Transaction) -> v1.DeliveryDetails:
    """Show one delivery with its requests, and how each was answered."""
    found = await store.delivery(tx, caller, delivery_id)
    tries = [v1.Attempt.model_validate(row, from_attributes=True) for row in await store.tries(tx, caller, found)]
    return v1.DeliveryDetails.model_validate({**found.model_dump(), "tries": tries})


@router.post(
    "/deliveries/{delivery_id}/redeliver",
    status_code=202,
    response_model=v1.Delivery,
    responses=responses(DeliveryNotFound, SubscriptionNotFound, EventNotKept, InsufficientScope),
)
async def redeliver(delivery_id: UUID, caller: Subscribing, once: Once, tx: Transaction) -> v1.Delivery:
    """Send the event of a delivery again, as a delivery of its own, under the same event id."""
    return await once(v1.Delivery, lambda: commands.redeliver(tx, caller, delivery_id))
