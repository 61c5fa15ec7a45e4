"""One person as a row for Splink. Pure; rows live in memory only, and only while their years are compared."""

from typing import Any, Final

from ihala_intake.details import PersonDetails
from ihala_intake.same_person import names
from ihala_intake.same_person.names import Name
from ihala_intake.same_person.profile import profile
from ihala_intake.same_person.rules import rules

PARTS: Final = ("given", "father", "grandfather", "family", "mother")
SHARED: Final = PARTS[1:]
Row = dict[str, Any]


def row(number: int, turn: int, details: PersonDetails) -> Row:
    """Return a row: `number` tells whose it is within one comparison, `turn` when its years are compared (see spans.py)."""
    person = profile(details)
    own = {one for one in person.documents if one.partition("\n")[0] in rules()["own_papers"]}
    found: Row = {
        "unique_id": number, "turn": turn, "sex": person.sex, "year": person.year, "phones": sorted(person.phones) or None,
        "born": None if person.born is None else person.born.toordinal(),
        "own_papers": sorted(own) or None, "family_papers": sorted(person.documents - own) or None,
    }  # fmt: skip
    for part in PARTS:
        said: Name | None = getattr(person, part)
        found |= dict(zip(columns_of(part), _NOTHING if said is None else _spoken(said, part), strict=True))
    return found


def columns_of(part: str) -> list[str]:
    """Return the columns of one part of the name: letters, first word, sounds without short vowels, consonants; whether its letters are
    Arabic alone, and whether everybody knows it for a name of its own.
    """
    return [part, *(f"{part}_{what}" for what in ("first", "heard", "key", "plain", "known"))]


_NOTHING: Final = (None,) * 6
_SHORT: Final = str.maketrans("", "", "aiu")  # short vowels, which Arabic does not write


def _spoken(said: Name, part: str) -> tuple[str | bool | None, ...]:
    first = Name(said.words[0], said.words[:1], said.family)
    key = first.key if part == "mother" else said.key  # a mother is often written with her father's name: her own alone
    return said.joined, first.joined, said.heard.translate(_SHORT), key or None, said.is_plain_arabic, names.is_known(said)
