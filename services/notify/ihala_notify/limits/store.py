"""What was sent to recipients in the last day, what else waits for them, and what one message spoke for.

A recipient is an opaque id of intake's (see `contacts.py`). Nobody but the system reads these rows.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.straight import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.limits.rules import JustSaid, Waiting
from ihala_notify.telling import LAST_WORDS
from ihala_notify.wording import templates

KEPT: Final = timedelta(hours=25)
AT_ONCE: Final = 1000

# One process at a time decides about a recipient; ids sorted, so that two never wait for each other.
_LOCK: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended(id, 11)) FROM (SELECT id FROM unnest($1::text[]) AS id ORDER BY id) AS sorted
"""
_SENT: Final = """
    SELECT recipient_id, at FROM recipient_message
    WHERE recipient_id = ANY($1::uuid[]) AND at > $2 AND message_id <> ALL($3::uuid[])
"""
_BEHIND: Final = """
    SELECT found.id, found.need_id, found.template, found.referral_id, found.useful_until, found.recipient_id, need.urgency,
           need.sensitivity <> 'standard' AS says_nothing FROM (
        SELECT id, need_id, template, referral_id, useful_until, recipient_id FROM message
        WHERE state = 'waiting' AND need_id = ANY($1::uuid[])
        UNION
        SELECT id, need_id, template, referral_id, useful_until, recipient_id FROM message
        WHERE state = 'waiting' AND recipient_id = ANY($2::uuid[])
    ) AS found JOIN need ON need.need_id = found.need_id WHERE NOT need.ended ORDER BY found.id LIMIT 1000
"""
# Of what is being sent nobody knows yet how it is said.
_JUST_SAID: Final = """
    SELECT counted.recipient_id, message.id, message.state = 'sending' AS under_way
    FROM recipient_message AS counted JOIN message ON message.id = counted.message_id
    WHERE counted.recipient_id = ANY($1::uuid[]) AND counted.at > $2 AND message.id <> ALL($4::uuid[])
      AND message.template = ANY($3::text[])
      AND (message.state = 'sending' OR (message.state IN ('sent', 'delivered') AND message.said = 'neutral'))
    ORDER BY under_way, message.id
"""
_COUNT: Final = """
    INSERT INTO recipient_message (message_id, recipient_id, at) SELECT message_id, recipient_id, $3
    FROM unnest($1::uuid[], $2::uuid[]) AS sent (message_id, recipient_id) ON CONFLICT (message_id) DO UPDATE SET at = excluded.at
"""
_NOT_SENT: Final = "DELETE FROM recipient_message WHERE message_id = ANY($1::uuid[])"
# What another has in hand is left alone: it is found again when it waits.
_PUT_OFF: Final = """
    UPDATE message SET recipient_id = off.recipient_id
    FROM unnest($1::uuid[], $2::uuid[]) AS off (id, recipient_id)
    WHERE message.id = off.id AND message.id IN (SELECT id FROM message WHERE id = ANY($1::uuid[]) FOR UPDATE SKIP LOCKED)
"""
# What is joined has not ended (`settled_at`) before it is known what became of the one that speaks for it.
_JOIN: Final = """
    WITH others AS (
        SELECT id FROM message WHERE id = ANY($2::uuid[]) AND state = 'waiting' ORDER BY need_id, id FOR UPDATE SKIP LOCKED
    ), dropped AS (
        UPDATE message SET state = 'dropped', reason = 'joined', next_at = NULL, joined_by = $1, recipient_id = NULL
        FROM others WHERE message.id = others.id RETURNING message.id
    )
    UPDATE message SET joins = joins + (SELECT count(*) FROM dropped) WHERE id = $1
"""
# With its speaker it was told, or has failed; when that one was dropped it speaks for itself.
_SPOKEN: Final = """
    WITH joined AS (
        SELECT one.id AS joined_id, speaker.reason, speaker.failure, speaker.channel, speaker.handed_at,
               speaker.state = 'delivered' AS told,
               CASE WHEN speaker.state = 'delivered' OR (need.ended AND one.template <> ALL($3::text[])) THEN 'dropped'
                    WHEN speaker.state = 'failed' THEN 'failed' ELSE 'waiting' END AS state
        FROM message AS one JOIN message AS speaker ON speaker.id = one.joined_by JOIN need ON need.need_id = one.need_id
        WHERE one.joined_by = ANY($1::uuid[]) AND speaker.state IN ('delivered', 'failed', 'dropped')
        ORDER BY one.need_id, one.id FOR UPDATE OF one
    )
    UPDATE message SET joined_by = NULL, state = joined.state,
        reason = CASE joined.state WHEN 'failed' THEN joined.reason WHEN 'dropped' THEN message.reason END,
        failure = CASE joined.state WHEN 'failed' THEN joined.failure END,
        channel = CASE joined.state WHEN 'failed' THEN joined.channel ELSE message.channel END,
        handed_at = CASE joined.state WHEN 'failed' THEN joined.handed_at ELSE message.handed_at END,
        next_at = CASE joined.state WHEN 'waiting' THEN $4::timestamptz END,
        settled_at = CASE WHEN joined.state <> 'waiting' THEN $2::timestamptz END
    FROM joined WHERE message.id = joined.joined_id
    RETURNING message.id, message.need_id, message.event_id, message.template, message.state, message.reason, message.channel, joined.told
"""
_SAY_NO_MORE: Final = """
    UPDATE message SET reason = 'overtaken', joined_by = NULL, settled_at = $4
    WHERE need_id = $1 AND joined_by IS NOT NULL AND ($2::uuid IS NULL OR referral_id = $2) AND ($3::text[] IS NULL OR template = ANY($3))
      AND ($5::uuid IS NULL OR (id < $5 AND event_id <> $5))
"""
_FORGET: Final = """
    DELETE FROM recipient_message WHERE message_id IN (SELECT message_id FROM recipient_message WHERE at < $1 ORDER BY at LIMIT $2)
    RETURNING 1
"""


