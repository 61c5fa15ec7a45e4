"""Queries of the batch review, for the system alone: it opens people, compares and drops them; what it proposes the operator sees."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from ihala_kit.db import fetch, now
from ihala_kit.ids import new_id
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.linkage.model import Likely, level, model, told
from ihala_intake.same_person.store import linked
from ihala_intake.tables import LinkageRun

# Who is compared at all: as registration, never anybody of a restricted case, or whose identity a centre keeps, or who was erased.
_COMPARED: Final = """
    FROM person p JOIN data_key k ON k.id = p.key_id
    WHERE p.operator_id = $1 AND p.sensitivity = 'standard' AND p.identity_held_by = 'intake' AND k.wrapped IS NOT NULL
"""
# In the order of ids: one walk through the table by its own key, whoever's people lie between.
_PAGE: Final = f"SELECT p.id, p.details, p.key_id, k.wrapped {_COMPARED} AND p.id > $2 ORDER BY p.id LIMIT $3"
_THESE: Final = f"SELECT p.id, p.details, p.key_id, k.wrapped {_COMPARED} AND p.id = ANY($2::uuid[])"
# Jumps from operator to operator in the index of marks.
_OPERATORS: Final = """
    WITH RECURSIVE found (id) AS (
        (SELECT operator_id FROM person_mark ORDER BY operator_id LIMIT 1)
        UNION ALL
        SELECT (SELECT operator_id FROM person_mark WHERE operator_id > found.id ORDER BY operator_id LIMIT 1)
        FROM found WHERE found.id IS NOT NULL
    )
    SELECT id FROM found WHERE id IS NOT NULL
"""
# What was asked or decided before between all that are the one and all that are the other.
_ASKED: Final = """
    SELECT EXISTS (SELECT FROM match_candidate WHERE state <> 'parted' AND person_a = ANY($1::uuid[]) AND person_b = ANY($2::uuid[]))
        OR EXISTS (SELECT FROM match_candidate WHERE state <> 'parted' AND person_a = ANY($2::uuid[]) AND person_b = ANY($1::uuid[]))
        OR EXISTS (SELECT FROM merge WHERE state = 'undone' AND merged_id = ANY($1::uuid[]) AND kept_id = ANY($2::uuid[]))
        OR EXISTS (SELECT FROM merge WHERE state = 'undone' AND merged_id = ANY($2::uuid[]) AND kept_id = ANY($1::uuid[]))
"""
_BEGIN: Final = """
    INSERT INTO linkage_run (id, operator_id, model, state, people, proposed, started_at, changed_at)
    VALUES ($1, $2, $3, 'running', 0, 0, $4, $4) ON CONFLICT (operator_id) WHERE state = 'running' DO NOTHING
"""
# Both are looked at once more: one may have been erased or handed over since they were read.
_PROPOSE: Final = f"""
    INSERT INTO match_candidate (
        id, operator_id, person_a, person_b, level, score_tenths, reasons, ruleset, source, state, found_at, version)
    SELECT $2, $1, least($3::uuid, $4::uuid), greatest($3::uuid, $4::uuid), $5, $6, $7, $8, 'batch', 'open', $9, 1
    WHERE (SELECT count(*) {_COMPARED} AND p.id IN ($3::uuid, $4::uuid)) = 2
    ON CONFLICT (person_a, person_b) DO UPDATE SET operator_id = excluded.operator_id, level = excluded.level,
        score_tenths = excluded.score_tenths, reasons = excluded.reasons, ruleset = excluded.ruleset, source = 'batch', state = 'open',
        found_at = excluded.found_at, decided_at = NULL, version = match_candidate.version + 1
        WHERE match_candidate.state = 'parted'
    RETURNING id
"""


async def operators(tx: AsyncSession) -> list[UUID]:
    """Return the operators that have people to compare."""
    return [UUID(bytes=row["id"].bytes) for row in await fetch(tx, _OPERATORS)]


async def page(tx: AsyncSession, operator_id: UUID, after: UUID, most: int) -> Sequence[Any]:
    """Return the operator's next people, sealed: id, details, key_id, wrapped."""
    return await fetch(tx, _PAGE, operator_id, after, most)


async def these(tx: AsyncSession, operator_id: UUID, person_ids: Sequence[UUID]) -> Sequence[Any]:
    """Return these people of the operator's as far as they are still to be compared, as `page` does."""
    return await fetch(tx, _THESE, operator_id, list(person_ids))


async def begin(tx: AsyncSession, operator_id: UUID) -> None:
    """Write down that the operator's people are reviewed, unless that is so already."""
    await fetch(tx, _BEGIN, new_id(), operator_id, model()["version"], now(tx))


async def running(tx: AsyncSession, operator_id: UUID, *, lock: bool = False) -> LinkageRun | None:
    """Return the operator's review that is under way, or was when something stopped it."""
    query = select(LinkageRun).where(LinkageRun.operator_id == operator_id, LinkageRun.state == "running")
    query = query.with_for_update() if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def propose(tx: AsyncSession, operator_id: UUID, one: UUID, other: UUID, found: Likely) -> UUID | None:
    """Write down that two persons may be one, and return the pair; None when that was asked or decided before, of these two or of others
    that are the same, or when one of them is no longer there to be compared.
    """
    both = [await linked(tx, one), await linked(tx, other)]
    if other in both[0]:
        return None
    [asked] = await fetch(tx, _ASKED, *both)
    if asked[0]:
        return None
    values = (level(found.weight), round(found.weight * 10), told(found.codes), model()["version"], now(tx))
    rows = await fetch(tx, _PROPOSE, operator_id, new_id(), one, other, *values)
    return UUID(bytes=rows[0]["id"].bytes) if rows else None
