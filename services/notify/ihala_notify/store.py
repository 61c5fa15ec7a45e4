"""Every query of the API; each takes the caller and returns only what they may see. Row policies hold the same rules once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.pages import PageRequest
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.errors import CursorTooOld, MessageNotFound, SubscriptionNotFound
from ihala_notify.tables import Message, Subscription

MOST_SCANNED = 2000  # items looked through at a time for a subscription that wants few of them

_COUNTER = text("SELECT position, purged_to FROM feed_counter WHERE organization_id = :organization_id")
_ITEMS = text("""
    SELECT position, event_id, source, type, subject, time, data FROM feed
    WHERE organization_id = :organization_id AND position > :after AND position <= :last
      AND (CAST(:types AS text[]) IS NULL OR type = ANY(CAST(:types AS text[])))
    ORDER BY position LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a feed: its items, the position up to which it was looked through, and whether the feed goes on."""

    items: Sequence[Any]
    position: int
    more: bool


async def latest(tx: AsyncSession, caller: Caller) -> int:
    """Return the position of the newest item of the caller's feed; 0 when there is none."""
    counter = (await tx.execute(_COUNTER, {"organization_id": caller.organization_id})).one_or_none()
    return int(counter.position) if counter else 0


async def feed_after(tx: AsyncSession, caller: Caller, after: int | None, types: list[str] | None, most: int) -> Part:
    """Return what follows the position `after` (None: from the oldest that is kept). Raises CursorTooOld (410)."""
    counter = (await tx.execute(_COUNTER, {"organization_id": caller.organization_id})).one_or_none()
    newest, purged_to = (counter.position, counter.purged_to) if counter else (0, 0)
    if after is not None and after < purged_to:
        raise CursorTooOld()
    start = purged_to if after is None else after
    last = min(newest, start + MOST_SCANNED)
    if last <= start:
        return Part([], start, more=False)
    values = {"organization_id": caller.organization_id, "after": start, "last": last, "types": types, "most": most}
    items = (await tx.execute(_ITEMS, values)).all()
    reached = items[-1].position if len(items) == most else last
    return Part(items, reached, more=reached < newest)


async def subscription(tx: AsyncSession, caller: Caller, subscription_id: UUID) -> Subscription:
    """Return one subscription of the caller's organisation. Raises SubscriptionNotFound (404)."""
    found = await tx.get(Subscription, subscription_id)
    if found is None or found.organization_id != caller.organization_id:
        raise SubscriptionNotFound()
    return found


async def subscriptions(tx: AsyncSession, caller: Caller, page: PageRequest) -> Sequence[Subscription]:
    """Return the subscriptions of the caller's organisation, oldest first."""
    query = select(Subscription).where(col(Subscription.organization_id) == caller.organization_id)
    if after := page.after_as(UUID):
        query = query.where(col(Subscription.id) > after[0])
    return (await tx.exec(query.order_by(col(Subscription.id)).limit(page.fetch))).all()


async def message(tx: AsyncSession, caller: Caller, message_id: UUID) -> Message:
    """Return one message of the caller's operator. Raises MessageNotFound (404)."""
    found = await tx.get(Message, message_id)
    if found is None or not _is_of_operator(caller) or found.operator_id != caller.operator_id:
        raise MessageNotFound()
    return found


async def messages(tx: AsyncSession, caller: Caller, need_id: UUID | None, page: PageRequest) -> Sequence[Message]:
    """Return the messages of the caller's operator, newest first; whoever is no operator sees none."""
    if not _is_of_operator(caller):
        return []
    query = select(Message).where(col(Message.operator_id) == caller.operator_id)
    if need_id is not None:
        query = query.where(col(Message.need_id) == need_id)
    if after := page.after_as(UUID):
        query = query.where(col(Message.id) < after[0])
    return (await tx.exec(query.order_by(col(Message.id).desc()).limit(page.fetch))).all()


def _is_of_operator(caller: Caller) -> bool:
    """Tell whether the caller is the operator itself; a provider's clients name an operator too."""
    return caller.operator_id is not None and caller.operator_id == caller.organization_id
