"""One part of somebody's name, as it is compared: folded, and as it sounds. Pure; nothing here is ever shown or kept."""

import csv
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Final

from ihala_kit.folding import folded
from rapidfuzz.distance import JaroWinkler

from ihala_intake.same_person import sounds

_ONLY_KURDISH: Final = frozenset("ەێۆڕڵڤچگپژ")
_TITLES: Final = frozenset(
    {"السيد", "السيده", "الحاج", "الحاجه", "حجي", "شيخ", "الشيخ", "دكتور", "mr", "mrs", "haji", "sheikh", "dr", "كاك"}
)
_ARTICLES: Final = frozenset({"al", "el", "ul", "ال"})
_CALLED_AFTER_A_CHILD: Final = ("ابو", "ام", "abu", "um", "umm", "dayka", "bawka")
_SHORTEST_WITH_ARTICLE = 5

LETTERS_ALIKE = 0.88  # Jaro-Winkler of folded letters: one slip of the pen
SOUNDS_THE_SAME, SOUNDS_ALIKE, SOUNDS_UNSURE = 0.91, 0.82, 0.68


class Likeness(IntEnum):
    """How alike two names are."""

    OTHER = 0
    UNSURE = 1  # written in other letters, and too far to say either
    NEAR = 2
    SAME = 3


@dataclass(frozen=True)
class Name:
    """A name as it was given, without titles; `words` are folded."""

    plain: str
    words: tuple[str, ...]
    family: bool = False

    @cached_property
    def joined(self) -> str:
        """The folded words in one."""
        return "".join(self.words)

    @cached_property
    def heard(self) -> str:
        """As it sounds."""
        return sounds.sounds("".join(_without_article(word, self.family) for word in self._spoken()))

    @cached_property
    def key(self) -> str:
        """Its consonants: the same in whatever script."""
        return sounds.key(self.heard)

    @cached_property
    def is_plain_arabic(self) -> bool:
        """Whether it is written in Arabic letters, and not as Kurdish is."""
        return not self.joined.isascii() and _ONLY_KURDISH.isdisjoint(self.plain)

    def _spoken(self) -> list[str]:
        kept = [word for word in self.plain.replace("-", " ").replace("'", "").split() if folded(word) not in _TITLES | _ARTICLES]
        return kept or [self.plain]


@lru_cache(maxsize=20_000)  # most people share their names with many; a name by itself is nobody
def name(text: str | None, *, family: bool = False) -> Name | None:
    """Return a name to compare, or None when nothing was given."""
    words = tuple(word for word in folded(text or "").split() if word not in _ARTICLES)
    said = tuple(word for word in words if word not in _TITLES) or words
    if not said or text is None:
        return None
    return Name(text, tuple(_without_article(word, family) for word in said), family)


def parts_of(call_name: str) -> list[str]:
    """Return given, father's, grandfather's name as said in one breath; nothing for a code, or who is called after a child (أم يوسف)."""
    words = folded(call_name).split()
    if (
        not words
        or any(sign.isdigit() for sign in call_name)
        or words[0].startswith("ابو")
        or words[0] in _CALLED_AFTER_A_CHILD
        or call_name.strip().startswith(("أم ", "ام "))
    ):
        return []
    return words


def likeness(one: Name, other: Name) -> Likeness:
    """Return how alike two names are: letters where both are Arabic, sounds where one is not."""
    if one.joined == other.joined:
        return Likeness.SAME
    if one.is_plain_arabic and other.is_plain_arabic:
        return _written(one, other)
    alike = sounds.alike(one.heard, other.heard)
    if alike >= SOUNDS_THE_SAME:
        return Likeness.SAME
    if alike >= SOUNDS_ALIKE or _is_part(one, other):
        return Likeness.NEAR
    return Likeness.UNSURE if alike >= SOUNDS_UNSURE else Likeness.OTHER


def is_common(given: Name) -> bool:
    """Tell whether so many are called so that it says less."""
    return _known().get(given.joined, False)


def is_known(one: Name) -> bool:
    """Tell whether everybody knows it for a name of its own, and not a slip of another."""
    return one.joined in _known()


def _written(one: Name, other: Name) -> Likeness:
    if is_known(one) and is_known(other):
        return Likeness.OTHER  # two names that everybody knows apart: حسن, حسين
    alike = JaroWinkler.similarity(one.joined, other.joined) >= LETTERS_ALIKE or sounds.alike(one.heard, other.heard) >= SOUNDS_ALIKE
    return Likeness.NEAR if alike or _is_part(one, other) else Likeness.OTHER


def _is_part(one: Name, other: Name) -> bool:
    """A double name of which somebody wrote one half."""
    shorter, longer = sorted((one.words, other.words), key=len)
    return len(longer) > len(shorter) and longer[: len(shorter)] == shorter


def _without_article(word: str, family: bool) -> str:
    return word[2:] if family and word.startswith("ال") and len(word) >= _SHORTEST_WITH_ARTICLE else word


@cache
def _known() -> dict[str, bool]:
    """Return names that are different people's however alike they look, folded; true: very common."""
    with (files("ihala_intake") / "data" / "given_names.csv").open("r", encoding="utf-8") as file:
        return {folded(row["name"]).replace(" ", ""): row["common"] == "yes" for row in csv.DictReader(file)}
