"""Two chains that cannot be altered unnoticed: the revisions of a consent, and the reads of a person's data.

Each link is a keyed hash (the key is not in the database) over the link before it and all that the row says. Personal parts go in as
they lie there, sealed, so a chain can still be checked after the person's key is destroyed.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, fetch, now
from sqlalchemy import inspect, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.tables import AccessLog, Consent, ConsentRevision, Table

BEGINNING = bytes(32)

_LINK = {column.name: f"${n}" for n, column in enumerate(inspect(AccessLog).columns, 1)}
_LOCK_CHAIN = """
    INSERT INTO access_chain (person_id, n, head) VALUES ($1, 0, $2)
    ON CONFLICT (person_id) DO UPDATE SET n = access_chain.n
    RETURNING n, head
"""
_ADD_LINK = f"""
    WITH moved AS (UPDATE access_chain SET n = {_LINK["n"]}, head = {_LINK["hash"]} WHERE person_id = {_LINK["person_id"]})
    INSERT INTO access_log ({", ".join(_LINK)}) VALUES ({", ".join(_LINK.values())})
"""  # noqa: S608 - names of our own columns
_CHAIN_END = text("SELECT n, head FROM access_chain WHERE person_id = :person_id")


class ChainBroken(Exception):
    """A link is missing, altered or out of place."""


def link(tx: AsyncSession, row: ConsentRevision | AccessLog, previous: bytes) -> None:
    """Chain a row, complete but for its hashes, to the link before it."""
    row.previous = previous
    row.hash = _hash(tx, row)


async def log_access(
    tx: AsyncSession, what: str, *, person_id: UUID, operator_id: UUID, need_id: UUID | None = None,
    referral_id: UUID | None = None, categories: Sequence[str] = (), reader: Caller | None = None,
) -> None:  # fmt: skip
    """Add the caller's read to the person's chain; the answer leaves only if this transaction commits."""
    who = reader or caller_of(tx)
    [(n, head)] = await fetch(tx, _LOCK_CHAIN, person_id, BEGINNING)
    row = AccessLog(
        person_id=person_id, n=n + 1, at=now(tx), operator_id=operator_id, organization_id=who.organization_id,
        client_id=who.client_id, acting_officer=who.acting_officer, what=what, need_id=need_id, referral_id=referral_id,
        categories=list(categories), previous=head, hash=b"",
    )  # fmt: skip
    link(tx, row, head)
    await fetch(tx, _ADD_LINK, *(getattr(row, name) for name in _LINK))


async def check_accesses(tx: AsyncSession, person_id: UUID) -> int:
    """Return how many reads of the person's data are in the chain; raises ChainBroken."""
    rows = await tx.exec(select(AccessLog).where(AccessLog.person_id == person_id).order_by(col(AccessLog.n)))
    length, head = whole(tx, [(row.n, row) for row in rows])
    end = (await tx.execute(_CHAIN_END, {"person_id": person_id})).one_or_none()
    if (length, head) != ((end.n, end.head) if end else (0, BEGINNING)):
        raise ChainBroken("the end is missing")
    return length


async def check_revisions(tx: AsyncSession, consent_id: UUID) -> int:
    """Return how many revisions the consent has; raises ChainBroken."""
    query = select(ConsentRevision).where(ConsentRevision.consent_id == consent_id).order_by(col(ConsentRevision.revision))
    length, _ = whole(tx, [(row.revision, row) for row in await tx.exec(query)])
    newest = await tx.scalar(select(Consent.revision).where(Consent.id == consent_id))
    if length != (newest or 0):
        raise ChainBroken("the end is missing")
    return length


def whole(tx: AsyncSession, rows: Iterable[tuple[int, ConsentRevision | AccessLog]]) -> tuple[int, bytes]:
    """Return the length and the head of a chain whose rows come in their order; raises ChainBroken."""
    length, head = 0, BEGINNING
    for number, row in rows:
        if number != length + 1 or row.previous != head or row.hash != _hash(tx, row):
            raise ChainBroken(f"link {length + 1}")
        length, head = number, row.hash
    return length, head


def _hash(tx: AsyncSession, row: Table) -> bytes:
    values = {name: _plain(value) for name, value in row.model_dump(exclude={"hash"}).items()}
    return keys.vault(tx).fingerprint(json.dumps(values, sort_keys=True).encode(), f"intake.chain.{type(row).__name__}")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, UUID) else value
