"""Plans that return programmes made: sent by their own numbers, adopted by a desk as they are, or not.

Who sends one reads nothing back, so the system writes it down. It lies under the key of its person: first the one who was announced,
then the one a desk registered; what destroys that key destroys it.
"""

from uuid import UUID

from ihala_contracts.intake_v1 import ProgrammePlanSent, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, now
from ihala_kit.due import schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, keys, numbers
from ihala_intake.casework import store as casework
from ihala_intake.commands import plan_parts, plans
from ihala_intake.commands import programme_plan_rows as rows
from ihala_intake.commands.programme_plan_rows import LAPSES
from ihala_intake.errors import PersonErased, UnknownNeedCode
from ihala_intake.giving.errors import OwnCaseNeeded
from ihala_intake.ledger import log_access
from ihala_intake.models.plans import PlanIn
from ihala_intake.models.programme_plans import AdoptionIn, ProgrammePlanIn, ProgrammePlanItem, ProgrammePlanRefusalIn, ProgrammePlanView
from ihala_intake.plans import programme_store as store
from ihala_intake.plans.details import ProgrammePlanDetails
from ihala_intake.plans.errors import PlanOfAnotherPerson, ProgrammePlanNotFound, ProgrammePlanOver
from ihala_intake.same_person.store import linked
from ihala_intake.tables import CaseFile, Plan, ProgrammePlan
from ihala_intake.ways_in.policy import ARRIVAL_WAITS


async def send(tx: AsyncSession, caller: Caller, body: ProgrammePlanIn) -> None:
    """Write a programme's plan down, or what it says now; emits ProgrammePlanSent unless it says nothing new.

    Nothing is kept of who came to no desk, or was erased; the programme is not told. Raises UnknownNeedCode, ReferenceUnknown,
    MalformedRequest (422).
    """
    restricted = _is_restricted(body)
    for n, goal in enumerate(body.goals):
        plan_parts.refuse_future(goal, now(tx), f"#/goals/{n}")
    sender, said = caller.organization_id, keys.vault(tx).fingerprint(body.model_dump_json().encode(), "intake.programme_plan.said")
    mark = keys.blind(tx, f"{body.programme.system.casefold()}\n{body.programme.value.casefold()}", "programme_plan")
    await act_for(tx, Caller.system("programme-plan"))
    await numbers.hold(tx, sender, [mark])
    about = await rows.whom(tx, sender, body.about)
    known = await store.sent(tx, sender, mark)
    if about is None or (known is not None and known.said == said):
        return
    row = known or ProgrammePlan(id=new_id(), sent_by=sender, mark=mark, received_at=now(tx), version=0)
    try:
        rows.seal(row, await keys.of(tx, about.person.key_id), ProgrammePlanDetails.model_validate(body.model_dump()))
    except PersonErased:
        return
    rows.belongs(row, about, restricted=restricted)
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
    said = await rows.words_of(tx, row)
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
    said = await rows.words_of(tx, row) if row.state == "waiting" and row.version == version else None
    if said is not None:
        await _refuse_another(tx, caller, row, body.case_id)
        agreed = said.model_dump(include={"goals", "begins_on", "programme"}) | body.model_dump()
        try:
            plan, is_new = await plans.agree(tx, caller, PlanIn.model_validate(agreed))
        except OwnCaseNeeded:
            raise OwnCaseNeeded(pointer="#/case_id") from None  # the goals are in no body here: it is the case that does not fit
    row = await _locked(tx, caller, programme_plan_id, version)  # after the case: one lock order
    if said is None:
        raise PersonErased()
    row.plan_id = plan.id
    await rows.settle(tx, row, "adopted")
    return plan, is_new


async def refuse(tx: AsyncSession, caller: Caller, programme_plan_id: UUID, version: int, body: ProgrammePlanRefusalIn) -> ProgrammePlan:
    """Do not take a plan over; emits ProgrammePlanSettled. Raises ProgrammePlanNotFound (404), Stale (412), ProgrammePlanOver (409)."""
    row = await _locked(tx, caller, programme_plan_id, version)
    await rows.settle(tx, row, "refused", body.reason)
    return row


async def lapse(tx: AsyncSession, programme_plan_id: UUID) -> None:
    """No desk took it over in all the time there was. For the clock."""
    row = await store.one(tx, Caller.system("clock"), programme_plan_id, lock=True)
    if row is not None and row.state == "waiting":
        await rows.settle(tx, row, "lapsed", "time_over")


def item(row: ProgrammePlan) -> ProgrammePlanItem:
    """Return a row without what it says."""
    return ProgrammePlanItem.model_validate(row.model_dump() | {"programme_plan_id": row.id})


def _is_restricted(body: ProgrammePlanIn) -> bool:
    """Tell whether a goal is of a restricted kind. Raises UnknownNeedCode (422)."""
    found = [codes.sensitivity_of(goal.code) for goal in body.goals]
    if None in found:
        raise UnknownNeedCode(pointer=f"#/goals/{found.index(None)}/code")
    return Sensitivity.RESTRICTED in found


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
