"""The queries of matching: candidates by need and area in the order of the rules, few columns of few rows; and rulesets."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from math import cos, radians
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, fetch
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, or_, text, true, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.errors import RulesetNotFound
from ihala_directory.lifecycle import free
from ihala_directory.matching.candidates import Candidate, Sought
from ihala_directory.matching.rules import RuleBody, Rules
from ihala_directory.matching.tables import SHIPPED_BY, Ruleset
from ihala_directory.tables import Organization, PlacementAnswer, Reservation, Service, ServiceAtLocation
from ihala_directory.visible import held

FIRST_BATCH, LATER_BATCH = 150, 2000
# What a candidate is made of: a service at a location, its service, organisation and location.
COLUMNS = """
    a.id, s.id, o.id, o.status, o.agreement_until, o.cleared, s.restricted, s.status, s.entry_condition, s.rules,
    s.languages, l.accessibility, a.status, l.latitude, CASE WHEN a.confirmed THEN greatest(0, a.figure - a.held - a.used)
    ELSE 0 END, a.figure_at, s.woman_counsellor, s.wait_days, a.waited_days, a.waiting, a.answers, a.answers_in_time,
    a.answers_at, CASE WHEN a.schedules = '[]' THEN s.schedules ELSE a.schedules END, s.closures || a.closures, s.names,
    o.names, o.kind, a.areas, l.longitude
"""
# The nearest come first, from one index without a join: of thousands who serve a district, those far away are not looked at unless the near
# ones cannot help. What is near is put in order by the rules (judging.py). What is hidden is left out before it is counted.
_QUERY = """
WITH near AS MATERIALIZED (
    SELECT id, count(*) OVER () AS remaining FROM (
        SELECT service_at_location_id AS id, min(latitude) AS latitude, min(longitude) AS longitude
        FROM service_reach
        WHERE need_code = ANY($1) AND area_code = ANY($2) AND restricted = $3 AND ($7 OR NOT hidden)
            AND NOT service_at_location_id = ANY($9)
        GROUP BY service_at_location_id
    ) reach
    ORDER BY power(latitude - $4::float8, 2) + power((longitude - $5::float8) * $6::float8, 2) NULLS LAST, id LIMIT $10
)
SELECT {columns}, n.remaining
FROM near n
JOIN service_at_location a ON a.id = n.id
JOIN service s ON s.id = a.service_id
JOIN organization o ON o.id = a.organization_id
JOIN location l ON l.id = a.location_id
WHERE s.restricted = $3 AND {shown}
"""


def shown(sees_all: str, caller: str) -> str:
    """Return the condition that the caller may see it, from what stands for whether it sees all, and for its organisation."""
    owners = (("a", "organization_id"), ("s", "organization_id"), ("o", "id"))
    return " AND ".join(f"({sees_all} OR NOT {one}.hidden OR {one}.{owner} = {caller})" for one, owner in owners)


_STATEMENT = _QUERY.format(columns=COLUMNS, shown=shown("$7", "$8"))
_NOWHERE = (33.0, 44.0)  # the middle of the country, where no place was named


async def batches(
    tx: AsyncSession, needs: Sequence[str], areas: Sequence[str], sought: Sought, first: int = FIRST_BATCH
) -> AsyncIterator[tuple[list[Candidate], int]]:
    """Yield all who say that they meet one of `needs` in one of `areas`, whatever else speaks against them, the nearest first; and how many
    there are still to come. The first batch is small, since most need no second."""
    statement, values = query(caller_of(tx), needs, areas, sought)
    seen: list[UUID] = []
    most = first
    while True:
        rows = await fetch(tx, statement, *values, seen, most)
        if not rows:
            return
        remaining = max(0, rows[0][-1] - most)
        yield [candidate(row) for row in rows], remaining
        if not remaining:
            return
        seen += [row[0] for row in rows]
        most = LATER_BATCH


def query(caller: Caller, needs: Sequence[str], areas: Sequence[str], sought: Sought) -> tuple[str, tuple[object, ...]]:
    """Return the statement behind `batches`, by the index on need and area, and its values but those seen and how many at most."""
    latitude, longitude = sought.point or _NOWHERE
    sees_all = caller.is_system or caller.cleared
    return _STATEMENT, (
        list(needs), list(areas), sought.restricted, latitude, longitude, cos(radians(latitude)), sees_all, caller.organization_id,
    )  # fmt: skip


def candidate(row: Any) -> Candidate:
    """Return what COLUMNS hold as a candidate."""
    point = None if row[13] is None or row[29] is None else (row[13], row[29])
    return Candidate(*row[:13], point, *row[14:29])  # type: ignore[call-arg]


def candidate_of(at: ServiceAtLocation, one: Service, owner: Organization, accessibility: list[str]) -> Candidate:
    """Return locked rows, and what the location offers, as matching reads them; how far it is does not matter any more."""
    return Candidate(
        service_at_location_id=at.id, service_id=one.id, organization_id=owner.id, organization_status=owner.status,
        agreement_until=owner.agreement_until, cleared=owner.cleared, restricted=one.restricted, service_status=one.status,
        entry_condition=one.entry_condition, rules=one.rules, languages=one.languages, accessibility=accessibility, at_status=at.status,
        point=None, free=free(at), figure_at=at.figure_at, woman_counsellor=one.woman_counsellor, wait_days=one.wait_days,
        waited_days=at.waited_days, waiting=at.waiting, answers=at.answers, answers_in_time=at.answers_in_time,
        answers_at=at.answers_at, schedules=at.schedules or one.schedules, closures=[*one.closures, *at.closures],
        organization_kind=owner.kind, areas=at.areas,
    )  # fmt: skip


_IN_FORCE = """
    SELECT id, number FROM ruleset WHERE operator_id IN ($1, $2) AND state = 'published' AND valid_from <= $3
    ORDER BY operator_id = $2, valid_from DESC, number DESC LIMIT 1
