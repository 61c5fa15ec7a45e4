"""Questions that are more than a row: who could meet a need."""

from ihala_contracts.directory_v1 import Criterion
from ihala_kit.auth import Caller
from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import matching, needs, rights, store
from ihala_directory.errors import UnknownNeedCode, UnknownPlace
from ihala_directory.facts import Facts
from ihala_directory.matching import Match, Sought
from ihala_directory.models import drafts, shown
from ihala_directory.places import Place, places

MOST_SHOWN = 50


async def match(tx: AsyncSession, caller: Caller, asked: drafts.MatchRequest) -> shown.Matches:
    """Return candidates, best first, at most 50. Raises OfficersOnly, ClearanceNeeded (403), UnknownNeedCode, UnknownPlace (422)."""
    rights.officers_office(caller)
    if not needs.is_need(asked.need_code):
        raise UnknownNeedCode(pointer="#/need_code")
    restricted = needs.is_restricted(asked.need_code)
    if restricted:
        rights.demand_clearance(caller)
    area = _area(asked)
    found = await store.candidates(tx, asked.need_code, list(area.areas), restricted=restricted)
    sought = Sought(
        at=now(tx), restricted=restricted, point=area.point, facts=Facts.read(asked.facts.model_dump()), by_hand=True,
        excluded=frozenset(asked.excluded),
    )  # fmt: skip
    matches = matching.ranked((one for one, _, _ in found), sought)
    rows = {one.service_at_location_id: (one, service, owner) for one, service, owner in found}
    shown_matches = [_shown(one, rank, rows[one.candidate.service_at_location_id]) for rank, one in enumerate(matches[:MOST_SHOWN], 1)]
    return shown.Matches(items=shown_matches, failing=await _failing(tx, asked.need_code, matches))


def _area(asked: drafts.MatchRequest) -> Place:
    governorate = places().area(asked.governorate)
    if governorate is None or governorate.level != "governorate":
        raise UnknownPlace(pointer="#/governorate")
    district = places().area(asked.district) if asked.district else governorate
    if district is None or district.governorate != governorate.code:
        raise UnknownPlace(pointer="#/district")
    return district


def _shown(match: Match, rank: int, row: store.Found) -> shown.Candidate:
    candidate, service, owner = row
    return shown.Candidate(
        service_at_location_id=candidate.service_at_location_id, service_id=service.id, service_names=service.names,
        organization_id=owner.id, organization_names=owner.names, serves=match.serves, rank=rank, free=candidate.free,
        figure_at=candidate.figure_at, distance_km=None if match.distance_km is None else round(match.distance_km, 1),
        entry_condition=candidate.entry_condition, criteria=match.criteria,
    )  # fmt: skip


async def _failing(tx: AsyncSession, need_code: str, matches: list[Match]) -> list[Criterion]:
    if any(one.serves for one in matches):
        return []
    return await failed(tx, need_code, matches)


async def failed(tx: AsyncSession, need_code: str, matches: list[Match]) -> list[Criterion]:
    """Return what failed everywhere; `need` when nobody anywhere meets it."""
    if not matches and not await store.need_is_offered(tx, need_code):
        return [Criterion(code="need", result="fail", rule_version=matching.RULE_VERSION)]
    return matching.failed_everywhere(matches) or [Criterion(code="capacity", result="fail", rule_version=matching.RULE_VERSION)]
