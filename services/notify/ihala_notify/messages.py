"""Messages to people (`queueing.py` makes them): claimed by a sender, settled by what came of it.

Instants of sending (`next_at`, `useful_until`) are real time: how old a piece of news is does not depend on a demonstration's clock.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid5

from ihala_contracts.intake_v1 import Sensitivity
from ihala_contracts.notify_v1 import MessageDelivered, MessageFailed, MessageJoined
from ihala_kit.db import fetch, now
from ihala_kit.outbox import emit
from ihala_kit.telemetry import span_from
from pydantic import TypeAdapter
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.accepting.rules import ends_at
from ihala_notify.calls import opening
from ihala_notify.limits import store as limits
from ihala_notify.limits.policy import policy
from ihala_notify.limits.rules import Step
from ihala_notify.templates.valid import current_of
from ihala_notify.wording import NEUTRAL, Template

UNKNOWN = ""  # the channel of what was not tried yet
CHANNELS = ("sms", "email")
QUEUED = "message"  # on which senders hear that one was queued. An event's notice rides on a commit that has one anyhow (feed.py)
OVERTAKEN = "overtaken"  # the reason of what was dropped, or is on its way and not tried again
NEEDLESS = "a_later_one_says_it"
LEASE = timedelta(minutes=2)  # longer than all a sending may take; then it is tried again, under the same id

# Of each channel as many as there is room for (`channel` is only a guess by the last try; '' stands for not known yet), and the oldest open
# message of each need only: a person hears things in their order, but what is always said does not wait for what was put off. What was
# being sent when its process died comes again when its lease is over. With each comes what was queued later and did not wait for it: that
# it was handed over and did not arrive was known only then (or another had spoken for it). Who owns the need now speaks, with his phone.
_CLAIM = """
    WITH due AS (
        SELECT found.id, found.taken_over
        FROM unnest($1::text[], $2::integer[]) AS lane (channel, room) CROSS JOIN LATERAL (
            SELECT one.id, one.state = 'sending' AS taken_over FROM message AS one
            WHERE one.state IN ('waiting', 'sending') AND CASE WHEN one.channel IS NULL THEN '' ELSE one.channel END = lane.channel
              AND one.next_at <= $3 AND NOT EXISTS (
                SELECT FROM message AS older
                WHERE older.need_id = one.need_id AND older.id < one.id AND older.state IN ('waiting', 'sending')
                  AND NOT (one.template = ANY($4::text[]) AND older.state = 'waiting' AND older.next_at > $3
                           AND older.reason IS NOT DISTINCT FROM 'too_many_at_once'))
            ORDER BY one.next_at LIMIT lane.room FOR UPDATE OF one SKIP LOCKED) AS found
    ), claimed AS (
        UPDATE message SET state = 'sending', attempts = attempts + 1, next_at = $5
        FROM due WHERE message.id = due.id RETURNING message.*, due.taken_over
    )
    SELECT claimed.id, claimed.need_id, coalesce(need.operator_id, claimed.operator_id) AS operator_id, claimed.given, claimed.template,
           claimed.event_id, claimed.attempts, claimed.rounds, claimed.useful_until, claimed.traceparent,
           claimed.reason, claimed.next_at AS lease_until, claimed.not_by, claimed.referral_id, claimed.channel, claimed.joins,
           claimed.taken_over, referral.state IS NOT DISTINCT FROM 'ended' AS referral_ended, (
               SELECT jsonb_agg(jsonb_build_array(later.template, later.referral_id)) FROM message AS later
               WHERE later.need_id = claimed.need_id AND later.id > claimed.id
                 AND (later.state NOT IN ('waiting', 'dropped') OR later.reason = 'joined')) AS later,
           need.urgency, need.sensitivity, need.reference, need.ended,
           operator.phone AS operator_phone,
           coalesce(organization.hidden, false) AS hidden_provider, organization.names AS organization_names,
           organization.phone AS organization_phone,
           coalesce(service.addresses -> referral.service_at_location_id::text, service.address) AS address,
           service.opening_hours, service.documents_to_bring
    FROM claimed JOIN need ON need.need_id = claimed.need_id
    LEFT JOIN organization AS operator ON operator.organization_id = coalesce(need.operator_id, claimed.operator_id)
    LEFT JOIN organization ON organization.organization_id = claimed.organization_id
    LEFT JOIN service ON service.service_id = claimed.service_id
    LEFT JOIN referral ON referral.referral_id = claimed.referral_id
    ORDER BY claimed.id
