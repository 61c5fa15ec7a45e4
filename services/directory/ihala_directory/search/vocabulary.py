"""What the words of a query may mean, read once: phrases that name needs, names of places, and words that say little.

A phrase is the set of its stems: the order and what stands between do not matter. `~` before a phrase says that it is only related.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from ihala_kit.folding import folded

from ihala_directory.needs import entries
from ihala_directory.places import DATA, LEVELS, Place, places
from ihala_directory.search.spelling import Spelling
from ihala_directory.search.stems import stem

TAGS = ("ar", "ckb", "en")
MEANT, RELATED = 2, 1
Phrase = frozenset[str]
_MARKS = ",.;:()،؛"
_WATER = re.compile(r"(?<!\w)(?:[وب]?ال|لل)?ماء(?!\w)")


class Vocabulary:
    """All that a query is read by."""

    def __init__(self) -> None:
        common = _rows("common_words.csv")
        self.stop = {word for row in common if row["kind"] == "stop" for word in _words(row)}
        self.weak = {stem(word) for row in common if row["kind"] == "weak" for word in _words(row)}
        self.before_place = {word for row in common if row["kind"] == "before_place" for word in _words(row)}
        self.meanings: dict[Phrase, dict[str, int]] = defaultdict(dict)
        self.said: dict[str, str] = {}  # a stem as somebody would write it
        self.places: dict[str, tuple[Place, ...]] = {}
        self.spelling = Spelling()
        self._read_needs()
        self.phrases: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in self.meanings:
            for part in phrase:
                self.phrases[part].append(phrase)
        self._read_places()

    def knows(self, part: str) -> bool:
        """Tell whether a stem is one of a phrase or a common word."""
        return part in self.phrases or part in self.weak

    def parts(self, text: str) -> list[str]:
        """Return the stems of a text without the words that say nothing."""
        return [stem(word) for word in said_words(text) if word not in self.stop]

    def _read_needs(self) -> None:
        for code, weight, text in need_phrases():
            phrase = frozenset(self.parts(text))
            if phrase:
                known = self.meanings[phrase]
                known[code] = max(weight, known.get(code, 0))
                self._remember(text)

    def _remember(self, text: str) -> None:
        for word in text.split():
            for plain in said_words(word):
                if plain not in self.stop:
                    self.said.setdefault(stem(plain), word.strip(_MARKS))
                    self.spelling.add(plain, stem(plain))

    def _read_places(self) -> None:
        by_name: dict[str, list[Place]] = defaultdict(list)
        for place in places().search(None, None, None, 10_000):
            for name in dict.fromkeys((*place.names.values(), *place.known_as)):
                key = place_key(folded(name).split(" "))
                if len(key) >= 3 and place not in by_name[key]:
                    by_name[key].append(place)
        for key, found in by_name.items():
            largest = min(LEVELS.index(one.level) for one in found)
            self.places[key] = tuple(one for one in found if LEVELS.index(one.level) == largest)
            self.spelling.add(key, key)
            self.said.setdefault(key, next(iter(self.places[key][0].names.values())))


def said_words(text: str) -> list[str]:
    """Return the folded words of a text; "ماء" (water), which folds into the word for "what", as its plural."""
    return [word for word in folded(_WATER.sub(" مياه ", text)).split(" ") if word]


def place_key(words: list[str]) -> str:
    """Return what names of a place have in common: no article, no space, no ending."""
    return "".join(stem(word) for word in words if word not in ("al", "el", "ad", "ash", "ar", "as", "at"))


def need_phrases() -> Iterator[tuple[str, int, str]]:
    """Yield for each need and domain what it is called: code, MEANT or RELATED, and the words."""
    for entry in entries().values():
        if entry.kind != "group":
            yield from ((entry.code, MEANT, name) for name in entry.names.values() if name)
    for row in _rows("synonyms.csv"):
        for tag in TAGS:
            for text in filter(None, row[tag].split("|")):
                yield row["code"], RELATED if text.startswith("~") else MEANT, text.removeprefix("~")


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _words(row: dict[str, str]) -> Iterator[str]:
    for tag in TAGS:
        yield from (folded(word) for word in row[tag].split("|"))


@cache
def vocabulary() -> Vocabulary:
    """Return it, read once."""
    return Vocabulary()
