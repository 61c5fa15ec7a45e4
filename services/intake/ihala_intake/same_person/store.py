"""Queries about who may be the same person. Each that answers a caller names what the caller may see; the search is the system's."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from ihala_kit.ids import new_id
from sqlalchemy import ColumnElement, and_, or_, text, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.same_person.marks import NAMING
from ihala_intake.same_person.rules import Comparison, rules
from ihala_intake.tables import CaseFile, MatchCandidate, Merge

SHARING_COUNTED_TO = 200  # of one mark; beyond, who has it is one of too many
OPENED_AT_MOST = 30  # for each newcomer: those who share most

_SHARING: Final = "SELECT * FROM sharing_marks($1, $2, $3, $4, $5, $6, $7, $8, $9)"  # it sees every origin's rows, as the system does
_ADD: Final = """
    INSERT INTO match_candidate (
        id, operator_id, person_a, person_b, level, score_tenths, reasons, ruleset, source, state, found_at, version)
    VALUES ($1, $2, least($3::uuid, $4::uuid), greatest($3::uuid, $4::uuid), $5, $6, $7, $8, 'rules', 'open', $9, 1)
    ON CONFLICT (person_a, person_b) DO UPDATE SET level = excluded.level, score_tenths = excluded.score_tenths,
        reasons = excluded.reasons, ruleset = excluded.ruleset, source = excluded.source, operator_id = excluded.operator_id,
        state = 'open', decided_at = NULL
        WHERE match_candidate.state IN ('open', 'parted')
    RETURNING id, (xmax = 0) AS is_new
"""
_PART: Final = """
    UPDATE match_candidate SET state = 'parted', decided_at = $3, version = version + 1
    WHERE operator_id = $1 AND state = 'open' AND (person_a = ANY($2::uuid[]) OR person_b = ANY($2::uuid[]))
    RETURNING person_a, person_b
"""
_DOUBTED = """
    SELECT person_a, person_b FROM match_candidate
    WHERE state = 'open' AND (person_a = ANY($1::uuid[]) OR person_b = ANY($1::uuid[]))
"""
_LINKED = text("""
    WITH RECURSIVE linked (id) AS (
        SELECT CAST(:person_id AS uuid)
        UNION
        SELECT CASE WHEN m.kept_id = linked.id THEN m.merged_id ELSE m.kept_id END
        FROM linked JOIN merge m ON m.state = 'done' AND (m.kept_id = linked.id OR m.merged_id = linked.id)
    )
    SELECT id FROM linked ORDER BY id
""")


@dataclass(frozen=True)
class Wanted:
    """A mark to look for, `who` it is of by the newcomers' order, and how much having it in common says."""

    who: int
    kind: str
    value: bytes
    weight: int


@dataclass(frozen=True)
class WrittenDown:
    """A pair that waits for a decision, and whether it was not known before."""

    candidate_id: UUID
    is_new: bool


async def sharing(tx: AsyncSession, operator_id: UUID, wanted: Sequence[Wanted], but: Sequence[UUID]) -> Sequence[Any]:
    """Return who shares marks with the newcomers, sealed: who, person_id, sharing, details, key_id, wrapped. For the system alone."""
    columns = [[one.who for one in wanted], [one.kind for one in wanted], [one.value for one in wanted], [one.weight for one in wanted]]
    return await fetch(tx, _SHARING, *columns, operator_id, list(NAMING), list(but), SHARING_COUNTED_TO, OPENED_AT_MOST)


async def add(
    tx: AsyncSession, operator_id: UUID, one: UUID, other: UUID, found: Comparison, level: str, at: datetime
) -> WrittenDown | None:  # fmt: skip
    """Write down that two persons may be one; None when somebody decided that before. For the system alone."""
    values = (new_id(), operator_id, one, other, level, round(found.score * 10), list(found.reasons), rules()["version"], at)
    rows = await fetch(tx, _ADD, *values)
    return WrittenDown(UUID(bytes=rows[0]["id"].bytes), rows[0]["is_new"]) if rows else None


