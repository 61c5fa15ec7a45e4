"""Words that differ by a letter or two: both are known by what is left of them without some letter (so no word is compared with all)."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

SHORTEST = 4  # letters of a word that is put right
LONG = 8  # from here on two letters may be wrong
LONGEST = 24


def shortened(word: str, letters: int = 1) -> Iterator[str]:
    """Yield the word without any `letters` of its letters."""
    for out in combinations(range(len(word)), letters):
        yield "".join(letter for index, letter in enumerate(word) if index not in out)


def keys(word: str) -> set[str]:
    """Return what a word is looked up by when one letter may be wrong, missing, too much or two exchanged; itself too."""
    return {word, *(shortened(word) if SHORTEST <= len(word) <= LONGEST else ())}


class Spelling:
    """Known words, each with what it stands for (its stem)."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._said: dict[str, int] = defaultdict(int)  # how often what it stands for is said in names of needs and places
        self._by_key: dict[str, set[str]] = defaultdict(set)

    def add(self, word: str, stands_for: str) -> None:
        """Know one more word, or hear it once more."""
        self._said[stands_for] += 1
        if word in self._words:
            return
        self._words[word] = stands_for
        for key in keys(word):
            self._by_key[key].add(word)
        if LONG <= len(word) <= LONGEST:
            for key in shortened(word, 2):
                self._by_key[key].add(word)

    def near(self, word: str) -> list[tuple[int, str]]:
        """Return what known words at most two letters away stand for, with how many, the nearest first; of equals what is said most."""
        if not SHORTEST <= len(word) <= LONGEST:
            return []
        sought = keys(word) | (set(shortened(word, 2)) if len(word) >= LONG else set())
        found: dict[str, tuple[int, int, int, str]] = {}
        for known in set().union(*(self._by_key.get(key, ()) for key in sought)):
            away = distance(word, known)
            if away <= (2 if min(len(word), len(known)) >= LONG else 1):
                stands_for = self._words[known]
                rank = (away, int(known[0] != word[0]), -self._said[stands_for], known)
                found[stands_for] = min(rank, found.get(stands_for, rank))
        return [(rank[0], stands_for) for stands_for, rank in sorted(found.items(), key=lambda item: item[1])]

    def beginning(self, start: str) -> str | None:
        """Return what the shortest known word that begins so stands for."""
        found = [word for word in self._words if word.startswith(start)]
        return self._words[min(found, key=lambda word: (len(word), word))] if found else None


def distance(one: str, other: str) -> int:
    """Return how many letters must be put in, left out, replaced or exchanged with the next."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
