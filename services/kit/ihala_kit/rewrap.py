"""A new master key without a pause: what lies under an older one is wrapped anew, a batch a transaction, while everybody works.

Three steps, each a rolling restart: (1) every process knows the new key as one of OTHER_MASTER_KEYS; (2) it becomes MASTER_KEY with its
version, the old one is among the others; this job rewraps; (3) when `ihala keys status` shows nothing under it any more, the old one goes.
Answers kept for retries are not rewrapped: they are thrown away after seven days.
"""

# ruff: noqa: S608 - every name in these statements is one of our own tables and columns

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.jobs import Job
from ihala_kit.vault import Vault

AT_ONCE = 500
EVERY_SECONDS = 600


@dataclass(frozen=True)
class Wrapped:
    """A column with keys under the master key. `about` is for what is sealed directly; the index on get_byte(column, 0) is the table's."""

    table: str
    id: str
    column: str
    about: Callable[[Any], str] | None = None


SEALING_KEYS = Wrapped("sealing_key", "key_id", "private_key", lambda key_id: f"sealing_key/{key_id}")
KEPT_ANSWERS = Wrapped("idempotency", "key", "answer")  # counted, never rewrapped


def rewrapping(columns: Sequence[Wrapped]) -> Job:
    """Return the job that rewraps these columns."""

    async def run(database: Database) -> int:
        return sum([await rewrap(database, column) for column in columns])

    return Job("rewrap keys", EVERY_SECONDS, run)


async def rewrap(database: Database, column: Wrapped) -> int:
    """Rewrap up to 500 values that lie under another master key than the newest; return how many.

    A key that is destroyed meanwhile stays destroyed: its row is locked, and only what was read is replaced.
    """
    vault = Vault.of(database.settings)
    async with database.transaction(Caller.system("rewrap")) as tx:
        rows = (await tx.execute(_older(column), {"current": vault.version, "most": AT_ONCE})).all()
        renewed = [{"id": row.id, "old": row.blob, "new": _renewed(vault, column, row.id, row.blob)} for row in rows]
        if renewed:
            await tx.execute(
                text(f'UPDATE "{column.table}" SET "{column.column}" = :new WHERE "{column.id}" = :id AND "{column.column}" = :old'),
                renewed,
            )
        return len(renewed)


async def counted(database: Database, columns: Sequence[Wrapped]) -> dict[str, dict[int, int]]:
    """Return by table how many values lie under which master key."""
    found: dict[str, dict[int, int]] = {}
    async with database.transaction(Caller.system("rewrap")) as tx:
        for column in columns:
            query = f'SELECT get_byte("{column.column}", 0), count(*) FROM "{column.table}" WHERE "{column.column}" IS NOT NULL GROUP BY 1'
            found[column.table] = {int(version): int(number) for version, number in (await tx.execute(text(query))).all()}
    return found


def _renewed(vault: Vault, column: Wrapped, row_id: UUID | str, blob: bytes) -> bytes:
    return vault.rewrapped(blob) if column.about is None else vault.resealed(blob, column.about(row_id))


def _older(column: Wrapped) -> TextClause:
    name = f'"{column.column}"'
    # Two ranges instead of "not equal", so that the index finds the few that are left.
    return text(f"""
        SELECT "{column.id}" AS id, {name} AS blob FROM "{column.table}"
        WHERE {name} IS NOT NULL AND (get_byte({name}, 0) < :current OR get_byte({name}, 0) > :current)
        ORDER BY get_byte({name}, 0), "{column.id}" LIMIT :most FOR UPDATE SKIP LOCKED
    """)