async def lock(tx: AsyncSession, recipients: Collection[UUID]) -> None:
    """Decide about these recipients alone until the transaction ends."""
    await fetch(tx, _LOCK, sorted(map(str, recipients)))


async def sent(tx: AsyncSession, recipients: Collection[UUID], since: datetime, but: Sequence[UUID]) -> dict[UUID, list[datetime]]:
    """Return when each of them was sent something since then; `but` are messages that do not count, since they are tried again."""
    found: dict[UUID, list[datetime]] = {one: [] for one in recipients}
    for row in await fetch(tx, _SENT, list(recipients), since, list(but)):
        found[_uuid(row["recipient_id"])].append(row["at"])
    return found


async def just_said(
    tx: AsyncSession, recipients: Collection[UUID], since: datetime, templates: Collection[str], but: Sequence[UUID]
) -> dict[UUID, list[JustSaid]]:
    """Return what of these templates each of them was sent since then in words that say nothing, or is being sent."""
    found: dict[UUID, list[JustSaid]] = {one: [] for one in recipients}
    for row in await fetch(tx, _JUST_SAID, list(recipients), since, list(templates), list(but)):
        found[_uuid(row["recipient_id"])].append(JustSaid(_uuid(row["id"]), under_way=row["under_way"]))
    return found


async def behind(tx: AsyncSession, recipient_of: Mapping[UUID, UUID], shared: Collection[UUID] = ()) -> dict[UUID, list[Waiting]]:
    """Return what else waits for each recipient, by them: about these needs (need -> recipient), and what was put off before. `shared`:
    who among them is not the only one to read what is sent."""
    found: dict[UUID, list[Waiting]] = {one: [] for one in recipient_of.values()}
    for row in await fetch(tx, _BEHIND, list(recipient_of), list(found)):
        need_id = _uuid(row["need_id"])
        whose = recipient_of.get(need_id) or _uuid(row["recipient_id"])
        found[whose].append(waiting(
            _uuid(row["id"]), need_id, row["template"], row["referral_id"] and _uuid(row["referral_id"]), row["useful_until"],
            row["urgency"], neutral=row["says_nothing"] or whose in shared,
        ))  # fmt: skip
    return found


def waiting(
    message_id: UUID, need_id: UUID, template: str, referral_id: UUID | None, useful_until: datetime, urgency: str | None,
    *, begun: bool = False, neutral: bool = False,
) -> Waiting:  # fmt: skip
    """Return a message as the rules look at it. It is as old as its event, which `useful_until` still tells."""
    told_at = useful_until - templates()[template].useful_for
    return Waiting(message_id, need_id, template, referral_id, urgent=urgency == "emergency", since=told_at, begun=begun, neutral=neutral)


async def count(tx: AsyncSession, sent_to: Mapping[UUID, UUID], at: datetime) -> None:
    """Write down that these messages go to these recipients; one that is tried again counts once, from now on."""
    if sent_to:
        await fetch(tx, _COUNT, list(sent_to), list(sent_to.values()), at)


async def put_off(tx: AsyncSession, waits_for: Mapping[UUID, UUID]) -> None:
    """Write down for whom these messages wait, so that one that is sent can speak for them."""
    if waits_for:
        await fetch(tx, _PUT_OFF, list(waits_for), list(waits_for.values()))


async def join(tx: AsyncSession, message_id: UUID, others: Sequence[UUID]) -> None:
    """Drop what a message that was sent spoke for, and write down for how many it did."""
    await fetch(tx, _JOIN, message_id, list(others))


async def spoken(tx: AsyncSession, speakers: Sequence[UUID], at: datetime) -> list[asyncpg.Record]:
    """Let those of which a message spoke that has ended end, too, or wait again; return them as they are now."""
    return await fetch(tx, _SPOKEN, list(speakers), at, sorted(LAST_WORDS), datetime.now(UTC)) if speakers else []


async def say_no_more(
    tx: AsyncSession, need_id: UUID, referral_id: UUID | None, only: Collection[str] | None, at: datetime, before: UUID | None = None
) -> None:
    """Let what was withdrawn not wait again, whatever becomes of the one that speaks for it."""
    await fetch(tx, _SAY_NO_MORE, need_id, referral_id, None if only is None else list(only), at, before)


async def not_sent(tx: AsyncSession, messages: Sequence[UUID]) -> None:
    """Count no more what surely nobody got."""
    if messages:
        await fetch(tx, _NOT_SENT, list(messages))


async def forget(database: Database) -> int:
    """Delete what counts no more (real time); return how many. For a Job."""
    async with database.transaction(Caller.system("purge")) as tx:
        return len(await fetch(tx, _FORGET, datetime.now(UTC) - KEPT, AT_ONCE))


def _uuid(value: UUID) -> UUID:
    """Return the driver's id as everybody else's: it compares alike and hashes alike, but is another type."""
    return UUID(bytes=value.bytes)
