"""By what a person is found again besides a phone or a document's number (ihala_intake.marks): names together. Pure.

Names are never marked alone, since how often a mark occurs would give common names away: only two or three of them together, or with
the year of birth. As they sound, so that the letters they are written in do not matter.
"""

from collections.abc import Iterable
from typing import Final

from ihala_intake import marks
from ihala_intake.details import PersonDetails
from ihala_intake.same_person.names import Name
from ihala_intake.same_person.profile import Profile, profile

Mark = tuple[str, str]  # kind, which is stored in the clear, and the text that the keyed hash is made of

# kind: which names, and whether the year of birth belongs to it
COMPOSED: Final[dict[str, tuple[tuple[str, ...], bool]]] = {
    "gfh": (("given", "father", "grandfather"), False),
    "gfy": (("given", "father"), True),
    "ghy": (("given", "grandfather"), True),
    "gny": (("given", "family"), True),
    "gm": (("given", "mother"), False),
    "fhy": (("father", "grandfather"), True),
}
NAMING: Final = tuple(kind for kind, (parts, _) in COMPOSED.items() if "given" in parts)  # what brothers and sisters do not share
# Whoever has a mark in common has the names of one of these in common.
FEWEST: Final = tuple(
    parts for parts, _ in COMPOSED.values() if not any(set(fewer) < set(parts) for fewer, _ in COMPOSED.values())
)  # fmt: skip
# How much a mark in common says: whoever has the most is opened and compared, the others are left alone.
WEIGHT: Final = {marks.DOCUMENT: 12, marks.PHONE: 3, "gfh": 5, "gfy": 5, "ghy": 4, "gny": 3, "gm": 4, "fhy": 2}


def composed(details: PersonDetails) -> frozenset[Mark]:
    """Return the marks of the person's names."""
    return _composed(profile(details), spread=(0,))


def looked_for(details: PersonDetails) -> frozenset[Mark]:
    """Return by what to look for the person: as above, and the year of birth may be one off."""
    return _composed(profile(details), spread=(-1, 0, 1)) | frozenset(marks.exact(details))


def held(details: PersonDetails) -> frozenset[Mark]:
    """Return what nobody else may bring at the same time: fewer than the marks, and two who share a mark share one of these."""
    person = profile(details)
    named = {parts: [getattr(person, part) for part in parts] for parts in FEWEST}
    found = {(_together(parts), "\n".join(map(_key, parts, names))) for parts, names in named.items() if all(names)}
    return frozenset(found) | frozenset(marks.exact(details))


def _together(parts: Iterable[str]) -> str:
    return "+".join(parts)


def _composed(person: Profile, spread: Iterable[int]) -> frozenset[Mark]:
    found: set[Mark] = set()
    for kind, (parts, with_year) in COMPOSED.items():
        names = [getattr(person, part) for part in parts]
        if not all(names) or (with_year and person.year is None):
            continue
        years = [str(person.year + off) for off in spread] if with_year and person.year is not None else [""]
        found |= {(kind, "\n".join([*map(_key, parts, names), year])) for year in years}
    return frozenset(found)


def _key(part: str, name: Name) -> str:
    """A mother is often written with her father's name: her own alone."""
    return name.key if part != "mother" or len(name.words) == 1 else Name(name.words[0], name.words[:1]).key
