"""Who agrees for a person under 18, and when that is not enough: pure. Source: domain section 8."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ihala_intake.details import ADULT_FROM_YEARS, PersonDetails

ASSENT_FROM_YEARS = 7  # younger children are told and heard, but need not say yes themselves; DECISIONS.md

State = Literal["given", "refused", "awaited"]
Assent = Literal["given", "refused", "too_young"]


@dataclass(frozen=True)
class Minor:
    """A person who may be under 18. `alone`: nobody safe stands for them."""

    age: int
    alone: bool


def minor(person: PersonDetails, at: datetime, *, spoken_for: bool = False) -> Minor | None:
    """Return what matters of a person who may be under 18; None for an adult.

    A known day of birth is exact; a year alone counts on the safe side, since 1 July stands for an unknown day. Where no birth is known
    it is a child if a guardian is known or somebody spoke for them (`spoken_for`), else an adult.
    """
    age = _age(person, at)
    if age is None:
        age = 0 if spoken_for or person.guardian is not None else ADULT_FROM_YEARS
    if age >= ADULT_FROM_YEARS:
        return None
    return Minor(age, alone=person.guardian is not None and person.guardian.state != "person")


def state_of(given: bool, child: Minor | None, assent: Assent | None, guardian_agreed: bool | None) -> State:
    """Return how a consent stands: a minor's waits for a decision unless both the child and a safe guardian agree."""
    if not given:
        return "refused"
    if child is None:
        return "given"
    assents = assent == "given" or (assent == "too_young" and child.age < ASSENT_FROM_YEARS)
    return "given" if assents and guardian_agreed is True and not child.alone else "awaited"


def _age(person: PersonDetails, at: datetime) -> int | None:
    """Years at least completed: where only the year is known, the birthday is taken to be still to come."""
    if person.birth_on is not None and person.birth_day_known:
        had_birthday = (at.month, at.day) >= (person.birth_on.month, person.birth_on.day)
        return max(at.year - person.birth_on.year - (not had_birthday), 0)
    year = person.birth_on.year if person.birth_on else person.birth_year
    return None if year is None else max(at.year - year - 1, 0)