"""


async def rules_in_force(tx: AsyncSession, operator_id: UUID, at: datetime) -> Rules:
    """Return the rules of an operator at an instant: its own that began last, else those that Ihala ships."""
    ruleset_id, number = (await fetch(tx, _IN_FORCE, operator_id, SHIPPED_BY, at))[0]
    known = _KNOWN.get(ruleset_id)
    if known is None:
        body = (await tx.exec(select(Ruleset.body).where(Ruleset.id == ruleset_id))).one()
        known = _KNOWN[ruleset_id] = Rules(number=number, body=RuleBody.model_validate(body))
    return known


_KNOWN: dict[UUID, Rules] = {}
"""What was published, by id: it never changes."""


def _readable(caller: Caller) -> ColumnElement[bool]:
    if caller.is_system:
        return true()
    return or_(col(Ruleset.state) == "published", col(Ruleset.operator_id) == caller.organization_id)


async def ruleset(tx: AsyncSession, ruleset_id: UUID) -> Ruleset:
    """Return one ruleset. Raises RulesetNotFound (404)."""
    found = (await tx.exec(select(Ruleset).where(Ruleset.id == ruleset_id, _readable(caller_of(tx))))).one_or_none()
    if found is None:
        raise RulesetNotFound()
    return found


async def numbered(tx: AsyncSession, number: int) -> Ruleset:
    """Return what was published under a number that is known to be there."""
    return (await tx.exec(select(Ruleset).where(Ruleset.number == number, Ruleset.state == "published"))).one()


async def locked_draft(tx: AsyncSession, ruleset_id: UUID) -> Ruleset | None:
    """Lock a draft; None when it was published meanwhile."""
    query = select(Ruleset).where(Ruleset.id == ruleset_id, Ruleset.state == "draft", _readable(caller_of(tx)))
    return (await tx.exec(query.with_for_update().execution_options(populate_existing=True))).one_or_none()


async def rulesets(tx: AsyncSession, page: PageRequest) -> Sequence[Ruleset]:
    """Return the published ones and the caller's drafts, by id."""
    query = select(Ruleset).where(_readable(caller_of(tx)))
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(col(Ruleset.id) > after[0])
    return (await tx.exec(query.order_by(col(Ruleset.id)).limit(page.fetch))).all()


async def bodies(tx: AsyncSession, numbers: Collection[int]) -> dict[int, RuleBody]:
    """Return published rules by number."""
    query = select(Ruleset).where(col(Ruleset.number).in_(numbers), Ruleset.state == "published")
    return {row.number: RuleBody.model_validate(row.body) for row in await tx.exec(query) if row.number is not None}


async def next_number(tx: AsyncSession) -> int:
    """Draw the number of a ruleset that is published."""
    number: int = (await tx.execute(text("SELECT nextval('ruleset_numbers')"))).scalar_one()
    return number


async def answers_of(tx: AsyncSession, placement_id: UUID) -> Sequence[tuple[PlacementAnswer, UUID | None]]:
    """Return what was answered to the attempts of a placement, each with the service at a location whose place was reserved."""
    query = (
        select(PlacementAnswer, Reservation.service_at_location_id)
        .join(Reservation, col(Reservation.id) == PlacementAnswer.reservation_id, isouter=True)
        .where(PlacementAnswer.placement_id == placement_id, held(caller_of(tx), PlacementAnswer))
        .order_by(col(PlacementAnswer.attempt))
    )
    return (await tx.exec(query)).all()


async def past_answers(
    tx: AsyncSession, operator_id: UUID, since: datetime, before: tuple[datetime, UUID, int] | None, most: int
) -> Sequence[PlacementAnswer]:
    """Return answers to the operator's standard needs, the newest first, after the one given."""
    key = tuple_(col(PlacementAnswer.answered_at), col(PlacementAnswer.placement_id), col(PlacementAnswer.attempt))
    query = select(PlacementAnswer).where(
        PlacementAnswer.operator_id == operator_id, col(PlacementAnswer.restricted).is_(False), PlacementAnswer.answered_at >= since,
        PlacementAnswer.outcome != "cancelled", held(caller_of(tx), PlacementAnswer),
    )  # fmt: skip
    if before is not None:
        query = query.where(key < before)
    return (await tx.exec(query.order_by(key.desc()).limit(most))).all()
