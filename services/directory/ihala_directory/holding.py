"""A place is held in two statements, since many officers reserve at once: the first locks and reads no more than matching needs, the second
counts the place, writes the reservation and what is due at its end. For rows that are read whole, lifecycle.py counts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ihala_kit.db import caller_of, fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.errors import ServiceAtLocationNotFound
from ihala_directory.matching import Candidate
from ihala_directory.matching.store import COLUMNS, candidate, shown

_LOCK = f"""
    SELECT {COLUMNS}, s.need_codes, a.areas, o.operator_id
    FROM service_at_location a
    JOIN service s ON s.id = a.service_id
    JOIN organization o ON o.id = a.organization_id
    JOIN location l ON l.id = a.location_id
    WHERE a.id = $1 AND {shown("$2", "$3")}
    FOR SHARE OF o FOR SHARE OF s FOR UPDATE OF a
"""  # noqa: S608 - constants
_HOLD = """
    WITH counted AS (
        UPDATE service_at_location SET held = held + 1 WHERE id = $6 AND confirmed AND figure - held - used > 0 RETURNING id
    ), held AS (
        INSERT INTO reservation (
            id, need_id, operator_id, organization_id, service_id, service_at_location_id, restricted, state, reserved_by, reserved_at,
            expires_at, version
        )
        SELECT $1, $2, $3, $4, $5, id, $7, $8, $9, $10, $11, $12 FROM counted
        ON CONFLICT DO NOTHING RETURNING id, expires_at
    )
    INSERT INTO due_work (kind, key, payload, due_at) SELECT $13, id, '{}', expires_at FROM held RETURNING key
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A locked service at a location: nobody suspends its organisation or closes its service now."""

    candidate: Candidate
    need_codes: list[str]
    areas: list[str]
    operator_id: UUID


@dataclass(frozen=True, slots=True)
class Held:
    """A reservation that was just made, as the table has it: a row of the ORM costs as much as the statement that writes it."""

    id: UUID
    need_id: UUID
    operator_id: UUID
    organization_id: UUID
    service_id: UUID
    service_at_location_id: UUID
    restricted: bool
    state: str
    reserved_by: UUID
    reserved_at: datetime
    expires_at: datetime
    version: int = 1
    placement_id: UUID | None = None
    attempt: int | None = None
    referral_id: UUID | None = None


async def locked(tx: AsyncSession, at_id: UUID) -> Place:
    """Lock a place to count on it. Raises ServiceAtLocationNotFound (404)."""
    caller = caller_of(tx)
    rows = await fetch(tx, _LOCK, at_id, caller.is_system or caller.cleared, caller.organization_id)
    if not rows:
        raise ServiceAtLocationNotFound()
    return Place(candidate(rows[0]), *rows[0][-3:])


async def hold(tx: AsyncSession, row: Held, at_its_end: str) -> bool:
    """Count one more place held, write the reservation and have `at_its_end` done when it expires; False when the office holds one for this
    need already, here or elsewhere: then this transaction must not be committed."""
    held = await fetch(
        tx, _HOLD, row.id, row.need_id, row.operator_id, row.organization_id, row.service_id, row.service_at_location_id, row.restricted,
        row.state, row.reserved_by, row.reserved_at, row.expires_at, row.version, at_its_end,
    )  # fmt: skip
    return bool(held)
