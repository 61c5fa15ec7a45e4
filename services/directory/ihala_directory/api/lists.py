"""The two public lists: needs and places. They change with a release of the program, so they may be kept."""

from functools import cache
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from ihala_kit.problems import responses
from starlette.responses import JSONResponse, Response

from ihala_directory import boundaries, needs
from ihala_directory.api.callers import Public
from ihala_directory.errors import NoBoundary, UnknownPlace
from ihala_directory.models import shown
from ihala_directory.models.drafts import AreaCode
from ihala_directory.places import DATA, places

router = APIRouter(prefix="/v1", tags=["lists"])

ATTRIBUTION = (
    "Administrative boundaries: Iraq Central Statistical Organization and OCHA (COD-AB Iraq, 2019), CC BY 3.0 IGO. "
    "Places: GeoNames, CC BY 4.0."
)
KEPT = "public, max-age=3600"
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged since the ETag in If-None-Match"}}


@router.get("/needs", response_model=shown.Needs, responses=UNCHANGED)
async def list_needs(request: Request, response: Response, _: Public) -> Response | shown.Needs:
    """Return the controlled list of needs and population groups, in three languages."""
    if _unchanged(request, response, "needs.csv"):
        return Response(status_code=304, headers=dict(response.headers))
    return shown.Needs(items=[shown.Need.model_validate(one) for one in needs.entries().values()])


@router.get("/places", response_model=shown.Places, responses={**UNCHANGED, **responses(UnknownPlace)})
async def list_places(
    request: Request,
    response: Response,
    _: Public,
    q: Annotated[str | None, Query(max_length=80, description="Part of a name, in any of the languages.")] = None,
    level: Annotated[shown.Level | None, Query()] = None,
    within: Annotated[AreaCode | None, Query(description="Only what lies in this area.")] = None,
    limit: Annotated[int, Query(ge=1, le=600)] = 50,
) -> Response | shown.Places:
    """Return governorates, districts, sub-districts and towns: all, or those whose name fits."""
    if within is not None and places().area(within) is None:
        raise UnknownPlace(pointer="query/within")
    if _unchanged(request, response, "places.csv"):
        return Response(status_code=304, headers=dict(response.headers))
    found = places().search(q, level, within, limit)
    return shown.Places(items=[shown.Place.model_validate(one) for one in found], attribution=ATTRIBUTION)


@router.get("/places/at", response_model=shown.Places)
async def list_areas_at(
    _: Public, latitude: Annotated[float, Query(ge=-90, le=90)], longitude: Annotated[float, Query(ge=-180, le=180)]
) -> shown.Places:
    """Return the areas that a point lies in, the smallest first; nothing outside Iraq."""
    found = boundaries.areas_at(latitude, longitude)
    return shown.Places(items=[shown.Place.model_validate(one) for one in found], attribution=ATTRIBUTION)


@router.get("/places/{code}/boundary", response_model=None, responses={**UNCHANGED, **responses(NoBoundary)})
async def get_boundary(request: Request, response: Response, _: Public, code: AreaCode) -> Response:
    """Return the outline of an area as a GeoJSON feature (RFC 7946), WGS 84, simplified."""
    outline, area = boundaries.outline(code), places().area(code)
    if outline is None or area is None:
        raise NoBoundary()
    if _unchanged(request, response, "boundaries.json.gz"):
        return Response(status_code=304, headers=dict(response.headers))
    feature = {"type": "Feature", "id": code, "geometry": outline, "properties": {"level": area.level, "names": area.names}}
    headers = {"ETag": response.headers["ETag"], "Cache-Control": KEPT}
    return JSONResponse(feature | {"attribution": ATTRIBUTION}, media_type="application/geo+json", headers=headers)


def _unchanged(request: Request, response: Response, name: str) -> bool:
    """Write the headers that let the answer be kept; tell whether the caller has it already."""
    response.headers["ETag"] = _etag(name)
    response.headers["Cache-Control"] = KEPT
    return _etag(name) in request.headers.get("if-none-match", "")


@cache
def _etag(name: str) -> str:
    return f'"{sha256((DATA / name).read_bytes()).hexdigest()[:16]}"'
