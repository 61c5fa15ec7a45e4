"""Notify's own events about messages, applied again: how each ended, and whether somebody had it sent once more.

A message that the backup does not have is kept with the event whose news it was, so that nobody is told a second time when that is read
again. What was handed over and had no receipt yet is in no event: it is sent again, since who was not told is worse off than who was told
twice (a message that the backup has goes under its old id, by which many routes know it). So is what another had spoken for, where that had
no receipt. What somebody sent by hand and what had not ended is lost, as is the day that an ended one by hand spoke of.

Lost are also the words, language and route of an ended message (a slip about it is neutral), and how much its recipient was sent: who was
told eight things today may be told eight more. Recalled is what ground.py names.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import Sensitivity
from ihala_contracts.notify_v1 import MessageDelivered, MessageFailed, MessageJoined, MessageResent
from ihala_kit.db import fetch, now
from ihala_kit.inbox import reads
from ihala_kit.reapplying import NotRestored
from pydantic_core import to_json
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.calls import opening
from ihala_notify.control import commands
from ihala_notify.limits.admission import JOINED
from ihala_notify.queueing import PERSON, useful_until
from ihala_notify.restoring import calls, ground
from ihala_notify.states import MOST_TRIES
from ihala_notify.tables import Message
from ihala_notify.telling import given_by
from ihala_notify.wording import templates

_SET = """
    UPDATE message SET state = $2, reason = $3, failure = $4, channel = coalesce($5, channel), handed_at = coalesce(handed_at, $6),
        settled_at = $7, next_at = NULL, recipient_id = NULL, joined_by = NULL
    WHERE id = $1 RETURNING id
"""
_MAKE = """
    INSERT INTO message (id, state, reason, failure, channel, handed_at, settled_at, event_id, template, recipient, need_id,
                         operator_id, restricted, referral_id, organization_id, service_id, traceparent, given, queued_at, useful_until,
                         attempts, rounds)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 1, 0)
    ON CONFLICT (event_id, template, recipient) DO UPDATE SET
        state = excluded.state, reason = excluded.reason, failure = excluded.failure, channel = excluded.channel, next_at = NULL,
        settled_at = excluded.settled_at, recipient_id = NULL, joined_by = NULL
"""
_OUR_FAULT = ("late", "no_sms_route", "sms_", "mail_server_", "intake_", "gateway_", "token_", "contact_", "client_key_")
_MAY_PASS = ("temporary", "no_receipt", "out_of_turn")
_AFTER_HANDING_OVER = ("temporary", "permanent", "no_receipt")


@reads(MessageDelivered)
async def delivered(tx: AsyncSession, event: MessageDelivered) -> None:
    """It had arrived."""
    await _ended(tx, event, event.delivered_at, state="delivered", channel=event.channel, handed_at=event.envelope.time)


@reads(MessageJoined)
async def joined(tx: AsyncSession, event: MessageJoined) -> None:
    """Another one had spoken for it, and had arrived."""
    await _ended(tx, event, event.joined_at, state="dropped", reason=JOINED)


@reads(MessageFailed)
async def failed(tx: AsyncSession, event: MessageFailed) -> None:
    """It had failed; where somebody was to call about its need already, it was said in that call, too."""
    handed_at = event.envelope.time if event.reason.startswith(_AFTER_HANDING_OVER) else None
    failure = _failure(event.reason)
    await _ended(
        tx, event, event.failed_at, state="failed", reason=event.reason, failure=failure, channel=event.channel, handed_at=handed_at
    )
    await calls.failed(tx, event)


@reads(MessageResent)
async def resent(tx: AsyncSession, event: MessageResent) -> None:
    """Somebody had it sent once more; it is, if its end is not told of. Under an id that no route has heard, whatever became of it in the
    lost time: by one that a route knows it would arrive nowhere."""
    row = await tx.get(Message, event.message_id, populate_existing=True)
    if row is None:
        raise NotRestored(f"message {event.message_id} was sent again and is not known")
    await opening.take_out(tx, row.id)
    await commands.put_back(tx, row, event.envelope.time)
    row.rounds += MOST_TRIES


async def _ended(
    tx: AsyncSession, event: MessageDelivered | MessageFailed | MessageJoined, at: datetime, *,
    state: str, reason: str | None = None, failure: str | None = None, channel: str | None = None, handed_at: datetime | None = None,
) -> None:  # fmt: skip
    how = (event.message_id, state, reason, failure, None if channel == "none" else channel, handed_at, at)
    if not await fetch(tx, _SET, *how):
        made = await _made(tx, event)
        await fetch(tx, _MAKE, *how, *made)


async def _made(tx: AsyncSession, event: MessageDelivered | MessageFailed | MessageJoined) -> tuple[Any, ...]:
    """Return the rest of a message that the backup does not have, as far as it can be known. Raises NeedMissing.

    Where nobody knows any more what it told, its own id stands for that: then the person may be told again.
    """
    queued_at = ground.made_at(event.message_id)
    need = await ground.need_at(tx, event.need_id, queued_at)
    told = await ground.told_by(tx, need, event.told_of, event.template, queued_at)
    given = given_by(told) if told and not need.erased else None
    here = queued_at + (now(tx) - datetime.now(UTC))
    return (
        event.told_of or (told.envelope.id if told else event.message_id), event.template, PERSON, event.need_id, need.operator_id,
        need.sensitivity is Sensitivity.RESTRICTED, _of(told, "referral_id"), _of(told, "organization_id"), _of(told, "service_id"),
        told.envelope.traceparent if told else None, to_json(given).decode() if given else None, here,
        useful_until(tx, told, event.template) if told else queued_at + templates()[event.template].useful_for,
    )  # fmt: skip


def _of(told: Event | None, name: str) -> UUID | None:
    return getattr(told, name, None)


def _failure(reason: str) -> str:
    """Return of which kind a failure was, as its reason tells."""
    if reason.startswith(_MAY_PASS):
        return "temporary"
    return "technical" if reason.startswith(_OUR_FAULT) else "permanent"
