"""Every query of limits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ihala_kit.db import fetch
from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.limits.tables import LimitOverride


class Asked(NamedTuple):
    """A block that a process would like to have."""

    subject: str
    kind: str
    period: int
    calls: int
    quota: int


class Lent(NamedTuple):
    """What it was given: `granted` of it, so that all have `leased`."""

    subject: str
    kind: str
    period: int
    granted: int
    leased: int


# One statement for all that is wanted, in one order of locks. The right sides of SET see the row as it was.
_LEND = text("""
    INSERT INTO limit_lease AS held (subject, kind, period, quota, leased, granted)
    SELECT subject, kind, period, quota, LEAST(calls, quota), LEAST(calls, quota)
    FROM unnest(CAST(:subject AS text[]), CAST(:kind AS text[]), CAST(:period AS bigint[]), CAST(:calls AS int[]),
                CAST(:quota AS int[])) AS asked(subject, kind, period, calls, quota)
    ORDER BY subject, kind, period
    ON CONFLICT (subject, kind, period) DO UPDATE SET
        quota = excluded.quota,
        granted = LEAST(excluded.granted, GREATEST(0, excluded.quota - held.leased)),
        leased = held.leased + LEAST(excluded.granted, GREATEST(0, excluded.quota - held.leased))
    RETURNING subject, kind, period, granted, leased
""")
_FORGET = text("DELETE FROM limit_lease WHERE period < :before")


async def lend(tx: AsyncSession, asked: Sequence[Asked]) -> list[Lent]:
    """Give blocks, as far as there is something of their limits left; no two of `asked` are of the same limit and minute."""
    columns = {name: [getattr(one, name) for one in asked] for name in Asked._fields}
    return [Lent(*row) for row in await tx.execute(_LEND, columns)]


async def forget(tx: AsyncSession, before_period: int) -> None:
    """Delete what is noted of minutes that are over."""
    await tx.execute(_FORGET, {"before": before_period})


async def overrides(tx: AsyncSession) -> Mapping[tuple[str, str], int]:
    """Return the limits that particular callers have, by subject and kind."""
    found = await fetch(tx, "SELECT subject, kind, quota FROM limit_override ORDER BY subject, kind")
    return {(row["subject"], row["kind"]): row["quota"] for row in found}


async def has_client(tx: AsyncSession, client_id: str) -> bool:
    """Tell whether there is such a client."""
    return bool(await fetch(tx, "SELECT 1 FROM client WHERE client_id = $1", client_id))


async def has_organization(tx: AsyncSession, organization_id: UUID) -> bool:
    """Tell whether a client or a person here is of that organisation."""
    query = (
        "SELECT organization_id FROM client WHERE organization_id = $1 UNION SELECT organization_id FROM account WHERE organization_id = $1"
    )
    return bool(await fetch(tx, query, organization_id))


async def put_override(tx: AsyncSession, subject: str, kind: str, quota: int, now: datetime) -> None:
    """Give a subject a limit of its own, or another one."""
    row = upsert(LimitOverride).values(subject=subject, kind=kind, quota=quota, changed_at=now)
    await tx.execute(row.on_conflict_do_update(index_elements=["subject", "kind"], set_={"quota": quota, "changed_at": now}))


async def drop_override(tx: AsyncSession, subject: str, kind: str) -> bool:
    """Let a subject have the usual limit again; return whether it had another one."""
    where = (col(LimitOverride.subject) == subject) & (col(LimitOverride.kind) == kind)
    return bool((await tx.execute(delete(LimitOverride).where(where).returning(col(LimitOverride.kind)))).first())
