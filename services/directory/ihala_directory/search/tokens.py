"""What stands in the index of one service: codes and stems with a letter before them that says what they are.

`n.` a need, `d.` its domain, `p.` an area it lies in, `s.` an area it says it serves, `u.` an area of which it serves a part, `k.` the
organisation's kind, `l.` a language, `x.` accessibility, `c.` a cell of the map, `w.` a word of its name, `o.` of its organisation's or
location's name, `t.` of its description; `g.` and `q.` are governorate and district, only counted.
"""

from collections.abc import Iterable, Mapping
from math import ceil, cos, floor, radians

from ihala_kit.folding import folded

from ihala_directory.places import places
from ihala_directory.search.stems import stem, without_clitic

CELL_DEGREES = 0.5
KM_A_DEGREE = 111.195
FACETS = {  # what is counted, and the letter of its tokens
    "needs": "n.", "governorates": "g.", "districts": "q.", "kind": "k.", "languages": "l.", "accessibility": "x.",
}  # fmt: skip


def of_needs(codes: Iterable[str]) -> set[str]:
    """Return the tokens of needs and of their domains."""
    return {token for code in codes for token in (f"n.{code}", f"d.{code.partition('.')[0]}")}


def of_place(code: str) -> set[str]:
    """Return the tokens of where something lies: the place and all it lies in; its governorate and district, to count."""
    place = places().get(code)
    if place is None:
        return set()
    counted = {f"g.{place.governorate}"} | ({f"q.{place.district}"} if place.district else set())
    return {f"p.{area}" for area in place.areas} | counted


def of_areas(codes: Iterable[str]) -> set[str]:
    """Return the tokens of the areas that are served."""
    found = [place for code in codes if (place := places().area(code))]
    return {f"s.{place.code}" for place in found} | {f"u.{above}" for place in found for above in place.areas[1:]}


def of_words(letter: str, texts: Iterable[Mapping[str, str]]) -> set[str]:
    """Return the tokens of names, in all their languages."""
    return {f"{letter}.{part}" for names in texts for name in names.values() for part in parts(name)}


def parts(name: str) -> set[str]:
    """Return the stems of a name; a word after an Arabic "and" is there without it, too."""
    words = [word for word in folded(name).split(" ") if word]
    bare = [without_clitic(word) for word in words if word.startswith("و") and len(word) > 4]
    return {stem(word) for word in (*words, *bare) if word}


def of_point(latitude: float, longitude: float) -> str:
    """Return the token of the cell of the map that a point (WGS 84) lies in."""
    return f"c.{floor(latitude / CELL_DEGREES)}.{floor(longitude / CELL_DEGREES)}"


def cells_around(latitude: float, longitude: float, km: float) -> list[str]:
    """Return the tokens of all cells that have a point at most `km` kilometres away."""
    south, west = km / KM_A_DEGREE / CELL_DEGREES, km / (KM_A_DEGREE * max(cos(radians(latitude)), 0.1)) / CELL_DEGREES
    row, line = latitude / CELL_DEGREES, longitude / CELL_DEGREES
    rows, lines = range(floor(row - south), ceil(row + south)), range(floor(line - west), ceil(line + west))
    return [f"c.{one}.{other}" for one in rows for other in lines]
