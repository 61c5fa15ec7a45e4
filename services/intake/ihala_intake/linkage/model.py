"""What a level of agreement weighs, and when a pair may be proposed at all. Pure; the numbers are data (data/linkage.json), with a version.

m is how often two records of one person agree so, u how often two records do that were compared and are of different people. Both were
counted on synthetic households from a seed (`python -m tests.bench.linkage_training`), behind the gate: without it brothers and sisters,
who share everything but given name and year, would look like one.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log2
from typing import Any, Final

from ihala_intake.same_person.rules import Level, rules

GATE: Final = "gate.open"  # the code of what a pair weighs before anything but the gate is asked


@dataclass(frozen=True)
class Likely:
    """Two rows that look like one person: how they agree (codes), and what that weighs, in bits."""

    one: int
    other: int
    codes: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class Agreement:
    """One level: its code, and the two probabilities."""

    code: str
    m: float
    u: float

    @property
    def weight(self) -> float:
        """What it says, in bits; less than nothing: against."""
        return log2(self.m / self.u)


@dataclass(frozen=True)
class Levels:
    """How one thing may agree, the closest first."""

    name: str
    levels: tuple[Agreement, ...]

    def code(self, value: int) -> str | None:
        """Return the code of a level as Splink counts them: from 0, the last, up; -1: one side does not say it."""
        return None if value < 0 else self.levels[len(self.levels) - 1 - value].code


@cache
def model() -> dict[str, Any]:
    """Return the model. `base` is the weight of GATE: with it no pair that is worth a look weighs less than nothing."""
    found: dict[str, Any] = json.loads((files("ihala_intake") / "data" / "linkage.json").read_text("utf-8"))
    return found


@cache
def levels(name: str) -> Levels:
    """Return the levels of one thing that is compared."""
    return Levels(name, tuple(Agreement(f"{name}.{how}", m, u) for how, m, u in model()["levels"][name]))


@cache
def weight(code: str) -> float:
    """Return what a code weighs, in bits."""
    if code == GATE:
        return float(model()["base"])
    [found] = [level.weight for level in levels(code.partition(".")[0]).levels if level.code == code]
    return found


def words(code: str) -> dict[str, str] | None:
    """Return a code in words by language; None where it says too little to be told."""
    found: dict[str, str] | None = model()["words"].get(code) or rules()["words"].get(code)
    return found


def told(codes: Iterable[str]) -> list[str]:
    """Return what is written down of a pair's codes: what has words, the gate first."""
    return [GATE, *(code for code in codes if words(code))]


def gate(codes: Collection[str]) -> bool:
    """Tell whether the two may be one at all, as registration asks: a given name that is the same and at most a year between them, one
    that is alike and the same year, or a paper that is one person's alone.
    """
    if "document.same" in codes:
        return True
    if "birth.apart" in codes:
        return False
    return "given.same" in codes or ("given.near" in codes and "birth.near" not in codes)


def level(weighs: float) -> Level | None:
    """Return what a pair of this weight is called; None when not worth anybody's look."""
    if weighs >= model()["probable_from"]:
        return Level.PROBABLE
    return Level.POSSIBLE if weighs >= model()["possible_from"] else None
