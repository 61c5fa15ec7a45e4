"""What people are to hear, queued by events: at most once for each event, template and recipient, and dropped when it is true no more."""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import Sensitivity
from ihala_contracts.referral_v1 import AppointmentChanged
from ihala_kit.db import caller_of, now
from ihala_kit.ids import new_id
from ihala_kit.reapplying import CALLER as RESTORE
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.calls import opening
from ihala_notify.copies import NeedCopy, is_erased
from ihala_notify.limits import store as limits
from ihala_notify.messages import OVERTAKEN, QUEUED, end_joined
from ihala_notify.telling import LAST_WORDS, given_by, template_for
from ihala_notify.told import is_needless
from ihala_notify.wording import templates

PERSON = "person"

# What the phone did not take waits for hours. Later news is not kept behind it: it is tried once more now, or is needless now.
_QUEUE = text("""
    WITH woken AS (
        UPDATE message SET next_at = :next_at
        WHERE need_id = :need_id AND state = 'waiting' AND reason LIKE 'temporary%' AND next_at > CAST(:next_at AS timestamptz)
    )
    INSERT INTO message (id, event_id, template, recipient, need_id, operator_id, referral_id, organization_id, service_id, traceparent,
                         state, reason, attempts, rounds, next_at, useful_until, queued_at, settled_at,
                         restricted, given)
    VALUES (:id, :event_id, :template, :recipient, :need_id, :operator_id, :referral_id, :organization_id, :service_id, :traceparent,
            :state, :reason, 0, 0, :next_at, :useful_until, :queued_at, :settled_at, :restricted,
            CAST(:given AS jsonb))
    ON CONFLICT (event_id, template, recipient) DO NOTHING
    RETURNING pg_notify(:channel, '')
""")
_DROP = text("""
    UPDATE message SET state = 'dropped', reason = 'overtaken', next_at = NULL, settled_at = :now, recipient_id = NULL
    WHERE need_id = :need_id AND state = 'waiting' AND (CAST(:referral_id AS uuid) IS NULL OR referral_id = :referral_id)
      AND (CAST(:only AS text[]) IS NULL OR template = ANY(:only))
      AND (CAST(:before AS uuid) IS NULL OR (id < :before AND event_id <> :before))
    RETURNING CASE WHEN joins > 0 THEN id END
""")
_LAST_TRY = text("""
    UPDATE message SET reason = 'overtaken'
    WHERE need_id = :need_id AND state IN ('sending', 'sent') AND (CAST(:referral_id AS uuid) IS NULL OR referral_id = :referral_id)
      AND (CAST(:only AS text[]) IS NULL OR template = ANY(:only))
      AND (CAST(:before AS uuid) IS NULL OR (id < :before AND event_id <> :before))
""")
# But for what a phone did not take: it is off, or full, whatever the need has become.
_HURRY = text("""
    UPDATE message SET next_at = :at
    WHERE need_id = :need_id AND state = 'waiting' AND next_at > :at AND coalesce(reason, '') NOT LIKE 'temporary%'
""")


async def tell(tx: AsyncSession, event: Event, about: NeedCopy) -> None:
    """Queue what the person hears of `event`, if anything. News that is too old, or overtaken by the need's end, is kept as dropped; of
    who was erased nothing is kept.

    A need's messages are said in the order of their ids. What a restored service reads again comes late and has its event's own id, so that
    it stands before what the person was told since.
    """
    template = template_for(event, about.circle.sensitivity, wanted=about.messages_wanted)
    if template is None or event.envelope.snapshot or not about.known or about.erased or await is_needless(tx, template, event):
        return
    until = useful_until(tx, event, template)
    given = given_by(event)
    if given and await is_erased(tx, about.need_id):
        return
    reason = _too_late(template, until, about)
    message_id = event.envelope.id if caller_of(tx) == RESTORE else new_id()
    values = {
        "id": message_id, "event_id": event.envelope.id, "template": template, "recipient": PERSON, "need_id": about.need_id,
        "operator_id": about.circle.operator_id, "referral_id": getattr(event, "referral_id", None),
        "organization_id": getattr(event, "organization_id", None), "service_id": getattr(event, "service_id", None),
        "traceparent": event.envelope.traceparent, "state": "dropped" if reason else "waiting", "reason": reason,
        "next_at": None if reason else datetime.now(UTC), "useful_until": until, "queued_at": now(tx),
        "settled_at": now(tx) if reason else None, "restricted": about.circle.sensitivity is Sensitivity.RESTRICTED,
        "given": given and json.dumps(given),
    }  # fmt: skip
    if (await tx.execute(_QUEUE, values | {"channel": QUEUED})).all():
        tx.info["told"].append((QUEUED, ""))


def useful_until(tx: AsyncSession, event: Event, template: str) -> datetime:
    """Return until when a text may be sent, in real time: an appointment is not spoken of when it is over."""
    until = event.envelope.time + templates()[template].useful_for
    if isinstance(event, AppointmentChanged):
        return min(until, event.starts_at - (now(tx) - datetime.now(UTC)))
    return until


def _too_late(template: str, until: datetime, about: NeedCopy) -> str | None:
    if about.ended and template not in LAST_WORDS:
        return OVERTAKEN
    return "late" if until < datetime.now(UTC) else None


async def drop_waiting(
    tx: AsyncSession, need_id: UUID, referral_id: UUID | None = None, only: Collection[str] | None = None, before: UUID | None = None
) -> None:
    """Say nothing more of what was withdrawn: the whole need, or one referral of it; `only` these templates, where there are others that
    still hold. What is on its way already is not tried again. `before`: an event that is read again, for a restored database, takes back
    nothing that was told of it or since."""
    values = {"need_id": need_id, "referral_id": referral_id, "only": None if only is None else list(only), "before": before}
    dropped = (await tx.execute(_DROP, values | {"now": now(tx)})).scalars().all()
    await tx.execute(_LAST_TRY, values)
    await limits.say_no_more(tx, need_id, referral_id, only, now(tx), before)
    await end_joined(tx, [one for one in dropped if one is not None])
    await opening.end_calls(tx, need_id, referral_id, only, before)


async def hurry(tx: AsyncSession, need_id: UUID) -> None:
    """Let nothing of a need stay put off, to another hour or to the morning: it is an emergency now."""
    await tx.execute(_HURRY, {"need_id": need_id, "at": datetime.now(UTC)})
