"""What matching and statistics need to know of a person and nothing else: travels sealed to referral, never for a restricted need. Pure."""

from datetime import datetime
from typing import TypedDict

from ihala_intake.details import PersonDetails


class Facts(TypedDict):
    """The sealed JSON, as referral and directory read it. Null: not known."""

    age: int | None  # years
    sex: str | None
    status: str | None  # group.* code
    household_size: int | None
    languages: list[str]  # spoken first, then written, if another
    requirements: list[str]
    disability: bool | None  # as the Washington Group counts it; for statistics: referral passes it on to nobody


def facts_of(person: PersonDetails, at: datetime) -> Facts:
    """Return the facts as they are at `at`."""
    languages = [language for language in (person.language_spoken, person.language_written) if language]
    return Facts(
        age=person.age(at), sex=person.sex, status=person.status, household_size=person.household_size,
        languages=list(dict.fromkeys(languages)), requirements=person.requirements,
        disability=_disability(person),
    )  # fmt: skip


def _disability(person: PersonDetails) -> bool | None:
    said = person.disabilities
    if said is None or not {"no", "some", "a_lot", "cannot"} & {*said.model_dump().values()}:
        return None
    return said.counts
