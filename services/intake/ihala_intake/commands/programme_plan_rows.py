"""Plans that programmes sent, as rows: whom they are about, under whose key they lie, how they end."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import ProgrammePlanSettled, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, caller_of, now
from ihala_kit.due import cancel
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, numbers
from ihala_intake import store as intake_store
from ihala_intake.errors import PersonErased
from ihala_intake.models.requests import Identifier
from ihala_intake.plans import programme_store as store
from ihala_intake.plans.details import ProgrammePlanDetails
from ihala_intake.plans.errors import ReferenceUnknown
from ihala_intake.tables import Person, ProgrammePlan, Waiting
from ihala_intake.ways_in import waiting_store

LAPSES = "programme-plan-lapses"  # due work: no desk took it over
Settled = Literal["adopted", "refused", "lapsed"]


@dataclass(frozen=True)
class About:
    """Whom a plan is about: announced and not there yet, or registered."""

    person: Person
    arrival_id: UUID | None
    request_id: UUID | None


async def whom(tx: AsyncSession, sender: UUID, number: Identifier) -> About | None:
    """Return whom the sender means; None when nothing may be kept of them any more. Raises ReferenceUnknown (422)."""
    mark = numbers.mark_of(tx, number.system, number.value)
    arrival = await waiting_store.announced(tx, sender, mark)
    if arrival is not None and arrival.state == "waiting":
        return About(await intake_store.person(tx, arrival.person_id), arrival.id, None)
    found = {arrival.request_id} if arrival is not None else await intake_store.known_numbers(tx, sender, [mark])
    if not found:
        raise ReferenceUnknown(pointer="#/about")
    request_id = found.pop()
    case = await store.case_of_request(tx, request_id) if request_id else None
    if case is None:
        return None
    return About(await intake_store.person(tx, case.person_id), arrival.id if arrival else None, request_id)


def belongs(row: ProgrammePlan, about: About, *, restricted: bool) -> None:
    """Let a plan be about this person; `restricted`: it says something that is, whoever they are."""
    row.operator_id, row.person_id, row.arrival_id, row.request_id = (
        about.person.operator_id, about.person.id, about.arrival_id, about.request_id,
    )  # fmt: skip
    row.sensitivity = "restricted" if restricted or about.person.sensitivity == "restricted" else "standard"


def seal(row: ProgrammePlan, key: keys.Key, said: ProgrammePlanDetails) -> None:
    """Seal what a plan says under its person's key."""
    row.key_id, row.details = key.id, key.seal(said, _place(row.id))


async def words_of(tx: AsyncSession, row: ProgrammePlan) -> ProgrammePlanDetails | None:
    """Return what a plan says; None once it is settled, or its person erased."""
    try:
        return (await keys.of(tx, row.key_id)).open(ProgrammePlanDetails, row.details, _place(row.id)) if row.details else None
    except PersonErased:
        return None


async def follow_arrival(tx: AsyncSession, caller: Caller, arrival: Waiting) -> None:
    """Let what was sent for an arrival belong to the request a desk made of it, or end with it; before the arrival's key is destroyed.

    The system does so: a desk that may not see a restricted plan must not lose it.
    """
    await tx.flush()
    await act_for(tx, Caller.system("programme-plan"))
    sent = await store.of_arrival(tx, arrival.id)
    case = await store.case_of_request(tx, arrival.request_id) if sent and arrival.request_id else None
    person = await tx.get_one(Person, case.person_id) if case else None
    for row in sent:
        said = await words_of(tx, row)
        if person is None or said is None:
            await settle(tx, row, "lapsed", "arrival_over")
            continue
        seal(row, await keys.of(tx, person.key_id), said)
        belongs(row, About(person, arrival.id, arrival.request_id), restricted=row.sensitivity == "restricted")
        row.version += 1
    await tx.flush()
    await act_for(tx, caller)


async def end_with(tx: AsyncSession, person_id: UUID, reason: str) -> None:
    """Let what was sent about somebody who is erased end with them, also what is restricted and whoever erases does not see."""
    caller = caller_of(tx)
    await tx.flush()
    await act_for(tx, Caller.system("programme-plan"))
    for row in await store.about(tx, person_id):
        await settle(tx, row, "lapsed", reason)
    await tx.flush()
    await act_for(tx, caller)


async def settle(tx: AsyncSession, row: ProgrammePlan, state: Settled, reason: str | None = None) -> None:
    """End a locked one that waits; emits ProgrammePlanSettled. What it said is gone."""
    row.state, row.reason, row.details, row.next_at, row.changed_at = state, reason, None, None, now(tx)
    row.version += 1
    await cancel(tx, LAPSES, row.id)
    emit(tx, ProgrammePlanSettled(
        programme_plan_id=row.id, operator_id=row.operator_id, sensitivity=Sensitivity(row.sensitivity), state=state,
        settled_at=row.changed_at,
    ))  # fmt: skip


def _place(programme_plan_id: UUID) -> str:
    return f"programme_plan.details/{programme_plan_id}"
