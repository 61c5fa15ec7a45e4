"""Other systems' numbers of a request: found by a keyed hash, kept sealed."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from uuid import UUID

from ihala_kit.db import fetch
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.details import IdentifierValue
from ihala_intake.keys import Key
from ihala_intake.models.requests import Identifier
from ihala_intake.tables import Request, RequestIdentifier

# One by one in this order. What all share is the first.
_HOLD = """
    SELECT CASE number WHEN $2::bigint THEN pg_advisory_xact_lock_shared(number) ELSE pg_advisory_xact_lock(number) END
    FROM unnest($1::bigint[]) number"""
_TRY = """
    SELECT bool_and(CASE number WHEN $2::bigint THEN pg_try_advisory_xact_lock_shared(number) ELSE pg_try_advisory_xact_lock(number) END)
    FROM unnest($1::bigint[]) number"""
_EVERYTHING, _MANY = -(2**63), -(2**63) + 1  # smaller than whatever is made of a mark
# PostgreSQL has room for some thousand locks in all. Whoever holds many does so alone; whoever would hold too many holds everything.
MANY, TOO_MANY = 200, 3000
_ANYBODYS = UUID(int=1)  # no organisation's id


def mark_of(tx: AsyncSession, system: str, value: str) -> bytes:
    """Return by what the number is found."""
    return keys.blind(tx, f"{system}\n{value.strip()}", "identifier")


async def hold(tx: AsyncSession, origin_id: UUID, marks: Sequence[bytes], anybodys: Sequence[bytes] = ()) -> None:
    """Let only one transaction at a time bring these marks of an origin, and these of whatever origin, until it ends.

    In one order and before any row is locked, so that two never wait for each other.
    """
    numbers, shared = to_hold(tx, origin_id, marks, anybodys)
    if numbers:
        await fetch(tx, _HOLD, numbers, shared)


def to_hold(tx: AsyncSession, origin_id: UUID, marks: Iterable[bytes], anybodys: Iterable[bytes] = ()) -> tuple[list[int], int]:
    """Return the numbers of the locks for these marks, in their order, and which of them is shared. Whoever asks has to take them."""
    held = {_lock_number(origin_id, mark) for mark in marks} | {_lock_number(_ANYBODYS, mark) for mark in anybodys}
    if not held or tx.info.get("holds_everything"):
        return [], _EVERYTHING
    if len(held) > TOO_MANY:
        tx.info["holds_everything"] = True
        return [_EVERYTHING], 0
    return sorted(held | ({_EVERYTHING, _MANY} if len(held) > MANY else {_EVERYTHING})), _EVERYTHING


async def may_hold(tx: AsyncSession, anybodys: Sequence[bytes]) -> bool:
    """The same without waiting, for whoever has locked something before; False when another has one of them."""
    held = {_lock_number(_ANYBODYS, mark) for mark in anybodys}
    return not held or bool((await fetch(tx, _TRY, sorted(held | {_EVERYTHING}), _EVERYTHING))[0][0])


def add(tx: AsyncSession, request: Request, identifiers: Sequence[Identifier], key: Key) -> list[RequestIdentifier]:
    """Store a request's numbers, each once, and return them."""
    rows = []
    for mark, one in {mark_of(tx, one.system, one.value): one for one in identifiers}.items():
        row_id = new_id()
        rows.append(RequestIdentifier(
            id=row_id, request_id=request.id, operator_id=request.operator_id, origin_id=request.origin_id, system=one.system,
            mark=mark, value=key.seal(IdentifierValue(value=one.value), _about(row_id)),
        ))  # fmt: skip
    tx.add_all(rows)
    return rows


def opened(key: Key, row: RequestIdentifier) -> Identifier:
    """Return a stored number as it was brought."""
    return Identifier(system=row.system, value=key.open(IdentifierValue, row.value, _about(row.id)).value)


def _about(row_id: UUID) -> str:
    return f"request_identifier.value/{row_id}"


def _lock_number(origin_id: UUID, mark: bytes) -> int:
    return int.from_bytes(blake2b(origin_id.bytes + mark, digest_size=8).digest(), "big", signed=True)
