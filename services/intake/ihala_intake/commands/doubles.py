"""Looking for who may be the same person: in memory, by the system, told to nobody but the operator.

The candidates' data are opened, compared and dropped within one call; nobody sees them, so no reader stands in anybody's chain. Whoever
opens a pair afterwards does.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from ihala_contracts.intake_v1 import PossibleDoubleFound
from ihala_kit.db import caller_of, fetch, now
from ihala_kit.due import schedule
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, numbers
from ihala_intake.commands.people import LOOK_AGAIN, held
from ihala_intake.details import PersonDetails
from ihala_intake.errors import PersonErased
from ihala_intake.keys import Key
from ihala_intake.same_person import store
from ihala_intake.same_person.marks import WEIGHT, looked_for
from ihala_intake.same_person.profile import profile
from ihala_intake.same_person.rules import Comparison, compare
from ihala_intake.tables import Person

SOON = timedelta(seconds=2)
_SEEN_BY = "SELECT set_config('app.system', $1, true)"


@dataclass(frozen=True)
class Newcomer:
    """A person who was just told of, or about whom something else is known now."""

    person_id: UUID
    details: PersonDetails
    known: bool = False  # was told of before, so that a pair may wait for a decision already


async def look_for(tx: AsyncSession, operator_id: UUID, newcomers: Iterable[Newcomer]) -> set[UUID]:
    """Return which of the newcomers may be persons of the operator's already; each pair is written down as a task for it.

    Whoever is registering learns nothing of it. Only for persons of ordinary files whose identity intake holds.
    """
    asked = list(newcomers)
    wanted = [
        store.Wanted(who, kind, keys.blind(tx, text, kind), WEIGHT[kind])
        for who, one in enumerate(asked)
        for kind, text in sorted(looked_for(one.details))
    ]
    if not wanted:
        return set()
    pairs = await _compared(tx, operator_id, asked, wanted)
    known = [one.person_id for one in asked if one.known]
    if not pairs and not known:
        return set()
    async with _system(tx):
        doubtful = {one for one, other, found in pairs if await write_down(tx, operator_id, one, other, found)}
        return doubtful | (await store.doubted(tx, known) if known else set())


@asynccontextmanager
async def _system(tx: AsyncSession) -> AsyncIterator[None]:
    """Let the rows of every origin be seen meanwhile. Nothing that the session holds is written here: what is added is added directly."""
    await fetch(tx, _SEEN_BY, "same-person")
    yield  # what fails takes this back with all else
    caller = caller_of(tx)
    await fetch(tx, _SEEN_BY, (caller.purpose or "system") if caller.is_system else "")


async def _compared(
    tx: AsyncSession, operator_id: UUID, asked: Sequence[Newcomer], wanted: Sequence[store.Wanted]
) -> list[tuple[UUID, UUID, Comparison]]:  # fmt: skip
    """Return the pairs that may be one: the newcomer, who is there already, and what speaks for it."""
    profiles, pairs = [profile(one.details) for one in asked], []
    for row in await store.sharing(tx, operator_id, wanted, but=[one.person_id for one in asked]):
        known = _opened(tx, row.get("person_id"), Key(row["key_id"], row["wrapped"], keys.vault(tx)), row["details"])
        found = compare(profiles[row["who"]], profile(known), row["sharing"])
        if found.level:
            pairs.append((asked[row["who"]].person_id, row["person_id"], found))
    return pairs


async def write_down(tx: AsyncSession, operator_id: UUID, one: UUID, other: UUID, found: Comparison) -> bool:
    """Make a task of a pair that may be one; emits PossibleDoubleFound the first time. False where it is none, or was decided before."""
    known = found.level and await store.add(tx, operator_id, one, other, found, found.level, now(tx))
    if not known:
        return False
    if known.is_new:
        emit(tx, PossibleDoubleFound(candidate_id=known.candidate_id, operator_id=operator_id, found_at=now(tx)))
    return True


def _opened(tx: AsyncSession, person_id: UUID, key: Key, details: bytes) -> PersonDetails:
    return key.open(PersonDetails, details, f"person.details/{person_id}")


async def look_again(tx: AsyncSession, person_id: UUID) -> None:
    """Look for a person about whom something was corrected. Their needs go on as they are: only a task is made.

    While somebody who may be the same is being registered it waits: neither would see the other.
    """
    person = await tx.get_one(Person, person_id)
    try:
        details = _opened(tx, person_id, await keys.of(tx, person.key_id), person.details)
    except PersonErased:
        return
    if person.sensitivity != "standard" or person.identity_held_by != "intake":
        return
    if await numbers.may_hold(tx, held(tx, details)):
        await look_for(tx, person.operator_id, [Newcomer(person_id, details, known=True)])
    else:
        await schedule(tx, LOOK_AGAIN, person_id, now(tx) + SOON)
