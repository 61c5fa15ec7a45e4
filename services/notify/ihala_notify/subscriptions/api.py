"""Subscriptions over HTTP: scope, body, command, response model. No rule and no query."""

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import InsufficientScope, responses

from ihala_notify.subscriptions import commands, store
from ihala_notify.subscriptions import models as v1
from ihala_notify.subscriptions.errors import (
    ServiceNotYours,
    SubscriptionMoveNotAllowed,
    SubscriptionNotFound,
    TooManySubscriptions,
    UnknownEventType,
)
from ihala_notify.subscriptions.tables import Subscription
from ihala_notify.webhooks.errors import WebhookUrlRefused

router = APIRouter(prefix="/v1/subscriptions")
Subscribing = Annotated[Caller, Security(caller, scopes=["notify:subscribe"])]
_ASKED_TOO_MUCH = (UnknownEventType, ServiceNotYours, InsufficientScope)


@router.post(
    "",
    status_code=201,
    response_model=v1.NewSubscription,
    responses=responses(*_ASKED_TOO_MUCH, TooManySubscriptions, WebhookUrlRefused),
)
async def subscribe(
    body: v1.SubscriptionRequest, caller: Subscribing, once: Once, tx: Transaction, response: Response
) -> v1.NewSubscription:
    """Follow some types of events, or all that your organisation may see: by reading (feed), or brought to your own address (webhook)."""

    async def run() -> v1.NewSubscription:
        return await commands.begun(tx, await commands.subscribe(tx, caller, body), body)

    set_etag(response, 1)
    return await once(v1.NewSubscription, run)


@router.get("", response_model=Page[v1.Subscription])
async def subscriptions(caller: Subscribing, tx: Transaction, page: PageQuery) -> Page[v1.Subscription]:
    """List your organisation's subscriptions, oldest first."""
    rows = page_of(await store.subscriptions(tx, caller, page), page, lambda row: (row.id,))
    return Page(items=[v1.Subscription.model_validate(row, from_attributes=True) for row in rows])


@router.get("/{subscription_id}", response_model=v1.Subscription, responses=responses(SubscriptionNotFound))
async def subscription(subscription_id: UUID, caller: Subscribing, tx: Transaction, response: Response) -> v1.Subscription:
    """Show one of your organisation's subscriptions."""
    return _shown(response, await store.subscription(tx, caller, subscription_id))


@router.patch("/{subscription_id}", response_model=v1.Subscription, responses=responses(SubscriptionNotFound, Stale, *_ASKED_TOO_MUCH))
async def change(
    subscription_id: UUID, body: v1.SubscriptionChange, caller: Subscribing, if_match: IfMatch, tx: Transaction, response: Response
) -> v1.Subscription:
    """Want something else from now on. Filters that are not named stay as they are."""
    return _shown(response, await commands.change(tx, caller, subscription_id, body, if_match))


@router.delete("/{subscription_id}", response_model=v1.Subscription, responses=responses(SubscriptionNotFound, Stale))
async def remove(subscription_id: UUID, caller: Subscribing, if_match: IfMatch, tx: Transaction, response: Response) -> v1.Subscription:
    """Take a subscription away; the answer is what it was."""
    return _shown(response, await commands.remove(tx, caller, subscription_id, if_match))


@router.post(
    "/{subscription_id}/pause",
    response_model=v1.Subscription,
    responses=responses(SubscriptionNotFound, Stale, SubscriptionMoveNotAllowed),
)
async def pause(
    subscription_id: UUID, caller: Subscribing, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> v1.Subscription:
    """Send and answer nothing of it until it is resumed. Where it stands is kept; what is over 30 days old then is not."""
    return await once(v1.Subscription, lambda: _then_shown(response, commands.pause(tx, caller, subscription_id, if_match)))


@router.post(
    "/{subscription_id}/resume",
    response_model=v1.Subscription,
    responses=responses(SubscriptionNotFound, Stale, SubscriptionMoveNotAllowed, InsufficientScope),
)
async def resume(
    subscription_id: UUID, caller: Subscribing, if_match: IfMatch, once: Once, tx: Transaction, response: Response
) -> v1.Subscription:
    """Go on from where it stood: after a pause, or after it was disabled because its receiver failed for days."""
    return await once(v1.Subscription, lambda: _then_shown(response, commands.resume(tx, caller, subscription_id, if_match)))


async def _then_shown(response: Response, done: Awaitable[Subscription]) -> v1.Subscription:
    return _shown(response, await done)


def _shown(response: Response, row: Subscription) -> v1.Subscription:
    set_etag(response, row.version)
    return v1.Subscription.model_validate(row, from_attributes=True)
