"""The places of Iraq, from the package's own copy of the list: codes, names in three languages, points, and what lies in what."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ihala_kit import folding

from ihala_directory.errors import UnknownPlace

DATA = Path(__file__).parent / "data"
SOUTH, NORTH, WEST, EAST = 28.5, 38.0, 38.0, 49.5  # around Iraq, with a margin; no latitude is one of its longitudes
LEVELS = ("governorate", "district", "sub-district", "town")


@dataclass(frozen=True, slots=True)
class Place:
    """One place; `areas` are the codes of what it lies in, itself first when it is an area, its governorate last."""

    code: str
    level: str
    parent: str | None
    names: dict[str, str]
    latitude: float
    longitude: float
    areas: tuple[str, ...]
    known_as: tuple[str, ...] = field(repr=False)  # folded, for search

    @property
    def point(self) -> tuple[float, float]:
        """Return latitude and longitude, WGS 84."""
        return self.latitude, self.longitude

    @property
    def governorate(self) -> str:
        """Return the code of its governorate."""
        return self.areas[-1]

    @property
    def district(self) -> str | None:
        """Return the code of its district, if it lies in one."""
        return self.areas[-2] if len(self.areas) > 1 else None


class Places:
    """All places by code."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self._by_code: dict[str, Place] = {}
        self._within: dict[str, list[str]] = defaultdict(list)  # the areas in each, itself first
        for row in rows:  # an area stands before what lies in it
            place = self._place(row)
            self._by_code[place.code] = place
            for area in place.areas if place.level != "town" else ():
                self._within[area].append(place.code)

    def _place(self, row: dict[str, str]) -> Place:
        above = self._by_code[row["parent"]].areas if row["parent"] else ()
        areas = above if row["level"] == "town" else (row["code"], *above)
        names = {tag: row[f"name_{tag}"] for tag in ("ar", "ckb", "en") if row[f"name_{tag}"]}
        known_as = tuple(folded(name) for name in (*names.values(), *row["other_names"].split("|")) if name)
        point = float(row["latitude"]), float(row["longitude"])
        return Place(row["code"], row["level"], row["parent"] or None, names, *point, areas, known_as)

    def get(self, code: str) -> Place | None:
        """Return the place of that code, or None."""
        return self._by_code.get(code)

    def area(self, code: str) -> Place | None:
        """Return the area (governorate, district, sub-district) of that code; None for a town too."""
        found = self._by_code.get(code)
        return None if found is None or found.level == "town" else found

    def around(self, code: str) -> list[str]:
        """Return the codes of the areas that a service near this place may say it serves: what it lies in, itself, and what lies in it.

        Raises UnknownPlace (422).
        """
        here = self._by_code.get(code)
        if here is None:
            raise UnknownPlace()
        within = self._within.get(code, [])
        return [*within, *(area for area in here.areas if area not in within)]

    def search(self, words: str | None, level: str | None, within: str | None, limit: int) -> list[Place]:
        """Return at most `limit` places, those whose name begins with `words` first, larger areas before smaller ones."""
        sought = folded(words) if words else ""
        found = [place for place in self._by_code.values() if _fits(place, sought, level, within)]
        found.sort(key=lambda place: (not any(name.startswith(sought) for name in place.known_as), LEVELS.index(place.level), place.code))
        return found[:limit]


def folded(text: str) -> str:
    """Return the text in folded letters (ihala_kit.folding) and without spaces: names of places are written in one word or in two."""
    return folding.folded(text).replace(" ", "")


def in_iraq(latitude: float, longitude: float) -> bool:
    """Tell whether a point (WGS 84) may lie in Iraq: near its outline is near enough."""
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def _fits(place: Place, sought: str, level: str | None, within: str | None) -> bool:
    if level and place.level != level:
        return False
    if within and (within not in place.areas or place.code == within):
        return False
    return not sought or any(sought in name for name in place.known_as)


@cache
def places() -> Places:
    """Return the list, read once."""
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as file:
        return Places(list(csv.DictReader(file)))
