"""Every query about digests; each takes the caller, or is the system's own work. Row policies hold the organisation once more."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.notices.kinds import URGENT_TYPES, Notice, notice_of
from ihala_notify.notices.tables import Digest
from ihala_notify.subscriptions.filters import MATCHES

MOST_ITEMS = 1000  # of one mail; a day of an office is far below

_CODES = "SELECT count(*) FROM digest_mail WHERE digest_id = $1 AND kind = 'code' AND created_at > $2"
_MATCHES = MATCHES.format(types="$4", roles="NULL", governorates="$5", services="NULL")
_ITEMS = f"""
    SELECT position, type, roles, data::text AS data FROM feed
    WHERE organization_id = $1 AND position > $2 AND position <= $3 AND {_MATCHES} AND NOT (type = ANY($6) AND position <= $7)
    ORDER BY position LIMIT {MOST_ITEMS}
"""  # noqa: S608 - made of constants
_REFERENCES = "SELECT need_id, reference FROM need WHERE need_id = ANY($1) AND reference IS NOT NULL"
# Up to where the daily mails have told, or will: what begins before it ends tells it, too.
_TOLD = """
    SELECT min(after) AS position FROM digest_mail WHERE digest_id = $1 AND kind = 'daily' AND state IN ('waiting', 'sending')
"""
_NEWEST = "SELECT coalesce((SELECT position FROM feed_counter WHERE organization_id = $1), 0) AS position"
# Whom feeds tell nothing is mailed nothing: what was made before the organisation was suspended, either.
_HEARS = "NOT EXISTS (SELECT FROM standing WHERE standing.organization_id = digest.organization_id)"
_DUE = f"""
    SELECT digest.*, coalesce(feed_counter.position, 0) AS newest FROM digest LEFT JOIN feed_counter USING (organization_id)
    WHERE state = 'active' AND next_at <= $1 AND {_HEARS} ORDER BY next_at LIMIT $2 FOR UPDATE OF digest SKIP LOCKED
"""  # noqa: S608 - made of constants
_URGENT = f"""
    SELECT digest.*, feed_counter.position AS newest FROM digest JOIN feed_counter USING (organization_id)
    WHERE state = 'active' AND at_once AND feed_counter.position > urgent_cursor AND {_HEARS}
    ORDER BY feed_counter.position - urgent_cursor DESC LIMIT $1 FOR UPDATE OF digest SKIP LOCKED
"""  # noqa: S608 - made of constants
_CLAIM = f"""
    WITH due AS (
        SELECT mail.id, mail.state = 'sending' AS taken_over FROM digest_mail AS mail JOIN digest ON digest.id = mail.digest_id
        WHERE mail.state IN ('waiting', 'sending') AND mail.next_at <= $1 AND {_HEARS}
        ORDER BY mail.next_at LIMIT $3 FOR UPDATE OF mail, digest SKIP LOCKED
    )
    UPDATE digest_mail AS mail SET state = 'sending', attempts = attempts + 1, next_at = $2
    FROM due, digest WHERE mail.id = due.id AND digest.id = mail.digest_id
    RETURNING mail.id, mail.digest_id, mail.organization_id, mail.kind, mail.after, mail.until, mail.attempts, mail.created_at,
              mail.reason, digest.state, digest.sealed_email, digest.language, digest.kinds, digest.governorates, digest.at_once,
              digest.urgent_cursor, due.taken_over
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that this process sends now, with the wish it comes of."""

    id: UUID
    digest_id: UUID
    organization_id: UUID
    kind: str
    after: int | None
    until: int | None
    attempts: int
    created_at: datetime
    reason: str | None
    state: str  # of the digest
    sealed_email: bytes | None
    language: str
    kinds: Sequence[str] | None
    governorates: Sequence[str] | None
    at_once: bool
    urgent_cursor: int
    taken_over: bool  # from a process that died: a server may have it


async def own(tx: AsyncSession, caller: Caller, officer: str, *, lock: bool = False) -> Digest | None:
    """Return the officer's wish, whatever became of it; None when there never was one."""
    query = select(Digest).where(col(Digest.organization_id) == caller.organization_id, col(Digest.officer) == officer)
    return (await tx.exec(query.with_for_update() if lock else query, execution_options={"populate_existing": True})).one_or_none()


async def codes_since(tx: AsyncSession, caller: Caller, digest: Digest, since: datetime) -> int:
    """Return how many codes were mailed for the caller's digest since then."""
    assert digest.organization_id == caller.organization_id
    return int((await fetch(tx, _CODES, digest.id, since))[0][0])


async def newest(tx: AsyncSession, organization_id: UUID) -> int:
    """Return the newest position of the organisation's feed."""
    return int((await fetch(tx, _NEWEST, organization_id))[0]["position"])


async def told_daily(tx: AsyncSession, caller: Caller, digest: Digest) -> int:
    """Return the position up to which the caller's daily mails told, without those that are still to be sent."""
    assert digest.organization_id == caller.organization_id
    open_from = (await fetch(tx, _TOLD, digest.id))[0]["position"]
    if open_from is not None:
        return int(open_from)
    return digest.cursor if digest.daily_at is not None else await newest(tx, digest.organization_id)


async def due(tx: AsyncSession, at: datetime, most: int) -> list[asyncpg.Record]:
    """Lock the daily digests that are due, with the newest position of their feed. The system's own work."""
    return await fetch(tx, _DUE, at, most)


async def urgent(tx: AsyncSession, most: int) -> list[asyncpg.Record]:
    """Lock digests whose feed has grown since escalations were last looked for. The system's own work."""
    return await fetch(tx, _URGENT, most)


async def claim(tx: AsyncSession, at: datetime, lease_until: datetime, most: int) -> list[Mail]:
    """Take mails whose instant has come; nobody else sends them until the lease is over. The system's own work."""
    return [Mail(*row) for row in await fetch(tx, _CLAIM, at, lease_until, most)]


async def notices(
    tx: AsyncSession,
    organization_id: UUID,
    after: int,
    until: int,
    types: Sequence[str],
    governorates: Sequence[str] | None,
    told_at_once: int,
) -> tuple[list[Notice], int]:
    """Return what a part of an organisation's feed says to its officers, in its order, and how far that goes. Escalations up to
    `told_at_once` are left out. The system's own work."""
    rows = await fetch(tx, _ITEMS, organization_id, after, until, list(types), governorates, list(URGENT_TYPES), told_at_once)
    found = (notice_of(row["type"], frozenset(row["roles"]), json.loads(row["data"])) for row in rows)
    reached = until if len(rows) < MOST_ITEMS else rows[-1]["position"]
    return [each for each in found if each is not None], reached


async def references(tx: AsyncSession, notices: Sequence[Notice]) -> dict[UUID, str]:
    """Return the references of those needs that the notices name: their organisation may know them. The system's own work."""
    asked = list({each.need_id for each in notices if each.need_id})
    return {row["need_id"]: row["reference"] for row in await fetch(tx, _REFERENCES, asked)} if asked else {}
