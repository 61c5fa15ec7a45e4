"""What is compared of a person. Pure."""

from dataclasses import dataclass
from datetime import date

from ihala_intake import marks
from ihala_intake.details import PersonDetails
from ihala_intake.same_person.names import Name, name, parts_of


@dataclass(frozen=True)
class Profile:
    """A person as the rules see them. `born` is only there when the day is known: 1 July means that it is not."""

    given: Name | None
    father: Name | None
    grandfather: Name | None
    family: Name | None
    mother: Name | None
    year: int | None
    born: date | None
    sex: str | None
    phones: frozenset[str]
    documents: frozenset[str]  # kind and number, as marks.py writes them


def profile(details: PersonDetails) -> Profile:
    """Return what is compared. Where no given name was written down, the call-name's words are read as names."""
    said = [] if details.given_name else parts_of(details.call_name)
    said += [""] * (3 - len(said))
    papers = frozenset(text for kind, text in marks.exact(details) if kind == marks.DOCUMENT)
    born = details.birth_on
    return Profile(
        given=name(details.given_name or said[0] or None), father=name(details.father_name or said[1] or None),
        grandfather=name(details.grandfather_name or said[2] or None), family=name(details.family_name, family=True),
        mother=name(details.mother_name), year=year_of(details),
        born=born if details.birth_day_known else None, sex=details.sex,
        phones=frozenset(phone.number for phone in details.phones), documents=papers,
    )  # fmt: skip


def year_of(details: PersonDetails) -> int | None:
    """Return the year of birth, as far as anybody knows it."""
    return details.birth_on.year if details.birth_on else details.birth_year
