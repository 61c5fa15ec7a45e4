"""Persons as rows: what is sealed of them, and how it is opened."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from ihala_kit.db import now
from ihala_kit.due import schedule
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, marks, people_store
from ihala_intake.commands import reaching
from ihala_intake.details import FocalPoint, PersonDetails
from ihala_intake.errors import PersonErased
from ihala_intake.keys import Key
from ihala_intake.models.person_changes import NewMemberIn
from ihala_intake.models.persons import MemberIn, Said
from ihala_intake.models.requests import RequestIn
from ihala_intake.person_rules import nobodys_own, reached_at, reached_by_others, said_of
from ihala_intake.same_person import marks as names_together
from ihala_intake.tables import Person, PersonMark

LOOK_AGAIN = "look-for-the-same-person"  # due work, by person


def details_of(body: RequestIn, known: PersonDetails | None = None, elsewhere: Collection[str] = ()) -> PersonDetails:
    """Return what a request says of its person, with the household's size. `known`: as who they are known; `elsewhere`: where others are
    reached who live there, and of whom it says nothing."""
    focal_point = FocalPoint(**body.focal_point.model_dump()) if body.focal_point else None
    details = PersonDetails(**said_of(body.person, known), focal_point=focal_point, household_size=size_of(body))
    return nobodys_own(details, {*reached_by_others(_everybody(body), body.person), *elsewhere})


def member_details(
    body: RequestIn, member: MemberIn, known: PersonDetails | None = None, elsewhere: Collection[str] = ()
) -> PersonDetails:  # fmt: skip
    """Return the same of somebody else in the household. Nobody's phone becomes theirs, and theirs becomes nobody's."""
    said = said_of(member, known) | {"place": member.place or body.person.place}
    details = PersonDetails(**said, household_size=size_of(body))
    return nobodys_own(details, {*reached_by_others(_everybody(body), member), *elsewhere})


def new_member_details(said: NewMemberIn, elsewhere: Collection[str], size: int) -> PersonDetails:
    """Return what is said of somebody who comes to live in a household of `size`, in which others are reached there."""
    return nobodys_own(PersonDetails(**said.model_dump(), household_size=size), elsewhere).ordinary()


def everybody(body: RequestIn) -> list[PersonDetails]:
    """Return what a request says of each of its people, the one who asks first."""
    return [details_of(body), *(member_details(body, member) for member in (body.household.members if body.household else []))]


def size_of(body: RequestIn) -> int | None:
    """Return how many live together, with the one who asks: never fewer than are named; None when nothing was said."""
    if body.household is None:
        return None
    named = len(body.household.members) + 1 if body.household.members else 0
    return max(body.household.size or 0, named) or None


def _everybody(body: RequestIn) -> list[Said]:
    return [body.person, *(body.household.members if body.household else [])]


def add_person(
    tx: AsyncSession, person_id: UUID, key: Key, details: PersonDetails, *, operator_id: UUID, origin_id: UUID, sensitivity: str,
    held_by: str, household_id: UUID | None = None,
) -> Person:  # fmt: skip
    """Store a person; one that is not restricted can be found again."""
    at = now(tx)
    person = Person(
        id=person_id, key_id=key.id, operator_id=operator_id, origin_id=origin_id, sensitivity=sensitivity, household_id=household_id,
        identity_held_by=held_by, details=key.seal(details, _about(person_id)), made_at=at, changed_at=at, version=1,
    )  # fmt: skip
    tx.add(person)
    if sensitivity != "restricted":
        tx.add_all(marks_for(tx, person, details))
    return person


async def open_person(tx: AsyncSession, person: Person) -> PersonDetails:
    """Return what is known of a person; raises PersonErased."""
    return (await keys.of(tx, person.key_id)).open(PersonDetails, person.details, _about(person.id))


async def change_person(tx: AsyncSession, person: Person, details: PersonDetails, at: datetime) -> None:
    """Store other details of a locked person, and by what they are found from now on; tell receivers who reach them otherwise."""
    before = await open_person(tx, person)
    person.details = (await keys.of(tx, person.key_id)).seal(details, _about(person.id))
    person.changed_at, person.version = at, person.version + 1
    await reaching.tell_again(tx, person, before, details)
    if person.sensitivity != "restricted":
        await _find_by(tx, person, details, at)


async def _find_by(tx: AsyncSession, person: Person, details: PersonDetails, at: datetime) -> None:
    before = {(mark.kind, mark.value): mark for mark in await people_store.marks_of(tx, person.id)}
    after = {(mark.kind, mark.value): mark for mark in marks_for(tx, person, details)}
    added = [mark.model_dump() for named, mark in after.items() if named not in before]
    if added:  # an origin that tells of its person again does not see the marks that are there
        await tx.execute(insert(PersonMark).values(added).on_conflict_do_nothing())
    for named in before.keys() - after.keys():
        await tx.delete(before[named])
    if after.keys() - before.keys():
        await schedule(tx, LOOK_AGAIN, person.id, at)


async def share_ways(tx: AsyncSession, home: Iterable[Person], elsewhere: Collection[str] = ()) -> None:
    """Write down with these locked people, who live together, that a phone or an e-mail which two of them name is nobody's own.
    `elsewhere`: where somebody else is reached who lives with them."""
    known = {}
    for person in home:
        with suppress(PersonErased):
            known[person.id] = (person, await open_person(tx, person))
    for person, details in known.values():
        others = [reached_at(there) for other, there in known.values() if other is not person]
        shared = nobodys_own(details, set(elsewhere).union(*others))
        if shared != details:
            await change_person(tx, person, shared, now(tx))


def held(tx: AsyncSession, details: PersonDetails) -> list[bytes]:
    """Return the keyed hashes that whoever brings this person holds, so that of two at once the second sees the first."""
    return [keys.blind(tx, text, f"held.{kind}") for kind, text in names_together.held(details)]


def marks_for(tx: AsyncSession, person: Person, details: PersonDetails) -> list[PersonMark]:
    """Return the keyed hashes by which somebody who knows a phone or a document's number finds the person."""
    named = () if person.identity_held_by == "origin" else names_together.composed(details)  # a code is nobody's name
    found = {(kind, keys.blind(tx, text, kind)) for kind, text in (*marks.exact(details), *named)}
    return [PersonMark(person_id=person.id, kind=kind, value=value, operator_id=person.operator_id) for kind, value in found]


def _about(person_id: UUID) -> str:
    return f"person.details/{person_id}"
