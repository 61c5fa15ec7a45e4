"""Search, for desks and for everybody: what is hidden is found by the cleared alone, and by its own organisation."""

from typing import Annotated

from fastapi import APIRouter, Query
from ihala_kit.asking import Asking
from ihala_kit.pages import PageQuery
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_directory import errors, needs
from ihala_directory.api.callers import Public
from ihala_directory.models import drafts, parts
from ihala_directory.places import Place, places
from ihala_directory.search import answers, models, suggestions
from ihala_directory.search.wanted import Narrowed

router = APIRouter(prefix="/v1/search", tags=["search"])
LONGEST = 200  # letters of a query
FARTHEST_KM = 200

_LIMITED = {"x-ihala": {"limit": "search"}}  # it costs more than other reading; the gateway's limits/policy.py says how much there may be

_WORDS = "Words in Arabic, Central Kurdish or English; a place may be among them."
_POINT = "Of a point, WGS 84: of what fits as well, the nearest comes first."
_WITHIN = "Only what is at most so many kilometres from the point."
Words = Annotated[str | None, Query(max_length=LONGEST, description=_WORDS)]
Latitude = Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False, description=_POINT)]
Longitude = Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)]
Within = Annotated[float | None, Query(gt=0, le=FARTHEST_KM, allow_inf_nan=False, description=_WITHIN)]


@router.get(
    "",
    response_model=models.Results,
    responses=responses(errors.UnknownNeedCode, errors.UnknownPlace, errors.NothingAsked, errors.PointIncomplete),
    openapi_extra=_LIMITED,
)
async def search(
    ask: Asking,
    caller: Public,
    page: PageQuery,
    q: Words = None,
    need: Annotated[drafts.Code | None, Query(description="Only services that meet this need, or one of this domain.")] = None,
    area: Annotated[drafts.AreaCode | None, Query(description="Only services in or for this area, or for a part of it.")] = None,
    language: Annotated[parts.Language | None, Query(description="Only where this is spoken.")] = None,
    kind: Annotated[drafts.Kind | None, Query(description="Only of organisations of this kind.")] = None,
    accessibility: Annotated[list[drafts.Code], Query(max_length=10, description="Only what has all of these.")] = [],  # noqa: B006
    lat: Latitude = None,
    lon: Longitude = None,
    within_km: Within = None,
    facets: Annotated[bool, Query(description="Count all that is found by what it could be narrowed down to.")] = False,
) -> Response:
    """Return services that can be found now, best first; typing errors are put right, and when nothing fits all words, some are enough."""
    narrowed = Narrowed(
        need=_need(need), area=_area(area), language=language, kind=kind, accessibility=tuple(accessibility),
        point=_point(lat, lon, within_km), within_km=within_km,
    )  # fmt: skip
    body, link = await answers.results(ask, caller, q, narrowed, page, facets=facets)
    return Response(body, media_type="application/json", headers={"Link": link} if link else None)


@router.get("/suggestions", response_model=models.Suggestions, openapi_extra=_LIMITED)
async def suggest(ask: Asking, _: Public, q: Annotated[str, Query(min_length=1, max_length=80)]) -> models.Suggestions:
    """Return what the beginning of a query could become. Organisations without anything public are not among it."""
    return await suggestions.suggestions(ask, q)


def _need(code: str | None) -> str | None:
    found = needs.entries().get(code) if code else None
    if code and (found is None or found.kind == "group"):
        raise errors.UnknownNeedCode(pointer="query/need")
    return code


def _area(code: str | None) -> Place | None:
    found = places().area(code) if code else None
    if code and found is None:
        raise errors.UnknownPlace(pointer="query/area")
    return found


def _point(lat: float | None, lon: float | None, within_km: float | None) -> tuple[float, float] | None:
    if lat is not None and lon is not None:
        return lat, lon
    if lat is not None or lon is not None or within_km is not None:
        raise errors.PointIncomplete(pointer="query/lat")
    return None
