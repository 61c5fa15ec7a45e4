"""Messages to people: queued by events, claimed by a sender, settled by what came of it.

Queued at most once for each event, template and recipient. Instants of sending (`next_at`, `useful_until`) are real time: how old a
piece of news is does not depend on a demonstration's clock.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import Sensitivity
from ihala_contracts.notify_v1 import MessageDelivered, MessageFailed
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.copies import NeedCopy
from ihala_notify.telling import LAST_WORDS, template_for
from ihala_notify.wording import templates

PERSON = "person"
LEASE = timedelta(minutes=2)  # longer than all a sending may take; then it is tried again, under the same id

_QUEUE = text("""
    INSERT INTO message (id, event_id, template, recipient, need_id, operator_id, referral_id, organization_id, service_id, traceparent,
                         state, reason, attempts, next_at, useful_until, queued_at, settled_at)
    VALUES (:id, :event_id, :template, :recipient, :need_id, :operator_id, :referral_id, :organization_id, :service_id, :traceparent,
            :state, :reason, 0, :next_at, :useful_until, :queued_at, :settled_at)
    ON CONFLICT (event_id, template, recipient) DO NOTHING
""")
_DROP = text("""
    UPDATE message SET state = 'dropped', reason = 'overtaken', next_at = NULL, settled_at = :now
    WHERE need_id = :need_id AND state = 'waiting' AND (CAST(:referral_id AS uuid) IS NULL OR referral_id = :referral_id)
""")
# The oldest open message of each need only: a person hears things in their order. What was being sent when its process died comes
# again when its lease is over.
_CLAIM = text("""
    WITH due AS (
        SELECT id FROM message AS one
        WHERE state IN ('waiting', 'sending') AND next_at <= :at AND NOT EXISTS (
            SELECT FROM message AS older
            WHERE older.need_id = one.need_id AND older.id < one.id AND older.state IN ('waiting', 'sending'))
        ORDER BY next_at LIMIT :most FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE message SET state = 'sending', attempts = attempts + 1, next_at = :lease_until
        FROM due WHERE message.id = due.id RETURNING message.*
    )
    SELECT claimed.id, claimed.need_id, claimed.template, claimed.attempts, claimed.useful_until, claimed.traceparent,
           need.sensitivity, need.reference, need.ended, operator.phone AS operator_phone,
           coalesce(organization.hidden, false) AS hidden_provider, organization.names AS organization_names,
           organization.phone AS organization_phone,
           service.address, service.opening_hours, service.documents_to_bring
    FROM claimed JOIN need ON need.need_id = claimed.need_id
    LEFT JOIN organization AS operator ON operator.organization_id = claimed.operator_id
    LEFT JOIN organization ON organization.organization_id = claimed.organization_id
    LEFT JOIN service ON service.service_id = claimed.service_id
    ORDER BY claimed.id
""")
_SETTLE = text("""
    UPDATE message SET state = :state, reason = :reason, next_at = :next_at, settled_at = :settled_at, said = :said,
                       template_version = :template_version, language = :language, channel = :channel
    WHERE id = :id AND state = 'sending' AND attempts = :attempts RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process sends now, with all that its text may need."""

    id: UUID
    need_id: UUID
    template: str
    attempts: int
    useful_until: datetime
    traceparent: str | None
    sensitivity: Sensitivity
    reference: str
    ended: bool
    operator_phone: str | None
    hidden_provider: bool
    organization_names: dict[str, str] | None
    organization_phone: str | None
    address: dict[str, str] | None
    opening_hours: dict[str, str] | None
    documents_to_bring: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of trying once. `next_at` is set when it is tried again."""

    state: str  # waiting | delivered | failed | dropped
    reason: str | None = None
    next_at: datetime | None = None
    said: str | None = None
    template_version: int | None = None
    language: str | None = None
    channel: str | None = None


async def tell(tx: AsyncSession, event: Event, about: NeedCopy) -> None:
    """Queue what the person hears of `event`, if anything. News that is too old, or overtaken by the need's end, is kept as dropped."""
    template = template_for(event, about.circle.sensitivity)
    if template is None or event.envelope.snapshot or not about.known:
        return
    useful_until = event.envelope.time + templates()[template].useful_for
    reason = _too_late(template, useful_until, about)
    values = {
        "id": new_id(), "event_id": event.envelope.id, "template": template, "recipient": PERSON, "need_id": about.need_id,
        "operator_id": about.circle.operator_id, "referral_id": getattr(event, "referral_id", None),
        "organization_id": getattr(event, "organization_id", None), "service_id": getattr(event, "service_id", None),
        "traceparent": event.envelope.traceparent, "state": "dropped" if reason else "waiting", "reason": reason,
        "next_at": None if reason else datetime.now(UTC), "useful_until": useful_until, "queued_at": now(tx),
        "settled_at": now(tx) if reason else None,
    }  # fmt: skip
    await tx.execute(_QUEUE, values)


def _too_late(template: str, useful_until: datetime, about: NeedCopy) -> str | None:
    if about.ended and template not in LAST_WORDS:
        return "overtaken"
    return "late" if useful_until < datetime.now(UTC) else None


async def drop_waiting(tx: AsyncSession, need_id: UUID, referral_id: UUID | None = None) -> None:
    """Say nothing more of what was withdrawn: the whole need, or one referral of it."""
    await tx.execute(_DROP, {"need_id": need_id, "referral_id": referral_id, "now": now(tx)})


async def claim(tx: AsyncSession, most: int) -> list[Claimed]:
    """Take up to `most` messages whose instant has come; nobody else sends them until the lease is over."""
    at = datetime.now(UTC)
    rows = (await tx.execute(_CLAIM, {"at": at, "lease_until": at + LEASE, "most": most})).mappings()
    return [Claimed(**row | {"sensitivity": Sensitivity(row["sensitivity"])}) for row in map(dict, rows)]


async def settle(tx: AsyncSession, message: Claimed, result: Settled) -> bool:
    """Write what came of it and emit MessageDelivered or MessageFailed. False when somebody else took it over meanwhile."""
    values: dict[str, Any] = {name: getattr(result, name) for name in Settled.__slots__}
    values |= {"id": message.id, "attempts": message.attempts, "settled_at": None if result.next_at else now(tx)}
    if (await tx.execute(_SETTLE, values)).one_or_none() is None:
        return False
    about = {"need_id": message.need_id, "message_id": message.id, "template": message.template, "channel": result.channel or "none"}
    if result.state == "delivered":
        emit(tx, MessageDelivered(**about, delivered_at=now(tx)))
    if result.state == "failed":
        emit(tx, MessageFailed(**about, reason=result.reason or "unknown", failed_at=now(tx)))
    return True
