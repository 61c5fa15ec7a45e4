"""What becomes of a household, and of doubts, when somebody of it goes to another operator with their file.

Nobody goes because another agreed: whoever has a file of their own stays with it, and both operators have a household then, of those they
may see. They live together as before, so its size stays what it was, and no fact about anybody changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, minors, people_store
from ihala_intake.commands.homes import join
from ihala_intake.commands.people import LOOK_AGAIN, add_person, open_person
from ihala_intake.details import PersonDetails
from ihala_intake.errors import PersonErased
from ihala_intake.same_person import store as same_person
from ihala_intake.tables import Household, Person

SETTLE = "settle-needs"  # due work, by person: nobody doubts any more who they are
_SYSTEM = Caller.system("hand-over")
# What the household itself says of a child, and what makes it one: that much a parent takes along.
OF_A_CHILD = frozenset({"call_name", "role", "sex", "birth_year", "birth_on", "place", "household_size"})


@dataclass(frozen=True)
class Home:
    """A household as somebody leaves it with their file. `moves_with`: the household itself, where nobody else has a file."""

    goes: Sequence[UUID]  # persons whose rows go to the other operator
    person: Person
    moves_with: UUID | None = None
    children: Sequence[tuple[Person, PersonDetails]] = field(default=())  # who stays, and is known to both


async def lock_household(tx: AsyncSession, person_id: UUID) -> None:
    """Lock the household of a person, if there is one: before all needs."""
    household_id = (await tx.get_one(Person, person_id)).household_id
    if household_id is not None:
        await people_store.household_of(tx, _SYSTEM, household_id, lock=True)


async def home_of(tx: AsyncSession, person_id: UUID) -> Home:
    """Return who goes along with a person, all persons locked after their needs."""
    person = await people_store.person_of(tx, _SYSTEM, person_id, lock=True)
    assert person is not None, "a case names it, and persons are never deleted"
    if person.household_id is None:
        return Home([person_id], person)
    others = [one for one in await people_store.people_in(tx, _SYSTEM, person.household_id, lock=True) if one.id != person_id]
    filed = await people_store.with_a_file(tx, [one.id for one in others])
    known = [(one, details) for one in others if (details := await _opened(tx, one)) is not None]
    if not any(one.id in filed for one, _ in known):
        return Home([person_id, *(one.id for one in others if one.id not in filed)], person, person.household_id)
    at, own = now(tx), await _opened(tx, person)
    if own is None or minors.minor(own, at) is not None:
        return Home([person_id], person)
    children = [(one, details) for one, details in known if one.id not in filed and minors.minor(details, at) is not None]
    return Home([person_id], person, children=children)


async def settle_apart(tx: AsyncSession, home: Home, before: UUID, after: UUID) -> None:
    """Give who went alone a household where they went, with the children who live there, too. After the rows have moved."""
    person, at = home.person, now(tx)
    await tx.refresh(person)
    left = person.household_id
    if left is None or home.moves_with is not None:
        return
    household = Household(id=new_id(), operator_id=after, origin_id=person.origin_id, made_at=at, changed_at=at, version=1)
    tx.add(household)
    await tx.flush()
    await people_store.end_membership(tx, left, person.id, at)
    await people_store.part(tx, person.id, left, into=household.id)
    person.household_id = household.id
    join(tx, household.id, person.id, at, operator_id=after, origin_id=person.origin_id)
    for child, details in home.children:
        _add_child(tx, household.id, child, details, at, after, after if child.origin_id == before else child.origin_id)
    old = await tx.get_one(Household, left)
    old.version, old.changed_at = old.version + 1, at


async def end_doubts(tx: AsyncSession, before: UUID, gone: Sequence[UUID]) -> None:
    """End what the operator of before doubted about those who went; the new one looks for itself, and the others' needs go on."""
    for other in sorted(await same_person.part(tx, before, gone, now(tx))):
        await schedule(tx, SETTLE, other, now(tx))
    for person_id in gone:
        await schedule(tx, LOOK_AGAIN, person_id, now(tx))


def _add_child(
    tx: AsyncSession, household_id: UUID, child: Person, known: PersonDetails, at: datetime, operator_id: UUID, origin_id: UUID
) -> None:  # fmt: skip
    """Store a child as the household knows it, with a key of its own: each operator answers for what it has."""
    person_id = new_id()
    details = PersonDetails(**known.model_dump(include=set(OF_A_CHILD)))
    add_person(
        tx, person_id, keys.make(tx, person_id), details, operator_id=operator_id, origin_id=origin_id, sensitivity=child.sensitivity,
        held_by=child.identity_held_by, household_id=household_id,
    )  # fmt: skip
    join(tx, household_id, person_id, at, operator_id=operator_id, origin_id=origin_id)


async def _opened(tx: AsyncSession, person: Person) -> PersonDetails | None:
    try:
        return await open_person(tx, person)
    except PersonErased:
        return None
