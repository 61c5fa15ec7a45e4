"""Plans that return programmes made: sent by their own numbers, adopted by a desk as they are, or not.

Who sends one reads nothing back, so the system writes it down. It lies under the key of its person: first the one who was announced,
then the one a desk registered; what destroys that key destroys it.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import ProgrammePlanSent, ProgrammePlanSettled, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, now
from ihala_kit.due import cancel, schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, keys, numbers
from ihala_intake import store as intake_store
from ihala_intake.casework import store as casework
from ihala_intake.commands import plans
from ihala_intake.errors import PersonErased, UnknownNeedCode
from ihala_intake.ledger import log_access
from ihala_intake.models.plans import PlanIn
from ihala_intake.models.programme_plans import AdoptionIn, ProgrammePlanIn, ProgrammePlanItem, ProgrammePlanRefusalIn, ProgrammePlanView
from ihala_intake.plans import programme_store as store
from ihala_intake.plans.details import ProgrammePlanDetails
from ihala_intake.plans.errors import PlanOfAnotherPerson, ProgrammePlanNotFound, ProgrammePlanOver, ReferenceUnknown
from ihala_intake.same_person.store import linked
from ihala_intake.tables import CaseFile, Person, Plan, ProgrammePlan, Waiting
from ihala_intake.ways_in.policy import ARRIVAL_WAITS

LAPSES = "programme-plan-lapses"
Settled = Literal["adopted", "refused", "lapsed"]


@dataclass(frozen=True)
class About:
    """Whom a plan is about: announced and not there yet, or registered."""

    person: Person
    arrival_id: UUID | None
    request_id: UUID | None


async def send(tx: AsyncSession, caller: Caller, body: ProgrammePlanIn) -> None:
    """Write a programme's plan down, or what it says now; emits ProgrammePlanSent unless it says nothing new.

    Nothing is kept of who came to no desk, or was erased; the programme is not told. Raises UnknownNeedCode, ReferenceUnknown (422).
    """
    restricted = _is_restricted(body)
    sender, said = caller.organization_id, keys.vault(tx).fingerprint(body.model_dump_json().encode(), "intake.programme_plan.said")
    mark = keys.blind(tx, f"{body.programme.system.casefold()}\n{body.programme.value.casefold()}", "programme_plan")
    await act_for(tx, Caller.system("programme-plan"))
    await numbers.hold(tx, sender, [mark])
    about = await _about(tx, sender, body)
    known = await store.sent(tx, sender, mark)
    if about is None or (known is not None and known.said == said):
        return
    row = known or ProgrammePlan(id=new_id(), sent_by=sender, mark=mark, received_at=now(tx), version=0)
    try:
        _seal(row, await keys.of(tx, about.person.key_id), ProgrammePlanDetails.model_validate(body.model_dump()))
    except PersonErased:
        return
    _belongs(row, about, restricted=restricted)
    row.said, row.state, row.reason, row.changed_at, row.version = said, "waiting", None, now(tx), row.version + 1
    row.next_at = now(tx) + ARRIVAL_WAITS
    tx.add(row)
    await schedule(tx, LAPSES, row.id, row.next_at)
    emit(tx, ProgrammePlanSent(
        programme_plan_id=row.id, operator_id=row.operator_id, sensitivity=Sensitivity(row.sensitivity), sent_at=row.changed_at,
    ))  # fmt: skip


async def show(tx: AsyncSession, caller: Caller, programme_plan_id: UUID) -> ProgrammePlanView:
    """Return one with what it says; logged with its person. Raises ProgrammePlanNotFound (404)."""
    row = await _known(tx, caller, programme_plan_id)
    said = await _said(tx, row)
    if said is not None:
        await log_access(tx, "programme_plan", person_id=row.person_id, operator_id=row.operator_id, categories=["needs"])
    shown = said.model_dump() if said else dict.fromkeys(("about", "programme", "begins_on", "agreed_in")) | {"goals": []}
    return ProgrammePlanView.model_validate(item(row).model_dump() | shown)


async def adopt(tx: AsyncSession, caller: Caller, programme_plan_id: UUID, version: int, body: AdoptionIn) -> tuple[Plan, bool]:
    """Take a plan over into a case as it is, or bring the one up to date that it became before; emits ProgrammePlanSettled.

    While its person is only announced, the desk says whose case it is; later it must be theirs. Raises ProgrammePlanNotFound (404),
    Stale (412), ProgrammePlanOver, PlanOfAnotherPerson (409), PersonErased (410), and what `plans.agree` raises.
    """
    row = await _known(tx, caller, programme_plan_id)
    said = await _said(tx, row) if row.state == "waiting" and row.version == version else None
    if said is not None:
        await _refuse_another(tx, caller, row, body.case_id)
        agreed = said.model_dump(include={"goals", "begins_on", "programme"}) | body.model_dump()
        plan, is_new = await plans.agree(tx, caller, PlanIn.model_validate(agreed))
    row = await _locked(tx, caller, programme_plan_id, version)  # after the case: one lock order
    if said is None:
        raise PersonErased()
    row.plan_id = plan.id
    await _settle(tx, row, "adopted")
    return plan, is_new


async def refuse(tx: AsyncSession, caller: Caller, programme_plan_id: UUID, version: int, body: ProgrammePlanRefusalIn) -> ProgrammePlan:
    """Do not take a plan over; emits ProgrammePlanSettled. Raises ProgrammePlanNotFound (404), Stale (412), ProgrammePlanOver (409)."""
    row = await _locked(tx, caller, programme_plan_id, version)
    await _settle(tx, row, "refused", body.reason)
    return row


async def lapse(tx: AsyncSession, programme_plan_id: UUID) -> None:
    """No desk took it over in all the time there was. For the clock."""
    row = await store.one(tx, Caller.system("clock"), programme_plan_id, lock=True)
    if row is not None and row.state == "waiting":
        await _settle(tx, row, "lapsed", "time_over")


async def follow_arrival(tx: AsyncSession, caller: Caller, arrival: Waiting) -> None:
    """Let what was sent for an arrival belong to the request a desk made of it, or end with it; before the arrival's key is destroyed.

    The system does so: a desk that may not see a restricted plan must not lose it.
    """
    await tx.flush()
    await act_for(tx, Caller.system("programme-plan"))
    for row in await store.of_arrival(tx, arrival.id):
        case = await store.case_of_request(tx, arrival.request_id) if arrival.request_id else None
        said = await _said(tx, row)
        if case is None or said is None:
            await _settle(tx, row, "lapsed", "arrival_over")
            continue
        person = await tx.get_one(Person, case.person_id)
        _seal(row, await keys.of(tx, person.key_id), said)
        _belongs(row, About(person, arrival.id, arrival.request_id), restricted=row.sensitivity == "restricted")
        row.version += 1
    await tx.flush()
    await act_for(tx, caller)


def item(row: ProgrammePlan) -> ProgrammePlanItem:
    """Return a row without what it says."""
    return ProgrammePlanItem.model_validate(row.model_dump() | {"programme_plan_id": row.id})


def _is_restricted(body: ProgrammePlanIn) -> bool:
    """Tell whether a goal is of a restricted kind. Raises UnknownNeedCode (422)."""
    found = [codes.sensitivity_of(goal.code) for goal in body.goals]
    if None in found:
        raise UnknownNeedCode(pointer=f"#/goals/{found.index(None)}/code")
    return Sensitivity.RESTRICTED in found


async def _about(tx: AsyncSession, sender: UUID, body: ProgrammePlanIn) -> About | None:
    """Return whom the sender means; None when nothing may be kept of them any more. Raises ReferenceUnknown (422)."""
    mark = numbers.mark_of(tx, body.about.system, body.about.value)
    arrival = await store.announced(tx, sender, mark)
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


def _belongs(row: ProgrammePlan, about: About, *, restricted: bool) -> None:
    row.operator_id, row.person_id, row.arrival_id, row.request_id = (
        about.person.operator_id, about.person.id, about.arrival_id, about.request_id,
    )  # fmt: skip
    row.sensitivity = "restricted" if restricted or about.person.sensitivity == "restricted" else "standard"


def _seal(row: ProgrammePlan, key: keys.Key, said: ProgrammePlanDetails) -> None:
    row.key_id, row.details = key.id, key.seal(said, _place(row.id))


async def _said(tx: AsyncSession, row: ProgrammePlan) -> ProgrammePlanDetails | None:
    """Return what a plan says; None once it is settled, or its person erased."""
    try:
        return (await keys.of(tx, row.key_id)).open(ProgrammePlanDetails, row.details, _place(row.id)) if row.details else None
    except PersonErased:
        return None


async def _refuse_another(tx: AsyncSession, caller: Caller, row: ProgrammePlan, case_id: UUID) -> None:
    """Raise PlanOfAnotherPerson (409) when the case is somebody else's, or CaseNotFound (404) later on."""
    case: CaseFile | None = await casework.case_of(tx, caller, case_id)
    if row.request_id is None or case is None or case.request_id == row.request_id:
        return
    if case.person_id not in await linked(tx, row.person_id):
        raise PlanOfAnotherPerson()


async def _known(tx: AsyncSession, caller: Caller, programme_plan_id: UUID) -> ProgrammePlan:
    row = await store.one(tx, caller, programme_plan_id)
    if row is None:
        raise ProgrammePlanNotFound()
    return row


async def _locked(tx: AsyncSession, caller: Caller, programme_plan_id: UUID, version: int) -> ProgrammePlan:
    row = await store.one(tx, caller, programme_plan_id, lock=True)
    if row is None:
        raise ProgrammePlanNotFound()
    if row.version != version:
        raise Stale()
    if row.state != "waiting":
        raise ProgrammePlanOver()
    return row


async def _settle(tx: AsyncSession, row: ProgrammePlan, state: Settled, reason: str | None = None) -> None:
    row.state, row.reason, row.details, row.next_at, row.changed_at = state, reason, None, None, now(tx)
    row.version += 1
    await cancel(tx, LAPSES, row.id)
    emit(tx, ProgrammePlanSettled(
        programme_plan_id=row.id, operator_id=row.operator_id, sensitivity=Sensitivity(row.sensitivity), state=state,
        settled_at=row.changed_at,
    ))  # fmt: skip


def _place(programme_plan_id: UUID) -> str:
    return f"programme_plan.details/{programme_plan_id}"
