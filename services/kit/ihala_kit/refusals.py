"""Whose internal tokens are refused before they run out: suspended clients and people, and single tokens that were revoked.

The gateway refuses them first, by its own database. This is for what has passed it already: tokens in its hands or in those of a proxy
that keeps decisions, for as long as they live. Each service reads the gateway's events into a table of its own, which every process
that answers calls reads twice a second; so nothing is asked of anybody on a call, and what came while a service was down holds when it
is back. Real time throughout: tokens know no other.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from ihala_contracts.gateway_v1 import AccountSuspended, ClientApproved, ClientSuspended, TokenRevoked
from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch
from ihala_kit.dsn import LOST
from ihala_kit.inbox import reads
from ihala_kit.logs import kind_of
from ihala_kit.tables import refusal

log = logging.getLogger(__name__)

Kind = Literal["client", "account", "token"]

POLL_SECONDS = 0.5
_READ = "SELECT kind, subject, before FROM refusal"
LEARNT_WITHIN = timedelta(seconds=5)  # processes of the gateway may still make tokens for so long after a suspension
CLOCKS_DIFFER_BY = timedelta(seconds=5)  # those of the hosts of the gateway's processes; a token says whole seconds besides
FORGOTTEN_AFTER = timedelta(minutes=10)  # no internal token lives longer, whatever the clocks say


@dataclass(slots=True)
class Refusals:
    """What this process knows. A time (seconds since 1970) refuses tokens made before it, None all of them."""

    known: Mapping[tuple[str, str], float | None] = field(default_factory=dict)

    def hold(self, caller: Caller, jti: str, made_at: float) -> bool:
        """Tell whether a token is refused."""
        if not self.known:
            return False
        return any(
            who in self.known and _before(self.known[who], made_at)
            for who in (("client", caller.client_id), ("token", jti), ("account", caller.account_id or ""))
        )

    async def read(self, database: Database) -> None:
        """Learn what the table holds."""
        async with database.transaction(Caller.system("refusals")) as tx:
            rows = await fetch(tx, _READ)
        self.known = {(kind, subject): before and before.timestamp() for kind, subject, before in rows}

    async def follow(self, database: Database) -> None:
        """Read again and again; run as a task. While the database is away, what was known holds."""
        while True:
            try:
                await self.read(database)
            except (*LOST, SQLAlchemyError) as error:
                log.warning("refusals were not read", extra={"error": kind_of(error)})
            await asyncio.sleep(POLL_SECONDS)


def _before(limit: float | None, made_at: float) -> bool:
    return limit is None or made_at < limit


@reads(ClientSuspended)
async def client_suspended(tx: AsyncSession, event: ClientSuspended) -> None:
    """Refuse all of its tokens until it may call again."""
    await _refuse(tx, "client", event.client_id, None, None)


@reads(ClientApproved)
async def client_approved(tx: AsyncSession, event: ClientApproved) -> None:
    """Refuse of a client that was suspended only what was made before. What slipped in between does no harm: it may call again."""
    there = update(refusal).where(refusal.c.kind == "client", refusal.c.subject == event.client_id)
    await tx.execute(there.values(before=event.approved_at - CLOCKS_DIFFER_BY, forget_at=datetime.now(UTC) + FORGOTTEN_AFTER))


@reads(TokenRevoked)
async def token_revoked(tx: AsyncSession, event: TokenRevoked) -> None:
    """Refuse this one; internal tokens have the id of the access token they were made from."""
    await _refuse(tx, "token", event.jti, None, event.expires_at + FORGOTTEN_AFTER)


@reads(AccountSuspended)
async def account_suspended(tx: AsyncSession, event: AccountSuspended) -> None:
    """Refuse what was made for that person until then, however late we hear of it; whoever may come back signs in anew."""
    before = event.suspended_at + LEARNT_WITHIN
    await _refuse(tx, "account", str(event.account_id), before, max(datetime.now(UTC), before) + FORGOTTEN_AFTER)


async def _refuse(tx: AsyncSession, kind: Kind, subject: str, before: datetime | None, forget_at: datetime | None) -> None:
    values = {"kind": kind, "subject": subject, "before": before, "forget_at": forget_at}
    row = postgresql.insert(refusal).values(values)
    await tx.execute(row.on_conflict_do_update(index_elements=["kind", "subject"], set_={"before": before, "forget_at": forget_at}))


async def purge_refusals(database: Database) -> int:
    """Delete what refuses nothing any more; return how many. For a Job."""
    async with database.transaction(Caller.system("refusals")) as tx:
        gone = await tx.execute(delete(refusal).where(refusal.c.forget_at < datetime.now(UTC)).returning(refusal.c.subject))
        return len(gone.all())
