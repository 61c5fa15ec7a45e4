"""Makes mails: a daily one for each officer whose time has come, one at once where something was escalated, and none where there is
nothing. A mail is a part of the organisation's feed, and with its row the cursor moves on, so nothing is told twice or left out.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.notices import kinds, store, times
from ihala_notify.notices.kinds import Kind, Notice

DAILY_AT_ONCE, URGENT_AT_ONCE = 20, 200
SYSTEM = Caller.system("digests")
DAILY, URGENT, CODE = "daily", "urgent", "code"

_MAIL = """
    INSERT INTO digest_mail (id, digest_id, organization_id, kind, after, until, state, attempts, next_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $7)
"""
_DAILY_TOLD = "UPDATE digest SET cursor = $2, next_at = $3 WHERE id = $1"
_URGENT_TOLD = "UPDATE digest SET urgent_cursor = $2 WHERE id = $1"


async def make_daily(database: Database) -> int:
    """Make the daily mails that are due; return how many digests were looked at. For a Job."""
    at = datetime.now(UTC)
    async with database.transaction(SYSTEM) as tx:
        rows = await store.due(tx, at, DAILY_AT_ONCE)
        for row in rows:
            found, until = await told(tx, row, DAILY, row["cursor"], row["newest"])
            if found:
                await _mail(tx, row, DAILY, row["cursor"], until, at)
            rest_at = at if until < row["newest"] else times.next_daily(at, row["daily_at"])
            await fetch(tx, _DAILY_TOLD, row["id"], until, rest_at)
    return len(rows)


async def make_urgent(database: Database) -> int:
    """Make mails of what was escalated since it was last looked; return how many digests were looked at. For a Job."""
    at = datetime.now(UTC)
    async with database.transaction(SYSTEM) as tx:
        rows = await store.urgent(tx, URGENT_AT_ONCE)
        for row in rows:
            found, until = await told(tx, row, URGENT, row["urgent_cursor"], row["newest"])
            if found:
                await _mail(tx, row, URGENT, row["urgent_cursor"], until, at)
            await fetch(tx, _URGENT_TOLD, row["id"], until)
    return len(rows)


async def told(tx: AsyncSession, wish: Any, kind: str, after: int, until: int) -> tuple[dict[Kind, list[Notice]], int]:
    """Return what a mail of this kind tells of a part of the feed, as its officer wants it now (`wish`: a row with these columns), and how
    far it goes: what is too much for one mail is told by the next."""
    wanted, types = _wanted(wish, kind)
    found: Sequence[Notice] = []
    if until > after and wanted != frozenset():
        told_at_once = wish["urgent_cursor"] if kind == DAILY else after
        found, until = await store.notices(tx, wish["organization_id"], after, until, types, wish["governorates"], told_at_once)
    return kinds.joined(found, wanted), until


def _wanted(wish: Any, kind: str) -> tuple[frozenset[str] | None, Sequence[str]]:
    """Return the kinds of a mail (None: all) and the types of events that hold them. What is told at once is not told again."""
    asked = None if wish["kinds"] is None else frozenset(wish["kinds"])
    if kind == URGENT:
        return frozenset({Kind.ESCALATION.value}) if asked is None else asked & {Kind.ESCALATION.value}, kinds.URGENT_TYPES
    if wish["at_once"]:
        return (frozenset(each.value for each in Kind) if asked is None else asked) - {Kind.ESCALATION.value}, kinds.TYPES
    return asked, kinds.TYPES


async def _mail(tx: AsyncSession, row: Any, kind: str, after: int, until: int, at: datetime) -> None:
    mail_id: UUID = new_id()
    await fetch(tx, _MAIL, mail_id, row["id"], row["organization_id"], kind, after, until, at)
