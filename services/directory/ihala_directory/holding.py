"""A place is held in one statement, since many officers reserve at once: it locks, counts the place, writes the reservation and what is due
at its end, and tells what matching reads of the place; who finds there that it may not be held rolls back. For rows that are read whole,
lifecycle.py counts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ihala_kit.db import caller_of, fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.errors import ServiceAtLocationNotFound
from ihala_directory.lifecycle import State
from ihala_directory.matching import Candidate
from ihala_directory.matching.store import COLUMNS, candidate, shown

# The update looks at the row as it is once the lock is had, like the first part: who waited for another officer counts after her.
_HOLD = f"""
    WITH place AS (
        SELECT {COLUMNS}, a.organization_id, a.service_id, s.need_codes, a.areas, o.operator_id
        FROM service_at_location a
        JOIN service s ON s.id = a.service_id
        JOIN organization o ON o.id = a.organization_id
        JOIN location l ON l.id = a.location_id
        WHERE a.id = $1 AND {shown("$2", "$3")}
        FOR SHARE OF o FOR SHARE OF s FOR UPDATE OF a
    ), counted AS (
        UPDATE service_at_location a SET held = held + 1 FROM place
        WHERE a.id = $1 AND a.confirmed AND a.figure - a.held - a.used > 0
        RETURNING place.organization_id, place.service_id, place.restricted
    ), held AS (
        INSERT INTO reservation (
            id, need_id, operator_id, organization_id, service_id, service_at_location_id, restricted, state, reserved_by, reserved_at,
            expires_at, version
        )
        SELECT $4, $5, $6, organization_id, service_id, $1, restricted, $7, $6, $8, $9, 1 FROM counted
        ON CONFLICT DO NOTHING RETURNING id, expires_at
    ), due AS (
        INSERT INTO due_work (kind, key, payload, due_at) SELECT $10, id, '{{}}', expires_at FROM held RETURNING key
    )
    SELECT place.*, EXISTS (SELECT FROM due) FROM place
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Place:
    """A locked service at a location: nobody suspends its organisation or closes its service now."""

    candidate: Candidate
    need_codes: list[str]
    areas: list[str]
    operator_id: UUID
    held: bool  # false: nothing is free, or the office holds one for this need already, here or elsewhere


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


async def hold(
    tx: AsyncSession, at_id: UUID, *, reservation_id: UUID, need_id: UUID, operator_id: UUID, at: datetime, until: datetime, then: str
) -> Place:
    """Lock a place, count one more of it held for the office, write the reservation and have `then` done when it ends; when it is not held
    or may not be, this transaction must not be committed.

    Raises ServiceAtLocationNotFound (404).
    """
    caller = caller_of(tx)
    sees = (caller.is_system or caller.cleared, caller.organization_id)
    rows = await fetch(tx, _HOLD, at_id, *sees, reservation_id, need_id, operator_id, State.RESERVED, at, until, then)
    if not rows:
        raise ServiceAtLocationNotFound()
    return Place(candidate(rows[0]), *rows[0][-4:])
