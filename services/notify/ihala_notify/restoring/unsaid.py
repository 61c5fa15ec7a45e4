"""Readers that stand for notify's own while it reads its own topic again: what somebody had asked for in the lost time is in no event, so
its owner is told, and until that one has looked nothing is sent as it was wished before.
"""

import logging
from datetime import UTC, datetime

from ihala_contracts.notify_v1 import SubscriptionChanged, SubscriptionEnded, SubscriptionOpened, TemplateChanged
from ihala_kit.db import now
from ihala_kit.inbox import reads
from ihala_kit.outbox import emit
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import feed
from ihala_notify.subscriptions import states
from ihala_notify.subscriptions.states import LOST
from ihala_notify.subscriptions.tables import Subscription
from ihala_notify.templates.tables import TemplateVersion
from ihala_notify.visibility import Circle

log = logging.getLogger(__name__)


@reads(SubscriptionOpened)
async def subscription_opened(tx: AsyncSession, event: SubscriptionOpened) -> None:
    """End one of which nothing but its name is left: its owner opens it again."""
    row = await tx.get(Subscription, event.subscription_id, with_for_update=True)
    if row is not None and row.reason == LOST and row.ended_at is None:
        row.ended_at = datetime.now(UTC)
        emit(tx, SubscriptionEnded(organization_id=row.organization_id, subscription_id=row.id, ended_at=now(tx)))


@reads(SubscriptionChanged)
async def subscription_changed(tx: AsyncSession, event: SubscriptionChanged) -> None:
    """Pause one that is as it was before its owner changed it, whatever paused it: its old address may be somebody else's by now."""
    feed.show(tx, event, Circle())
    row = await tx.get(Subscription, event.subscription_id, with_for_update=True)
    if row is not None and row.ended_at is None and row.reason != LOST:
        states.pause_restored(tx, row)
        row.version += 1


@reads(TemplateChanged)
async def template_changed(tx: AsyncSession, event: TemplateChanged) -> None:
    """Say whose words for what are older than people were told: somebody writes them once more."""
    feed.show(tx, event, Circle())
    ours = (col(TemplateVersion.operator_id) == event.organization_id, col(TemplateVersion.name) == event.code)
    newest = (await tx.exec(select(func.max(TemplateVersion.version)).where(*ours))).one()
    if (newest or 0) < event.revision:
        about = {"operator": str(event.organization_id), "template": event.code, "revision": event.revision}
        log.warning("the newest words of a template are lost and have to be written again", extra=about)
