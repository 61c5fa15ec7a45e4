"""What is said of a person, held against the calendar, the lists and itself. Pure."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from phonenumbers import SUPPORTED_REGIONS

from ihala_intake import codes, texts
from ihala_intake.details import ADULT_FROM_YEARS, Phone
from ihala_intake.models.persons import MemberIn, PhoneIn, Said

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


def phones_of(phones: Sequence[PhoneIn], elsewhere: Collection[str]) -> list[Phone]:
    """Return somebody's phones. One that stands at another member of the household is nobody's own, whatever was said of it."""
    return [_phone(phone, phone.number in elsewhere) for phone in phones]


def numbers_of_others(household: Sequence[Said], but: Said) -> set[str]:
    """Return the phone numbers that stand at the others."""
    return {phone.number for one in household if one is not but for phone in one.phones}


def members_with_needs(members: Sequence[MemberIn]) -> Iterator[tuple[int, MemberIn]]:
    """Yield those of the household who need something themselves, with their place in the list."""
    return ((n, member) for n, member in enumerate(members) if member.needs)


def _phone(said: PhoneIn, is_elsewhere: bool) -> Phone:
    known = Phone.model_validate(said.model_dump())
    return known.model_copy(update={"shared": True, "owner": "shared"}) if is_elsewhere else known
