"""Two chains that cannot be altered unnoticed: the revisions of a consent, and the reads of a person's data.

Each link is a keyed hash (the key is not in the database) over the link before it and all that the row says. Personal parts go in as
they lie there, sealed, so a chain can still be checked after the person's key is destroyed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, fetch, now
from ihala_kit.rows import as_json
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.tables import AccessLog, Consent, ConsentRevision, Table

BEGINNING = bytes(32)

_LOG = AccessLog.metadata.tables["access_log"]
_COLUMNS = ", ".join(column.name for column in _LOG.columns)
_LOCK_CHAINS = """
    INSERT INTO access_chain (person_id, n, head) SELECT id, 0, $2 FROM unnest($1::uuid[]) AS of (id)
    ON CONFLICT (person_id) DO UPDATE SET n = access_chain.n
    RETURNING person_id, n, head
"""
_ADD_LINKS = f"""
    WITH link AS (SELECT * FROM json_populate_recordset(NULL::access_log, $1::json)), moved AS (
        UPDATE access_chain SET n = newest.n, head = newest.hash
        FROM (SELECT DISTINCT ON (person_id) person_id, n, hash FROM link ORDER BY person_id, n DESC) AS newest
        WHERE access_chain.person_id = newest.person_id
    )
    INSERT INTO access_log ({_COLUMNS}) SELECT {_COLUMNS} FROM link
"""  # noqa: S608 - names of our own columns
_CHAIN_END = text("SELECT n, head FROM access_chain WHERE person_id = :person_id")


class ChainBroken(Exception):
    """A link is missing, altered or out of place."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one person, and for which need and referral if for any."""

    what: str
    person_id: UUID
    operator_id: UUID
    need_id: UUID | None = None
    referral_id: UUID | None = None
    categories: Sequence[str] = ()


def link(tx: AsyncSession, row: ConsentRevision | AccessLog, previous: bytes) -> None:
    """Chain a row, complete but for its hashes, to the link before it."""
    row.previous = previous
    row.hash = _hash(tx, row)


async def log_access(
    tx: AsyncSession, what: str, *, person_id: UUID, operator_id: UUID, need_id: UUID | None = None,
    referral_id: UUID | None = None, categories: Sequence[str] = (),
) -> None:  # fmt: skip
    """Add the caller's read to the person's chain; the answer leaves only if this transaction commits."""
    await log_accesses(tx, [Read(what, person_id, operator_id, need_id, referral_id, categories)])


async def log_accesses(tx: AsyncSession, reads: Sequence[Read], reader: Caller | None = None) -> None:
    """Do the same for all that was read at once. The chains are locked in one order, since others may read of the same people now."""
    if not reads:
        return
    who, at, links = reader or caller_of(tx), now(tx), []
    ends = await fetch(tx, _LOCK_CHAINS, sorted({read.person_id for read in reads}), BEGINNING)
    end = {person_id: (n, head) for person_id, n, head in ends}
    for read in reads:
        n, head = end[read.person_id]
        row = AccessLog(
            person_id=read.person_id, n=n + 1, at=at, operator_id=read.operator_id, organization_id=who.organization_id,
            client_id=who.client_id, acting_officer=who.acting_officer, what=read.what, need_id=read.need_id,
            referral_id=read.referral_id, categories=list(read.categories), previous=head, hash=b"",
        )  # fmt: skip
        link(tx, row, head)
        end[read.person_id] = row.n, row.hash
        links.append(row)
    await fetch(tx, _ADD_LINKS, as_json(_LOG, map(vars, links)))


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
