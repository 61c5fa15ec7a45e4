"""Every query of the access log but those of its readers (reading.py). The caller is always the system."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from ihala_kit.vault import Vault
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.watching import chain
from ihala_gateway.watching.chain import Row, Segment

_KINDS = {
    "at": "timestamptz", "request_id": "text", "client_id": "text", "organization_id": "uuid", "account_id": "text",
    "acting_officer": "text", "method": "text", "route": "text", "status": "int", "milliseconds": "float8", "bytes_in": "bigint",
    "bytes_out": "bigint", "segment": "bigint", "number": "int", "hash": "bytea",
}  # fmt: skip
_SEGMENT = ", ".join(field.name for field in fields(Segment))
_VALUES = ", ".join(f":{field.name}" for field in fields(Segment))

_WRITE = text(
    f"INSERT INTO access_log ({', '.join(_KINDS)}) "  # noqa: S608 - our own names
    f"SELECT * FROM unnest({', '.join(f'CAST(:{name} AS {kind}[])' for name, kind in _KINDS.items())})"
)
_LOCK_OPENING = text("SELECT pg_advisory_xact_lock(hashtextextended('ihala_gateway.access_log_segment', 0))")
_NEWEST = text("SELECT number, opening FROM access_log_segment ORDER BY number DESC LIMIT 1")
_OPEN = text(f"INSERT INTO access_log_segment ({_SEGMENT}, emptied, seal) VALUES ({_VALUES}, false, :seal)")  # noqa: S608
_TIP = text("""
    INSERT INTO access_log_tip (here, segment, seal) VALUES (true, :segment, :seal)
    ON CONFLICT (here) DO UPDATE SET segment = excluded.segment, seal = excluded.seal
""")
_GROW = text("""
    UPDATE access_log_segment
    SET rows = :rows, head = :head, last_at = :last_at, lost = :lost, closed_at = :closed_at, seal = :seal
    WHERE number = :number AND rows = :rows_before AND head = :head_before AND closed_at IS NULL AND dropped_at IS NULL RETURNING 1
""")
_ONE = text(f"SELECT {_SEGMENT} FROM access_log_segment WHERE number = :number")  # noqa: S608
_OLD = text(f"""
    SELECT {_SEGMENT} FROM access_log_segment WHERE last_at < :before AND dropped_at IS NULL ORDER BY last_at LIMIT 1 FOR UPDATE
""")  # noqa: S608
_DROP = text("UPDATE access_log_segment SET dropped_at = :dropped_at, seal = :seal WHERE number = :number")
_EMPTY_ONE = text("SELECT number FROM access_log_segment WHERE dropped_at IS NOT NULL AND NOT emptied ORDER BY number LIMIT 1 FOR UPDATE")
_DELETE = text("""
    DELETE FROM access_log WHERE id = ANY(ARRAY(SELECT id FROM access_log WHERE segment = :segment LIMIT :most)) RETURNING 1
""")
_EMPTIED = text("UPDATE access_log_segment SET emptied = true WHERE number = :number")
_DELETE_UNCHAINED = text("""
    DELETE FROM access_log WHERE id = ANY(ARRAY(
        SELECT id FROM access_log WHERE segment IS NULL AND at < :before LIMIT :most)) RETURNING 1
""")
_DELETE_USAGE = text("""
    DELETE FROM usage WHERE ctid = ANY(ARRAY(SELECT ctid FROM usage WHERE day < CAST(:before AS date) LIMIT :most)) RETURNING 1
""")


async def open_segment(tx: AsyncSession, vault: Vault, now: datetime) -> Segment:
    """Begin a segment that names the one before it. One process at a time does."""
    await tx.execute(_LOCK_OPENING)
    before = (await tx.execute(_NEWEST)).one_or_none()
    segment = chain.opened(before.number + 1, now, before.opening) if before else chain.opened(1, now, chain.NOTHING_BEFORE)
    await tx.execute(_OPEN, asdict(segment) | {"seal": segment.seal(vault)})
    await tx.execute(_TIP, {"segment": segment.number, "seal": chain.tip_seal(vault, segment.number, segment.opening)})
    return segment


async def write(tx: AsyncSession, number: int, first: int, rows: Sequence[Row], hashes: Sequence[bytes]) -> None:
    """Write rows of a segment, numbered from `first`: one array a column, since a parameter a value costs more than the request did."""
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in chain.COLUMNS}
    places = {"segment": [number] * len(rows), "number": list(range(first, first + len(rows))), "hash": list(hashes)}
    await tx.execute(_WRITE, columns | places)


async def grow(tx: AsyncSession, vault: Vault, before: Segment, after: Segment) -> bool:
    """Write how far a segment has come; return False when it is not as this process left it."""
    said = asdict(after) | {"seal": after.seal(vault), "rows_before": before.rows, "head_before": before.head}
    return (await tx.execute(_GROW, said)).first() is not None


async def segment(tx: AsyncSession, number: int) -> Segment | None:
    """Return a segment as it is stored."""
    found = (await tx.execute(_ONE, {"number": number})).one_or_none()
    return Segment(*found) if found else None


async def drop_old(tx: AsyncSession, vault: Vault, before: datetime, now: datetime) -> bool:
    """Say of one segment that was last written to before then that its rows may go; return False when there is none."""
    found = (await tx.execute(_OLD, {"before": before})).one_or_none()
    if found is None:
        return False
    dropped = replace(Segment(*found), dropped_at=now)
    await tx.execute(_DROP, {"number": dropped.number, "dropped_at": now, "seal": dropped.seal(vault)})
    return True


async def empty_dropped(tx: AsyncSession, most: int) -> bool:
    """Delete at most so many rows of a segment whose rows may go; return False when there is none."""
    number = await tx.scalar(_EMPTY_ONE)
    if number is None:
        return False
    if len((await tx.execute(_DELETE, {"segment": number, "most": most})).all()) < most:
        await tx.execute(_EMPTIED, {"number": number})
    return True


async def delete_old(tx: AsyncSession, before: datetime, usage_before: datetime, most: int) -> bool:
    """Delete at most so many rows from before there were segments, and as many old sums; return whether there may be more."""
    rows = (await tx.execute(_DELETE_UNCHAINED, {"before": before, "most": most})).all()
    sums = (await tx.execute(_DELETE_USAGE, {"before": usage_before.date(), "most": most})).all()
    return max(len(rows), len(sums)) == most
