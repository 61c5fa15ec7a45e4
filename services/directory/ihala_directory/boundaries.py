"""The outlines of areas, from the package's own copy, and which areas a point lies in. Read at the first use: 1.5 MB of JSON."""

import gzip
import json
from functools import cache
from itertools import pairwise
from typing import Any

from ihala_directory.places import DATA, LEVELS, Place, places

Ring = list[tuple[float, float]]  # longitude, latitude; the last point is the first
Box = tuple[float, float, float, float]


def outline(code: str) -> dict[str, Any] | None:
    """Return the GeoJSON geometry (Polygon, WGS 84) of an area, or None."""
    return _outlines().get(code)


def areas_at(latitude: float, longitude: float) -> list[Place]:
    """Return the areas that the point lies in, the smallest first; nothing outside Iraq."""
    found = []
    for code, (box, rings) in _boxes().items():
        if box[0] <= longitude <= box[2] and box[1] <= latitude <= box[3] and _inside(rings, longitude, latitude):
            area = places().get(code)
            if area is not None:
                found.append(area)
    return sorted(found, key=lambda area: (-LEVELS.index(area.level), area.code))


def _inside(rings: list[Ring], x: float, y: float) -> bool:
    """Tell whether a ray from the point crosses the rings an odd number of times; holes count by themselves."""
    odd = False
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


@cache
def _outlines() -> dict[str, dict[str, Any]]:
    with gzip.open(DATA / "boundaries.json.gz") as file:
        found: dict[str, dict[str, Any]] = json.load(file)
        return found


@cache
def _boxes() -> dict[str, tuple[Box, list[Ring]]]:
    return {code: (_box(geometry["coordinates"][0]), geometry["coordinates"]) for code, geometry in _outlines().items()}


def _box(ring: Ring) -> Box:
    longitudes, latitudes = [point[0] for point in ring], [point[1] for point in ring]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)
