"""Persons as rows: what is sealed of them, and how it is opened."""

from datetime import datetime
from uuid import UUID

from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.details import FocalPoint, PersonDetails, Phone
from ihala_intake.keys import Key
from ihala_intake.models.requests import MemberIn, RequestIn
from ihala_intake.tables import Person, PersonMark


def details_of(body: RequestIn) -> PersonDetails:
    """Return what a request says of its person, with the household's size."""
    said = body.person.model_dump(exclude={"phones"})
    phones = [Phone(**phone.model_dump()) for phone in body.person.phones]
    focal_point = FocalPoint(**body.focal_point.model_dump()) if body.focal_point else None
    return PersonDetails(**said, phones=phones, focal_point=focal_point, household_size=_size(body))


def member_details(member: MemberIn) -> PersonDetails:
    """Return what is said of somebody else in the household."""
    return PersonDetails(**member.model_dump())


def _size(body: RequestIn) -> int | None:
    if body.household is None:
        return None
    return body.household.size or (len(body.household.members) + 1 if body.household.members else None)


def add_person(
    tx: AsyncSession, person_id: UUID, key: Key, details: PersonDetails, *, operator_id: UUID, origin_id: UUID, sensitivity: str,
    held_by: str, household_id: UUID | None = None,
) -> Person:  # fmt: skip
    """Store a person; one that is not restricted can be found again by phone."""
    at = now(tx)
    person = Person(
        id=person_id, key_id=key.id, operator_id=operator_id, origin_id=origin_id, sensitivity=sensitivity, household_id=household_id,
        identity_held_by=held_by, details=key.seal(details, _about(person_id)), made_at=at, changed_at=at, version=1,
    )  # fmt: skip
    tx.add(person)
    if sensitivity != "restricted":
        numbers = {phone.number for phone in details.phones}
        marks = {keys.blind(tx, number, "phone") for number in numbers}
        tx.add_all(PersonMark(person_id=person_id, kind="phone", value=mark, operator_id=operator_id) for mark in marks)
    return person


async def open_person(tx: AsyncSession, person: Person) -> PersonDetails:
    """Return what is known of a person; raises PersonErased."""
    return (await keys.of(tx, person.key_id)).open(PersonDetails, person.details, _about(person.id))


async def change_person(tx: AsyncSession, person: Person, details: PersonDetails, at: datetime) -> None:
    """Store other details."""
    person.details = (await keys.of(tx, person.key_id)).seal(details, _about(person.id))
    person.changed_at, person.version = at, person.version + 1


def _about(person_id: UUID) -> str:
    return f"person.details/{person_id}"
