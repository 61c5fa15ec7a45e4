"""Other systems' numbers of a request: found by a keyed hash, kept sealed."""

from collections.abc import Sequence
from hashlib import blake2b
from uuid import UUID

from ihala_kit.ids import new_id
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.details import IdentifierValue
from ihala_intake.keys import Key
from ihala_intake.models.requests import Identifier
from ihala_intake.tables import Request, RequestIdentifier

_HOLD = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) number")
_TRY = text("SELECT bool_and(pg_try_advisory_xact_lock(number)) FROM unnest(CAST(:numbers AS bigint[])) number")
_ANYBODYS = UUID(int=1)  # no organisation's id


def mark_of(tx: AsyncSession, system: str, value: str) -> bytes:
    """Return by what the number is found."""
    return keys.blind(tx, f"{system}\n{value.strip()}", "identifier")


async def hold(tx: AsyncSession, origin_id: UUID, marks: Sequence[bytes], anybodys: Sequence[bytes] = ()) -> None:
    """Let only one transaction at a time bring these marks of an origin, and these of whatever origin, until it ends.

    In one order and before any row is locked, so that two never wait for each other.
    """
    if marks or anybodys:
        own = {_lock_number(origin_id, mark) for mark in marks}
        await tx.execute(_HOLD, {"numbers": sorted(own | {_lock_number(_ANYBODYS, mark) for mark in anybodys})})


async def may_hold(tx: AsyncSession, anybodys: Sequence[bytes]) -> bool:
    """The same without waiting, for whoever has locked something before; False when another has one of them."""
    return not anybodys or bool(await tx.scalar(_TRY, {"numbers": sorted({_lock_number(_ANYBODYS, mark) for mark in anybodys})}))


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
