"""The people of a request who are not restricted: the one who asks, and the household, each with a key of their own."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ihala_contracts.intake_v1 import LARGEST_HOUSEHOLD, Sensitivity
from ihala_kit.db import caller_of
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, people_store
from ihala_intake.commands.known import Known, bring_up_to_date, reached
from ihala_intake.commands.people import add_person, details_of, member_details, share_ways
from ihala_intake.details import PersonDetails
from ihala_intake.keys import Key
from ihala_intake.models.requests import RequestIn
from ihala_intake.people_errors import HouseholdTooLarge
from ihala_intake.person_rules import reached_at
from ihala_intake.tables import Household, HouseholdMember


@dataclass(frozen=True)
class Kept:
    """Somebody whose row is stored."""

    person_id: UUID
    key: Key
    details: PersonDetails


@dataclass(frozen=True)
class Home:
    """Who is stored of a request, by their place in the household's list; None: the one who asks."""

    household_id: UUID | None
    kept: dict[int | None, Kept] = field(default_factory=dict)


@dataclass(frozen=True)
class Telling:
    """A request as far as its people go."""

    tx: AsyncSession
    body: RequestIn
    at: datetime
    operator_id: UUID
    origin_id: UUID
    known: Known | None  # the one who asks, if the origin brought them before


async def settle(telling: Telling, *, with_asker: bool) -> Home:
    """Store who is not stored yet. Without the asker, whose every need is restricted, the household does not know them.

    Raises HouseholdTooLarge (409) where those who are told of now and those told of before are too many.
    """
    household_id = await _household(telling)
    home = Home(household_id)
    if with_asker:
        home.kept[None] = await _asker(telling, household_id)
    if household_id is not None:
        await _settle_members(telling, home, household_id)
        await _share_ways(telling, home)
    return home


def join(
    tx: AsyncSession, household_id: UUID, person_id: UUID, at: datetime, *, operator_id: UUID, origin_id: UUID
) -> HouseholdMember:  # fmt: skip
    """Write down that somebody lives there from now on."""
    row = HouseholdMember(
        id=new_id(), household_id=household_id, person_id=person_id, operator_id=operator_id, origin_id=origin_id, joined_at=at
    )
    tx.add(row)
    return row


async def _household(telling: Telling) -> UUID | None:
    """Return the household, begun now if it was not known."""
    if telling.known is not None and telling.known.person.household_id is not None:
        return telling.known.person.household_id
    if telling.body.household is None:
        return None
    household_id = new_id()
    telling.tx.add(Household(
        id=household_id, operator_id=telling.operator_id, origin_id=telling.origin_id, made_at=telling.at, changed_at=telling.at, version=1
    ))  # fmt: skip
    return household_id


async def _asker(telling: Telling, household_id: UUID | None) -> Kept:
    if telling.known is None:
        return _add(telling, details_of(telling.body).ordinary(), household_id)
    known, person = telling.known, telling.known.person
    details = details_of(telling.body, known.details, reached(known.home)).ordinary()
    if household_id is not None and person.household_id is None:
        person.household_id = household_id
        join(telling.tx, household_id, person.id, telling.at, operator_id=telling.operator_id, origin_id=telling.origin_id)
    return Kept(person.id, known.key, await bring_up_to_date(telling.tx, known, details))


async def _settle_members(telling: Telling, home: Home, household_id: UUID) -> None:
    there = recognised(telling.known, telling.body)
    members = telling.body.household.members if telling.body.household else []
    await _check_room(telling, household_id, [n for n in range(len(members)) if n not in there])
    for n, member in enumerate(members):
        known = there.get(n)
        elsewhere = reached(one for one in lives_there(telling.known) if one is not known)
        details = member_details(telling.body, member, known.details if known else None, elsewhere).ordinary()
        if known is None:
            home.kept[n] = _add(telling, details, household_id)
        else:
            home.kept[n] = Kept(known.person.id, known.key, await bring_up_to_date(telling.tx, known, details))


async def _check_room(telling: Telling, household_id: UUID, new: list[int]) -> None:
    """Refuse whom a known household has no room for: told of others each time, it would grow without end. Counts whom the caller sees."""
    if not new or telling.known is None:
        return
    living = await people_store.people_in(telling.tx, caller_of(telling.tx), household_id)
    room = LARGEST_HOUSEHOLD - len(living)
    if len(new) > room:
        raise HouseholdTooLarge(pointer=f"#/household/members/{new[max(room, 0)]}")


async def _share_ways(telling: Telling, home: Home) -> None:
    """Let a phone or an e-mail that stands at two of them now, of whom one is not told of, be nobody's own."""
    known = lives_there(telling.known)
    rows = {one.person.id for one in known}
    new = {way for kept in home.kept.values() if kept.person_id not in rows for way in reached_at(kept.details)}
    await share_ways(telling.tx, [one.person for one in known], new)


def lives_there(known: Known | None) -> list[Known]:
    """Return a known person with the others of their household; nobody where nobody is known."""
    return [known, *known.home] if known else []


def recognised(known: Known | None, body: RequestIn) -> dict[int | None, Known]:
    """Return who of a request is known, by their place in the household's list; None: the one who asks. Each is one person at most."""
    if known is None:
        return {}
    found: dict[int | None, Known] = {None: known}
    left = list(known.home)
    for n, member in enumerate(body.household.members if body.household else []):
        same = next((one for one in left if _is_same(one.details, member_details(body, member))), None)
        if same is not None:
            found[n] = same
            left = [one for one in left if one is not same]
    return found


def _is_same(known: PersonDetails, said: PersonDetails) -> bool:
    """Within one household a name and a role tell people apart, and the year of birth where both were said."""
    born = {details.birth_on.year if details.birth_on else details.birth_year for details in (known, said)} - {None}
    return (known.call_name, known.role) == (said.call_name, said.role) and len(born) < 2


def _add(telling: Telling, details: PersonDetails, household_id: UUID | None) -> Kept:
    person_id = new_id()
    key = keys.make(telling.tx, person_id)
    add_person(
        telling.tx, person_id, key, details, operator_id=telling.operator_id, origin_id=telling.origin_id,
        sensitivity=Sensitivity.STANDARD.value, held_by=telling.body.identity_held_by, household_id=household_id,
    )  # fmt: skip
    if household_id is not None:
        join(telling.tx, household_id, person_id, telling.at, operator_id=telling.operator_id, origin_id=telling.origin_id)
    return Kept(person_id, key, details)
