"""Outlines of areas, and which areas a point lies in."""

from itertools import pairwise

import aiohttp
import pytest
from ihala_directory import boundaries
from ihala_directory.places import places

from tests.directory.world import People, slug

TELAFAR, MOSUL, ERBIL = (36.376, 42.449), (36.340, 43.130), (36.191, 44.009)


@pytest.mark.parametrize(("point", "governorate"), [(TELAFAR, "IQG15"), (MOSUL, "IQG15"), (ERBIL, "IQG11")])
def test_a_point_lies_in_its_areas(point: tuple[float, float], governorate: str) -> None:
    found = boundaries.areas_at(*point)
    assert [area.level for area in found] == ["sub-district", "district", "governorate"]
    assert found[-1].code == governorate
    assert all(outer.code in inner.areas for inner, outer in pairwise(found))


def test_outside_iraq_there_is_nothing() -> None:
    assert boundaries.areas_at(48.85, 2.35) == []


def test_every_outline_is_a_closed_ring_of_a_known_area() -> None:
    known = [place for place in places().search(None, None, None, 600) if place.level != "town"]
    with_outline = [place for place in known if boundaries.outline(place.code)]
    assert len(with_outline) == 413
    for place in with_outline:
        geometry = boundaries.outline(place.code)
        assert geometry is not None and geometry["type"] == "Polygon"
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in geometry["coordinates"])


async def test_both_are_public(http: aiohttp.ClientSession, people: People) -> None:
    nobody = people.nobody()
    async with http.get("/v1/places/at", params={"latitude": TELAFAR[0], "longitude": TELAFAR[1]}, headers=nobody) as here:
        assert here.status == 200 and (await here.json())["items"][-1]["code"] == "IQG15"
    async with http.get("/v1/places/IQG15/boundary", headers=nobody) as outline:
        assert outline.headers["Content-Type"].startswith("application/geo+json")
        assert (await outline.json(content_type=None))["geometry"]["type"] == "Polygon"
        tag = outline.headers["ETag"]
    async with http.get("/v1/places/IQG15/boundary", headers=nobody | {"If-None-Match": tag}) as unchanged:
        assert unchanged.status == 304
    async with http.get("/v1/places/IQG99/boundary", headers=nobody) as unknown:
        assert await slug(unknown, 404) == "no-boundary"
    async with http.get("/v1/places/at", params={"latitude": 91, "longitude": 0}, headers=nobody) as impossible:
        assert impossible.status == 422
