"""What is said of a person, held against the calendar, the lists and itself. Pure."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel

from ihala_intake import codes, texts
from ihala_intake.details import ADULT_FROM_YEARS, PersonDetails
from ihala_intake.models.base import Body
from ihala_intake.models.persons import MemberIn, Said
from ihala_intake.ways_in.natural import same_as

BAGHDAD_IS_AHEAD_BY = timedelta(hours=3)
_COUNTRIES = frozenset(SUPPORTED_REGIONS)  # ISO 3166-1 but for lands where nobody lives; we have no other list of countries

Wrong = tuple[str, str]  # the field, from the person on, and what is wrong with it


def wrong_with(said: Said, at: datetime) -> Iterator[Wrong]:
    """Yield what is wrong with what is said of a person at `at`: a group or place that is not in its list, a day to come."""
    today = (at + BAGHDAD_IS_AHEAD_BY).date()
    if said.status is not None and not codes.is_group(said.status):
        yield "status", "unknown_group"
    if said.birth_year is not None and said.birth_year > today.year:
        yield "birth_year", "not_a_birth"
    if said.birth_on is not None and not (said.birth_on.year >= 1900 and said.birth_on <= today):
        yield "birth_on", "not_a_birth"
    elif said.birth_on is not None and said.birth_year not in (None, said.birth_on.year):
        yield "birth_on", "births_differ"
    if said.guardian is not None and is_of_age(said, today.year):
        yield "guardian", "guardian_of_an_adult"
    place = getattr(said, "place", None)
    if place is not None and codes.place(place) is None:
        yield "place", "unknown_place"
    for n, movement in enumerate(said.movements):
        for name, day in (("since", movement.since), ("until", movement.until)):
            if day is not None and texts.first_day(day) > (today.year, today.month, today.day):
                yield f"movements/{n}/{name}", "in_the_future"
        if movement.country is not None and movement.country not in _COUNTRIES:
            yield f"movements/{n}/country", "unknown_country"
        if movement.place is not None and codes.place(movement.place) is None:
            yield f"movements/{n}/place", "unknown_place"


def is_of_age(said: Said, year: int) -> bool:
    """Tell whether somebody is known to be 18 or more: by the year, since many days of birth are the registry's 1 July."""
    born = said.birth_on.year if said.birth_on else said.birth_year
    return born is not None and year - born > ADULT_FROM_YEARS


def stands_alone(said: Said) -> bool:
    """Tell whether a minor has nobody safe: everything about them is then restricted, and no guardian of theirs reads it."""
    return said.guardian is not None and said.guardian.state in ("none", "unsafe")


def names_somebody(said: Said) -> bool:
    """Tell whether what is said would name the person, or lead to them or to those around them."""
    named = (said.given_name, said.father_name, said.grandfather_name, said.family_name, said.mother_name, said.transliteration)
    leading = (said.phones, said.other_ways, said.trusted_contact, said.guardian, said.documents, said.address, said.birth_on)
    return any((*named, *leading))


def reached_at(who: Said | PersonDetails) -> set[str]:
    """Return the phone numbers and e-mail addresses that stand at somebody."""
    return {phone.number for phone in who.phones} | {way.address.casefold() for way in who.other_ways if way.address}


def nobodys_own(details: PersonDetails, elsewhere: Collection[str]) -> PersonDetails:
    """Return the same person. A phone or an e-mail that stands at another member of the household is nobody's own, whatever was said."""
    shared = {"shared": True, "owner": "shared"}
    return details.model_copy(update={
        "phones": [one.model_copy(update=shared) if one.number in elsewhere else one for one in details.phones],
        "other_ways": [
            one.model_copy(update={"own": False}) if one.address and one.address.casefold() in elsewhere else one
            for one in details.other_ways
        ],
    })  # fmt: skip


def said_of(said: Said, known: PersonDetails | None) -> dict[str, Any]:
    """Return what was said of somebody. Of who is known, what a telling leaves out stays: no default is a word."""
    found = said.model_dump(exclude={"needs", "consent"})
    if known is None:
        return found
    if "language_written" not in said.model_fields_set:
        found["language_written"] = None
    for name in ("phones", "other_ways", "documents"):
        before = getattr(known, name)
        found[name] = [_filled(one, next((old for old in before if same_as(one, old)), None)) for one in getattr(said, name)]
    return found


def reached_by_others(household: Sequence[Said], but: Said) -> set[str]:
    """Return the phone numbers and e-mail addresses that stand at the others."""
    return {way for one in household if one is not but for way in reached_at(one)}


def members_with_needs(members: Sequence[MemberIn]) -> Iterator[tuple[int, MemberIn]]:
    """Yield those of the household who need something themselves, with their place in the list."""
    return ((n, member) for n, member in enumerate(members) if member.needs)


def _filled(said: Body, known: BaseModel | None) -> dict[str, Any]:
    """Return what was said, and what is known of what was left out."""
    return said.model_dump() if known is None else known.model_dump() | said.model_dump(exclude_unset=True)
