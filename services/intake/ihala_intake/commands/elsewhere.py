"""What else intake knows of who is to be written to: what is closed there is closed here, too. Nobody is told that it is."""

from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, marks, people_store
from ihala_intake.commands.people import open_person
from ihala_intake.details import PersonDetails, Phone
from ihala_intake.errors import PersonErased
from ihala_intake.same_person.names import Likeness, likeness
from ihala_intake.same_person.profile import profile
from ihala_intake.same_person.store import linked
from ihala_intake.tables import Need, Person
from ihala_intake.ways_in.natural import opening_nothing

LOOKED_AT = 20  # files with one phone; what so many name is nobody's own


async def with_what_is_closed(tx: AsyncSession, need: Need, row: Person, merged: Collection[UUID]) -> PersonDetails:
    """Return what is known of a need's person, without the ways that she closed elsewhere; for the system. Raises PersonErased.

    `merged`: who was decided to be one with somebody. What she told one office about her phone holds for what she asked of another. A phone
    of a restricted file is her own only where no ordinary file says otherwise, whichever of the two came first.
    """
    details = await open_person(tx, row)
    if row.id in merged:
        same = [one for one in await linked(tx, row.id) if one != row.id]
        async for known in _opened(tx, [await tx.get_one(Person, one) for one in same]):
            details = opening_nothing(known, details)
    if need.sensitivity != Sensitivity.RESTRICTED or not need.messages_wanted:
        return details
    return details.model_copy(update={"phones": [await _perhaps_shared(tx, row, details, phone) for phone in details.phones]})


async def _perhaps_shared(tx: AsyncSession, row: Person, her: PersonDetails, phone: Phone) -> Phone:
    found = await people_store.marked(tx, row.operator_id, marks.PHONE, keys.blind(tx, phone.number, marks.PHONE), LOOKED_AT)
    shared = len(found) == LOOKED_AT
    async for known in _opened(tx, found):
        there = [one for one in known.phones if one.number == phone.number]
        closed = known.messages_stopped or not all(one.is_own and one.safe_to_message for one in there)
        shared = shared or closed or _is_somebody_else(her, known)
    return phone.model_copy(update={"shared": True}) if shared else phone


def _is_somebody_else(one: PersonDetails, other: PersonDetails) -> bool:
    """By the given names alone, in whichever letters: of who lives with her nobody else has hers."""
    hers, theirs = profile(one).given, profile(other).given
    return hers is None or theirs is None or likeness(hers, theirs) is Likeness.OTHER


async def _opened(tx: AsyncSession, rows: Collection[Person]) -> AsyncIterator[PersonDetails]:
    for row in rows:
        with suppress(PersonErased):
            yield await open_person(tx, row)