async def doubted(tx: AsyncSession, person_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these persons may be somebody else, too, as nobody has decided yet. For the system, and for the operator."""
    wanted = set(person_ids)
    rows = await fetch(tx, _DOUBTED, list(wanted))
    return wanted & {UUID(bytes=row[side].bytes) for row in rows for side in (0, 1)}


async def part(tx: AsyncSession, operator_id: UUID, gone: Sequence[UUID], at: datetime) -> set[UUID]:
    """End the doubts about those who are not the operator's any more; return who else stood in them. For the system alone."""
    rows = await fetch(tx, _PART, operator_id, list(gone), at)
    return {UUID(bytes=row[side].bytes) for row in rows for side in (0, 1)} - set(gone)


async def linked(tx: AsyncSession, person_id: UUID) -> list[UUID]:
    """Return all that were decided to be this person, itself among them, as far as the caller may see: for the operator or the system."""
    return [row.id for row in await tx.execute(_LINKED, {"person_id": person_id})]


async def merged_of(tx: AsyncSession, person_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these were decided to be one with somebody; for the system."""
    query = select(Merge.kept_id, Merge.merged_id).where(
        Merge.state == "done", or_(col(Merge.kept_id).in_(person_ids), col(Merge.merged_id).in_(person_ids))
    )
    return {one for pair in await tx.exec(query) for one in pair} & set(person_ids)


def _owned(caller: Caller, table: type[MatchCandidate | Merge]) -> ColumnElement[bool]:
    return true() if caller.is_system else col(table.operator_id) == caller.organization_id


async def candidates(tx: AsyncSession, caller: Caller, state: str, after: UUID | None, limit: int) -> Sequence[MatchCandidate]:
    """Return the operator's pairs in a state, the oldest first."""
    query = select(MatchCandidate).where(_owned(caller, MatchCandidate), MatchCandidate.state == state)
    query = query if after is None else query.where(MatchCandidate.id > after)
    return (await tx.exec(query.order_by(col(MatchCandidate.id)).limit(limit))).all()


async def candidate_of(tx: AsyncSession, caller: Caller, candidate_id: UUID, *, lock: bool = False) -> MatchCandidate | None:
    """Return one of the operator's pairs."""
    query = select(MatchCandidate).where(MatchCandidate.id == candidate_id, _owned(caller, MatchCandidate))
    query = query.with_for_update() if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def candidate_between(tx: AsyncSession, caller: Caller, one: UUID, other: UUID) -> MatchCandidate | None:
    """Return the pair of these two, locked."""
    pair = and_(col(MatchCandidate.person_a) == min(one, other), col(MatchCandidate.person_b) == max(one, other))
    query = select(MatchCandidate).where(pair, _owned(caller, MatchCandidate)).with_for_update()
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def merge_of(tx: AsyncSession, caller: Caller, merge_id: UUID, *, lock: bool = False) -> Merge | None:
    """Return one of the operator's merges."""
    query = select(Merge).where(Merge.id == merge_id, _owned(caller, Merge))
    query = query.with_for_update() if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def merges(tx: AsyncSession, caller: Caller, person_id: UUID | None, after: UUID | None, limit: int) -> Sequence[Merge]:
    """Return the operator's merges, or those of one person, the oldest first."""
    query = select(Merge).where(_owned(caller, Merge))
    if person_id is not None:
        query = query.where(Merge.state == "done", or_(col(Merge.kept_id) == person_id, col(Merge.merged_id) == person_id))
    query = query if after is None else query.where(Merge.id > after)
    return (await tx.exec(query.order_by(col(Merge.id)).limit(limit))).all()


async def merged_already(tx: AsyncSession, person_ids: Sequence[UUID]) -> bool:
    """Tell whether one of these was merged into somebody. Their rows are locked, so it stays so."""
    query = select(Merge.id).where(col(Merge.merged_id).in_(person_ids), Merge.state == "done").limit(1)
    return (await tx.exec(query)).first() is not None


async def cases_of(tx: AsyncSession, caller: Caller, person_ids: Sequence[UUID]) -> Sequence[CaseFile]:
    """Return the operator's cases of these persons, the oldest first."""
    query = select(CaseFile).where(col(CaseFile.person_id).in_(person_ids))
    query = query if caller.is_system else query.where(CaseFile.operator_id == caller.organization_id)
    return (await tx.exec(query.order_by(col(CaseFile.id)))).all()
