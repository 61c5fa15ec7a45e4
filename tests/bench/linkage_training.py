"""`python -m tests.bench.linkage_training`: count m and u of the batch review on synthetic households, and write data/linkage.json.

From a seed that no measurement uses. Counted are the pairs that Splink compares and the gate lets through: what is rare among them tells
one person from two, while among any two people it would only tell strangers from kin. Papers are not in the set; theirs stay as they are.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from ihala_intake.linkage import engine, model
from ihala_intake.linkage.columns import row

from tests.bench.intake_matching import names, same
from tests.bench.people import records

SEED, PERSONS, AGAIN = 77, 40_000, 0.185
Level = list[Any]  # its name, m, u
FILE = Path(model.__file__).parents[1] / "data" / "linkage.json"
BY_HAND = {
    "document.same",
    "document.family",
    "document.other",
    "given.unsure",
    "given.other",
    "birth.apart",
}  # what the set or the gate lacks
MOST_BITS = 6  # for what is not a paper: a phone that in the set only ever one household has is a whole street's elsewhere


def main() -> None:
    """Count and write; every pair is looked at, however little it weighs."""
    people = list(records(SEED, PERSONS, AGAIN, names()))
    true = same([one.truth for one in people])
    written = json.loads(FILE.read_text("utf-8"))
    model.model()["possible_from"] = -1000.0
    found = engine.likely([engine.packed([row(number, 0, one.details) for number, one in enumerate(people)])], 2.0)
    counted = {is_one: Counter[str]() for is_one in (True, False)}
    for pair in found:
        counted[(min(pair.one, pair.other), max(pair.one, pair.other)) in true].update(pair.codes)
    for name, levels in written["levels"].items():
        written["levels"][name] = [_fitted(counted, name, level, levels) for level in levels]
    FILE.write_text(_pretty(written), "utf-8")
    print(f"{len(found):,} pairs, {len(true):,} of {len(people):,} records are true ones")


def _fitted(counted: dict[bool, Counter[str]], name: str, level: Level, levels: list[Level]) -> Level:
    how = level[0]
    if f"{name}.{how}" in BY_HAND:
        return level
    m, u = (_share(counted[is_one], name, how, levels) for is_one in (True, False))
    return [how, m, max(u, round(m / 2**MOST_BITS, 6))]


def _share(counted: Counter[str], name: str, how: str, levels: list[Level]) -> float:
    """Return how often it was so, as if each level had been seen half a time more: what never happened may happen."""
    every = sum(counted[f"{name}.{other}"] + 0.5 for other, *_ in levels)
    return round((counted[f"{name}.{how}"] + 0.5) / every, 6)


def _pretty(written: dict[str, object]) -> str:
    """Return JSON with a line for each thing that is said."""
    lines = []
    for name, value in written.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"  {json.dumps(key)}: {json.dumps(one, ensure_ascii=False)}" for key, one in value.items())
            lines.append(f" {json.dumps(name)}: {{\n{inner}\n }}")
        else:
            lines.append(f" {json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
