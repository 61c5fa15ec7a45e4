"""Queries about persons and households. Each that answers a caller names what the caller may see."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, and_, exists, or_, true, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import CaseFile, DataKey, Disclosure, Household, HouseholdMember, Need, Person, PersonMark, Waiting

HANDED_OVER = "handed_over"  # why a membership ended: another operator has the person, who lives where they lived


def _owned(caller: Caller) -> ColumnElement[bool]:
    """Hold for persons of the caller's as their operator; a restricted case's only for the cleared."""
    if caller.is_system:
        return true()
    may_see = or_(col(Person.sensitivity) != "restricted", true() if caller.cleared else ~true())
    return and_(col(Person.operator_id) == caller.organization_id, may_see)


async def person_of(tx: AsyncSession, caller: Caller, person_id: UUID, *, lock: bool = False) -> Person | None:
    """Return a person whom the caller owns as the operator, locked if asked."""
    query = select(Person).where(Person.id == person_id, _owned(caller))
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def marks_of(tx: AsyncSession, person_id: UUID) -> Sequence[PersonMark]:
    """Return by what a person is found now."""
    return (await tx.exec(select(PersonMark).where(PersonMark.person_id == person_id))).all()


async def locked_findable(tx: AsyncSession, after: UUID | None, limit: int) -> Sequence[Person]:
    """Return the next people who have marks by their names, locked, in the order of their ids, with their keys; for the system alone.

    Nobody restricted, nobody whose identity a centre keeps, nobody who only waits for a desk, nobody who was erased.
    """
    query = select(Person, DataKey).join(DataKey, col(DataKey.id) == Person.key_id)
    query = query.where(Person.sensitivity == "standard", Person.identity_held_by == "intake", col(DataKey.wrapped).is_not(None))
    query = query.where(~exists().where(col(Waiting.person_id) == col(Person.id)))
    query = query if after is None else query.where(Person.id > after)
    query = query.order_by(col(Person.id)).limit(limit).with_for_update(key_share=True, of=Person)
    return [person for person, _ in (await tx.exec(query, execution_options={"populate_existing": True})).all()]


async def marked(tx: AsyncSession, operator_id: UUID, kind: str, mark: bytes, limit: int) -> Sequence[Person]:
    """Return whom of an operator's this mark names, whoever brought them; for the system alone."""
    query = select(Person).join(PersonMark, col(PersonMark.person_id) == Person.id)
    query = query.where(PersonMark.operator_id == operator_id, PersonMark.kind == kind, PersonMark.value == mark)
    return (await tx.exec(query.order_by(col(Person.id)).limit(limit))).all()


async def found_by(tx: AsyncSession, caller: Caller, kind: str, mark: bytes, limit: int) -> Sequence[Person]:
    """Return whom the caller owns as the operator and this mark names, in the order of their ids."""
    query = select(Person).join(PersonMark, col(PersonMark.person_id) == Person.id).where(_owned(caller))
    query = query.where(PersonMark.operator_id == caller.organization_id, PersonMark.kind == kind, PersonMark.value == mark)
    return (await tx.exec(query.order_by(col(Person.id)).limit(limit))).all()


async def household_of(tx: AsyncSession, caller: Caller, household_id: UUID, *, lock: bool = False) -> Household | None:
    """Return a household that the caller owns as the operator, locked if asked."""
    query = select(Household).where(Household.id == household_id)
    query = query if caller.is_system else query.where(Household.operator_id == caller.organization_id)
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def people_in(tx: AsyncSession, caller: Caller, household_id: UUID, *, lock: bool = False) -> Sequence[Person]:
    """Return who lives in a household now, as far as the caller brought or owns them, in the order of their ids.

    Locked, if asked, after their needs.
    """
    query = select(Person).where(Person.household_id == household_id).order_by(col(Person.id))
    if not caller.is_system:
        query = query.where(or_(col(Person.operator_id) == caller.organization_id, col(Person.origin_id) == caller.organization_id))
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).all()


async def lived_with(tx: AsyncSession, caller: Caller, person: Person) -> Sequence[Person]:
    """Return who lives with a person, as far as the caller brought or owns them; whoever another operator has now lives there still.

    Those of the person's own household first.
    """
    still = or_(col(HouseholdMember.left_at).is_(None), col(HouseholdMember.left_reason) == HANDED_OVER)
    homes = select(HouseholdMember.household_id).where(HouseholdMember.person_id == person.id, still)
    there = select(HouseholdMember.person_id).where(col(HouseholdMember.household_id).in_(homes), still)
    mine = or_(col(Person.operator_id) == caller.organization_id, col(Person.origin_id) == caller.organization_id)
    query = select(Person).where(col(Person.id).in_(there), mine)
    found = (await tx.exec(query, execution_options={"populate_existing": True})).all()
    return sorted(found, key=lambda one: (one.household_id != person.household_id, one.id))


async def with_a_file(tx: AsyncSession, person_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these persons have a file of their own, open or closed; for the system alone."""
    return set((await tx.exec(select(CaseFile.person_id).where(col(CaseFile.person_id).in_(person_ids)))).all())


async def locked_needs(tx: AsyncSession, person_ids: Sequence[UUID]) -> Sequence[Need]:
    """Return the needs of these persons, locked in the order of their ids."""
    query = select(Need).where(col(Need.person_id).in_(person_ids)).order_by(col(Need.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).all()


async def membership(tx: AsyncSession, household_id: UUID, person_id: UUID) -> HouseholdMember | None:
    """Return how a person belongs to a household now."""
    query = select(HouseholdMember).where(HouseholdMember.household_id == household_id, HouseholdMember.person_id == person_id)
    return (await tx.exec(query.where(col(HouseholdMember.left_at).is_(None)).with_for_update())).one_or_none()


async def end_membership(tx: AsyncSession, household_id: UUID, person_id: UUID, at: datetime) -> None:
    """Write down that another operator has the person, who lives where they lived; for the system alone."""
    query = update(HouseholdMember).where(col(HouseholdMember.household_id) == household_id, col(HouseholdMember.person_id) == person_id)
    await tx.execute(query.where(col(HouseholdMember.left_at).is_(None)).values(left_at=at, left_reason=HANDED_OVER))


async def part(tx: AsyncSession, person_id: UUID, household_id: UUID, *, into: UUID | None = None) -> None:
    """Take a household off all that is a person's alone: their own cases, and what receivers can read about them. `into`: they have
    another from now on."""
    mine = update(CaseFile).where(col(CaseFile.person_id) == person_id, col(CaseFile.household_id) == household_id)
    await tx.execute(mine.values(household_id=into, version=CaseFile.version + 1))
    shown = update(Disclosure).where(col(Disclosure.person_id) == person_id, col(Disclosure.household_id) == household_id)
    await tx.execute(shown.values(household_id=into))
