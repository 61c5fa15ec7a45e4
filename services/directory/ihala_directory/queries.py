"""Questions that are more than a row: who could meet a need, and why somebody was asked."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from ihala_contracts.directory_v1 import Criterion
from ihala_kit.auth import Caller
from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import hours, matching, needs, rights, store
from ihala_directory.calendars import store as calendars
from ihala_directory.errors import PlacementNotFound, UnknownGroup, UnknownNeedCode, UnknownPlace
from ihala_directory.facts import Facts
from ihala_directory.matching import By, Match, Rules, Sought, finding, words
from ihala_directory.matching import store as matching_store
from ihala_directory.matching.finding import Found
from ihala_directory.models import matches as models
from ihala_directory.places import Place, places


async def match(tx: AsyncSession, caller: Caller, asked: models.MatchRequest) -> models.Matches:
    """Return candidates, best first. Raises OfficersOnly, ClearanceNeeded (403), UnknownNeedCode, UnknownGroup, UnknownPlace (422)."""
    office = rights.officers_office(caller)
    if not needs.is_need(asked.need_code):
        raise UnknownNeedCode(pointer="#/need_code")
    if asked.facts.status is not None and not needs.is_group(asked.facts.status):
        raise UnknownGroup(pointer="#/facts/status")
    restricted = needs.is_restricted(asked.need_code)
    if restricted:
        rights.demand_clearance(caller)
    area, rules = _area(asked), await matching_store.rules_in_force(tx, office, now(tx))
    sought = Sought(
        at=now(tx), restricted=restricted, point=area.point, facts=Facts.read(asked.facts.model_dump()), urgency=asked.urgency,
        areas=frozenset(area.areas), holidays=await days_off(tx, area, office), by_hand=True, excluded=frozenset(asked.excluded),
    )  # fmt: skip
    found = await finding.find(tx, [asked.need_code], places().around(area.code), sought, rules)
    items = _shown(found.matches[: asked.most], rules, asked.urgency)
    failing = [] if found.serving else await failed(tx, asked.need_code, rules, found)
    return models.Matches(
        items=items, failing=failing, texts=_texts(items, failing), ruleset=rules.number, candidates=found.candidates,
        left_out=found.remaining,
    )  # fmt: skip


async def days_off(tx: AsyncSession, area: Place | None, operator_id: UUID) -> frozenset[date]:
    """Return the holidays of an operator's offices in an area, of the days that matching looks ahead: one look into an index."""
    first = hours.day_of(now(tx))
    last = first + timedelta(days=matching.LOOKS_AHEAD_DAYS - 1)
    return frozenset(await calendars.days_off(tx, area, operator_id, first, last))


def _area(asked: models.MatchRequest) -> Place:
    governorate = places().area(asked.governorate)
    if governorate is None or governorate.level != "governorate":
        raise UnknownPlace(pointer="#/governorate")
    district = places().area(asked.district) if asked.district else governorate
    if district is None or district.governorate != governorate.code:
        raise UnknownPlace(pointer="#/district")
    return district


def _shown(matches: list[Match], rules: Rules, urgency: str) -> list[models.Candidate]:
    following = [*matches[1:], None]
    return [
        _one(match, rank, matching.ahead_by(match.rank, after.rank, rules.body, urgency) if after else None)
        for rank, (match, after) in enumerate(zip(matches, following, strict=False), 1)
    ]


def _one(match: Match, rank: int, ahead: By | None) -> models.Candidate:
    one, rate = match.candidate, match.candidate.answer_rate
    return models.Candidate.model_construct(
        service_at_location_id=one.service_at_location_id, service_id=one.service_id, service_names=one.service_names,
        organization_id=one.organization_id, organization_names=one.organization_names, serves=match.serves, rank=rank,
        ahead_by=ahead, free=one.free, figure_at=one.figure_at, distance_km=_rounded(match.distance_km, 1), wait_days=one.wait_days,
        waiting=one.waiting, waited_days=_rounded(one.waited_days, 1), answer_rate=_rounded(rate, 2),
        woman_counsellor=one.woman_counsellor, entry_condition=one.entry_condition, criteria=match.criteria,
    )  # fmt: skip


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _texts(items: Iterable[models.Candidate], failing: Iterable[Criterion]) -> models.Texts:
    ahead = {(one.ahead_by.value, "ahead") for one in items if one.ahead_by}
    return words.of({(each.code, each.result) for one in items for each in one.criteria} | {(c.code, c.result) for c in failing} | ahead)


async def failed(tx: AsyncSession, need_code: str, rules: Rules, found: Found) -> list[Criterion]:
    """Return what failed everywhere; `need` when nobody anywhere meets it."""
    if not found.candidates and not await store.need_is_offered(tx, need_code):
        return [matching.criterion("need", "fail", rules.number)]
    return found.failed(rules) or [matching.criterion("capacity", "fail", rules.number)]


async def answers(tx: AsyncSession, caller: Caller, placement_id: UUID) -> models.Answers:
    """Return what was answered to each attempt of a placement. Raises OfficersOnly (403), PlacementNotFound (404)."""
    rights.officers_office(caller)
    rows = await matching_store.answers_of(tx, placement_id)
    if not rows:
        raise PlacementNotFound()
    items = [
        models.Answer(
            attempt=row.attempt, outcome=row.outcome, answered_at=row.answered_at, ruleset=row.ruleset, candidates=row.candidates,
            service_at_location_id=at_id, items=[models.KeptCandidate.model_validate(one) for one in row.explanation],
        )
        for row, at_id in rows
    ]  # fmt: skip
    said = {(each.code, each.result) for one in items for candidate in one.items for each in candidate.criteria}
    return models.Answers(items=items, texts=words.of(said))
