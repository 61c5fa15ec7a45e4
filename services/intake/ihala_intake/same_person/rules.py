"""How much two persons look like one. Pure; the numbers are data (data/same_person.json), with a version.

Given name and year of birth are a gate, not a weight: brothers and sisters share everything else.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from ihala_intake.same_person.names import Likeness, Name, is_common, likeness
from ihala_intake.same_person.profile import Profile

_COMPARED = ("father", "grandfather", "family", "mother")


class Level(StrEnum):
    """How sure it looks. Either is only ever proposed."""

    POSSIBLE = "possible"
    PROBABLE = "probable"


@dataclass(frozen=True)
class Comparison:
    """How alike two persons are, and why: codes of data/same_person.json, in the order of the rules."""

    score: float
    reasons: tuple[str, ...]

    @property
    def level(self) -> Level | None:
        """What it is called; None when not worth anybody's look."""
        if self.score >= rules()["probable_from"]:
            return Level.PROBABLE
        return Level.POSSIBLE if self.score >= rules()["possible_from"] else None


APART = Comparison(0.0, ())


@cache
def rules() -> dict[str, Any]:
    """Return the ruleset."""
    found: dict[str, Any] = json.loads((files("ihala_intake") / "data" / "same_person.json").read_text("utf-8"))
    return found


def compare(one: Profile, other: Profile, sharing: int = 0) -> Comparison:
    """Return how alike two persons are; APART when the gate is closed.

    `sharing` counts how many share the rarest of the marks that both have: names that few have say more. 0: not known.
    """
    reasons = _gate(one, other)
    if reasons is None:
        return APART
    for part in _COMPARED:
        reasons += _name(part, getattr(one, part), getattr(other, part))
    reasons += _birth(one, other)
    if one.sex and other.sex and one.sex != other.sex:
        reasons.append("sex.other")
    if one.phones & other.phones:
        reasons.append("phone.same")
    if _own_paper(one, other):
        reasons.append("document.same")
    elif one.documents & other.documents:
        reasons.append("document.family")
    if sharing:
        reasons.append("names.alone" if sharing == 1 else "names.few" if sharing <= rules()["few"] else "names.many")
    return Comparison(round(sum(map(weight, reasons)), 1), tuple(reasons))


def _gate(one: Profile, other: Profile) -> list[str] | None:
    """Return how the given names agree, or None when the gate is closed: names apart, years apart, or only alike and a year apart, as
    two sisters are. A paper that is one person's alone opens it for a wrong year, a missing name, or a name gone wrong on the same day.
    """
    apart = 0 if one.year is None or other.year is None else abs(one.year - other.year)
    near, own = apart <= rules()["years_apart"], _own_paper(one, other)
    if not near and not own:
        return None  # whatever the names are, which take longest to compare
    if one.given is None or other.given is None:
        return [] if own and near else None
    alike = likeness(one.given, other.given)
    if alike is Likeness.SAME:
        return ["given.same_common" if is_common(one.given) or is_common(other.given) else "given.same"]
    if alike is Likeness.NEAR and (apart == 0 or own):
        return ["given.near"]
    return ["given.other"] if own and one.born is not None and one.born == other.born else None


def _own_paper(one: Profile, other: Profile) -> bool:
    """Tell whether they share a paper that is one person's alone, as a ration card is not."""
    return any(text.partition("\n")[0] in rules()["own_papers"] for text in one.documents & other.documents)


def _name(part: str, one: Name | None, other: Name | None) -> list[str]:
    if one is None or other is None:
        return []
    alike = likeness(one, other)
    if part == "mother" and alike is Likeness.OTHER and len(one.words) != len(other.words):
        alike = likeness(Name(one.words[0], one.words[:1]), Name(other.words[0], other.words[:1]))
    return [] if alike is Likeness.UNSURE else [f"{part}.{alike.name.lower()}"]


def _birth(one: Profile, other: Profile) -> list[str]:
    if one.year is None or other.year is None:
        return []
    apart = abs(one.year - other.year)
    if one.born is not None and other.born is not None and apart <= rules()["years_apart"]:
        return ["birth.day" if one.born == other.born else "birth.other_day"]
    return ["birth.year" if apart == 0 else "birth.near" if apart <= rules()["years_apart"] else "birth.apart"]


@cache
def weight(reason: str) -> float:
    """Return how much a reason says; less than nothing: against."""
    what, _, how = reason.partition(".")
    return float(rules()["weights"][what][how])