"""
# Rows are locked in the order of needs, as consumers lock them. What was withdrawn meanwhile is not tried again, and nobody settles what
# another took over: the end of the lease is each claim's own.
_SETTLE = text("""
    WITH result AS (
        SELECT * FROM jsonb_to_recordset(CAST(:results AS jsonb)) AS result (
            id uuid, attempts integer, lease_until timestamptz, state text, reason text, next_at timestamptz, said text,
            template_version integer, template_of uuid, language text, channel text, route text, parts integer, failure text,
            handed_at timestamptz,
            not_by text[], untried boolean, recipient_id uuid)
    ), held AS (
        SELECT message.id AS held_id, message.reason IS NOT DISTINCT FROM 'overtaken' AND result.state IN ('waiting', 'sent') AS withdrawn,
               message.reason IS NOT DISTINCT FROM 'overtaken' AND result.state = 'waiting' AS needless, result.*
        FROM message JOIN result USING (id)
        WHERE message.state = 'sending' AND message.attempts = result.attempts AND message.next_at = result.lease_until
        ORDER BY message.need_id, message.id FOR UPDATE OF message
    )
    UPDATE message SET
        state = CASE WHEN held.needless THEN 'dropped' ELSE held.state END,
        reason = CASE WHEN held.withdrawn THEN 'overtaken' ELSE held.reason END,
        next_at = CASE WHEN NOT held.needless THEN held.next_at END,
        settled_at = CASE WHEN held.needless OR held.next_at IS NULL THEN CAST(:now AS timestamptz) END,
        attempts = held.attempts - CAST(held.untried AS integer), said = held.said, template_version = held.template_version,
        template_of = held.template_of, language = held.language, channel = held.channel, route = held.route, parts = held.parts,
        failure = held.failure, handed_at = held.handed_at, not_by = held.not_by,
        recipient_id = CASE WHEN held.state = 'waiting' AND NOT held.needless THEN coalesce(held.recipient_id, message.recipient_id) END
    FROM held WHERE message.id = held.held_id RETURNING message.id
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process sends now, with all that its text may need."""

    id: UUID
    need_id: UUID
    event_id: UUID  # whose news it is
    operator_id: UUID  # who owns the need now
    given: dict[str, Any] | None
    template: str
    attempts: int
    rounds: int
    useful_until: datetime
    traceparent: str | None
    reason: str | None
    lease_until: datetime
    not_by: list[str]
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
    referral_id: UUID | None
    urgency: str | None  # of the need; None: not known
    channel: str | None  # by which it was tried last
    joins: int  # for how many others it spoke when it was sent before
    taken_over: bool  # from a sender that died: it may have been handed over
    referral_ended: bool  # the one it speaks of
    later: tuple[Step, ...]  # what was told of the need since, or is being told
    past: bool  # the day that it speaks of is over
    words: Template  # as they hold now
    neutral_words: Template
    joining: tuple[UUID, ...] = ()  # for which others it speaks now
    recipient_id: UUID | None = None  # whom it was counted for

    @property
    def sending_id(self) -> UUID:
        """Return what the route knows it by: the message's id, and another one after it was told that it did not arrive."""
        return uuid5(self.id, str(self.rounds)) if self.rounds else self.id


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of trying once. `next_at` is set when it is tried again, or when its receipts are overdue."""

    state: str  # waiting | sent | delivered | failed | dropped
    reason: str | None = None
    next_at: datetime | None = None
    said: str | None = None
    template_version: int | None = None
    template_of: UUID | None = None  # whose words they were; None: built in
    language: str | None = None
    channel: str | None = None
    route: str | None = None
    parts: int | None = None
    failure: str | None = None  # temporary | permanent | technical
    handed_at: datetime | None = None
    not_by: Sequence[str] = ()  # channels that are not tried any more
    untried: bool = False  # it was given back, and not tried
    unsure: bool = False  # it may have been taken, although nobody said so
    spoken_by: UUID | None = None  # what was sent a moment ago said the same: it goes the way of that
    receipts: tuple[str, ...] = ()  # under which ids the route speaks of it


SETTLED = TypeAdapter(Settled)


class _Row(Protocol):
    """A row of whichever driver."""

    def __getitem__(self, name: str, /) -> Any: ...


async def claim(tx: AsyncSession, rooms: Mapping[str, int]) -> list[Claimed]:
    """Take messages whose instant has come, of each channel (UNKNOWN: not known yet) as many as there is room for; nobody else sends them
    until the lease is over."""
    at = datetime.now(UTC)
    rows = [dict(row) for row in await fetch(tx, _CLAIM, list(rooms), list(rooms.values()), at, list(policy().always), at + LEASE)]
    words = await current_of(tx, {(row["operator_id"], name) for row in rows for name in (row["template"], NEUTRAL)})
    return [_claimed(row, words, now(tx)) for row in rows]


def _claimed(row: dict[str, Any], words: Mapping[tuple[UUID, str], Template], at: datetime) -> Claimed:
    operator_id: UUID = row["operator_id"]
    said = {"words": words[operator_id, row["template"]], "neutral_words": words[operator_id, NEUTRAL]}
    over_at = ends_at(row["given"])
    read = {
        "sensitivity": Sensitivity(row["sensitivity"]), "past": over_at is not None and over_at < at,
        "later": tuple(Step(template, about and UUID(about)) for template, about in row["later"] or ()),
    }  # fmt: skip
    return Claimed(**row | said | read)


async def settle(tx: AsyncSession, tried: Sequence[tuple[Claimed, Settled]]) -> set[UUID]:
    """Write what came of them and emit MessageDelivered or MessageFailed; return which of them nobody else took over meanwhile."""
    rows = [SETTLED.dump_python(result, mode="json", exclude={"receipts"}) | _claim_of(message) for message, result in tried]
    found = (await tx.execute(_SETTLE, {"results": json.dumps(rows), "now": now(tx)})).scalars()
    ours = set(found)
    for message, result in tried:
        if message.id in ours:
            with span_from(message.traceparent, "settle message"):
                about = {"need_id": message.need_id, "id": message.id, "template": message.template, "event_id": message.event_id}
                say(tx, about, result)
            if message.joining and result.state in {"sent", "delivered"}:
                await limits.join(tx, message.id, message.joining)
            if result.spoken_by:
                await limits.join(tx, result.spoken_by, [message.id])
    await limits.not_sent(tx, [one.sending_id for one, result in tried if one.id in ours and one.recipient_id and _was_not_sent(result)])
    await opening.call_about(tx, [message.id for message, result in tried if message.id in ours and result.state == "failed"])
    speakers = {one.id for one, result in tried if one.id in ours and (one.joins or one.joining) and result.state != "sent"}
    await end_joined(tx, sorted(speakers | {result.spoken_by for one, result in tried if one.id in ours and result.spoken_by}))
    return ours


def _was_not_sent(result: Settled) -> bool:
    return result.state not in {"sent", "delivered"} and not result.unsure


async def end_joined(tx: AsyncSession, speakers: Sequence[UUID]) -> None:
    """Let those of which these messages spoke share their end: told with them, failed with them (then somebody calls about each), or
    waiting again. What has not ended is passed over."""
    joined = await limits.spoken(tx, speakers, now(tx))
    failed = sorted((row for row in joined if row["state"] == "failed"), key=lambda row: (row["need_id"], row["id"]))
    for row in failed:
        say(tx, row, Settled("failed", row["reason"], channel=row["channel"]))
    await opening.call_about(tx, [row["id"] for row in failed])
    for row in sorted((row for row in joined if row["told"]), key=lambda row: (row["need_id"], row["id"])):
        about = {"need_id": row["need_id"], "message_id": row["id"], "template": row["template"], "told_of": row["event_id"]}
        emit(tx, MessageJoined(**about, joined_at=now(tx)))
    if any(row["state"] == "waiting" for row in joined):
        tx.info["told"].append((QUEUED, ""))


def _claim_of(message: Claimed) -> dict[str, Any]:
    """Return by which claim of it a message is settled, and for whom it was counted."""
    recipient = message.recipient_id and str(message.recipient_id)
    return {
        "id": str(message.id), "attempts": message.attempts, "lease_until": message.lease_until.isoformat(), "recipient_id": recipient,
    }  # fmt: skip


def say(tx: AsyncSession, message: _Row, result: Settled) -> None:
    """Emit what became of a message (its need_id, id, template, event_id), when that is its end."""
    about = {"need_id": message["need_id"], "message_id": message["id"], "template": message["template"], "told_of": message["event_id"]}
    about["channel"] = result.channel or "none"
    if result.state == "delivered":
        emit(tx, MessageDelivered(**about, delivered_at=now(tx)))
    if result.state == "failed":
        emit(tx, MessageFailed(**about, reason=result.reason or "unknown", failed_at=now(tx)))
