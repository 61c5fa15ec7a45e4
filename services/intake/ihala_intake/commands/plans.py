"""Plans: agreed or taken over from a programme, worked on step by step, ended. The operator's, as its cases are."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.casework import store as casework
from ihala_intake.casework.errors import CaseIsClosed, CaseNotFound
from ihala_intake.commands import plan_parts
from ihala_intake.commands.case_steps import key_of
from ihala_intake.following.policy import HERE
from ihala_intake.models.plans import GoalIn, GoalResultIn, PlanEndIn, PlanIn, StepIn, StepResultIn
from ihala_intake.plans import store
from ihala_intake.plans.details import GoalDetails, StepDetails
from ihala_intake.plans.errors import PlanEnded, PlanExists, PlanNotFound, PlanOfAnotherCase, PlanPartNotFound
from ihala_intake.tables import CaseFile, Plan, PlanGoal, PlanStep


async def agree(tx: AsyncSession, caller: Caller, body: PlanIn) -> tuple[Plan, bool]:
    """Return the plan, and whether it is new. A programme's plan that is known is brought up to date: nothing in it is made again.

    Raises CaseNotFound, NeedNotFound (404), CaseIsClosed, PlanExists, PlanOfAnotherCase (409), UnknownNeedCode, OwnCaseNeeded,
    MalformedRequest (422), PersonErased (410).
    """
    case = await casework.locked_case(tx, caller, body.case_id)
    if case is None:
        raise CaseNotFound()
    if case.state != "open":
        raise CaseIsClosed()
    await plan_parts.refuse_goals(tx, case, {f"#/goals/{n}": goal for n, goal in enumerate(body.goals)})
    mark = None if body.programme is None else await plan_parts.marked(tx, case, body.programme)
    known = None if mark is None else await store.imported(tx, case.operator_id, mark)
    if known is not None:
        await _bring_up_to_date(tx, case, known, body)
        return known, False
    if await store.active(tx, caller, case.id) is not None:
        raise PlanExists()
    begins_on = body.begins_on or now(tx).astimezone(HERE).date()
    return await plan_parts.add_plan(tx, case, body, mark, begins_on), True


async def _bring_up_to_date(tx: AsyncSession, case: CaseFile, plan: Plan, body: PlanIn) -> None:
    """Take over what the programme did since, and what it added; nothing is taken away, and what the office settled stays."""
    if plan.case_id != case.id:
        raise PlanOfAnotherCase()
    if plan.state != "active":
        raise PlanEnded()
    key = await key_of(tx, case)
    goals, steps = await store.goals_of(tx, plan.id), await store.steps_of(tx, plan.id)
    by_ref = {key.open(StepDetails, step.details, f"plan_step.details/{step.id}").ref: step for step in steps}
    by_text = {key.open(GoalDetails, goal.details, f"plan_goal.details/{goal.id}").text: goal for goal in goals}
    before = plan.version
    for said in body.goals:
        goal = by_text.get(said.text)
        if goal is None:
            goal, plan.version = await plan_parts.add_goal(tx, plan, key, said, with_steps=False), before + 1
        for step in said.steps:
            there = by_ref.get(step.ref)
            if there is None:
                plan_parts.add_step(tx, plan, key, goal.id, step)
                plan.version = before + 1
            elif there.state == "planned" and (step.done_at, step.due_on) != (None, there.due_on):
                there.due_on, plan.version = step.due_on, before + 1
                there.state, there.settled_at = ("done", step.done_at) if step.done_at else (there.state, None)


async def add_goal(tx: AsyncSession, caller: Caller, plan_id: UUID, version: int, body: GoalIn) -> Plan:
    """Add a goal with its steps.

    Raises PlanNotFound, NeedNotFound (404), Stale (412), PlanEnded (409), UnknownNeedCode, OwnCaseNeeded, MalformedRequest (422).
    """
    plan, case = await _locked(tx, caller, plan_id, version)
    await plan_parts.refuse_goals(tx, case, {"#": body})
    for n, step in enumerate(body.steps):
        plan_parts.refuse_programmes(step, f"#/steps/{n}")
    await plan_parts.add_goal(tx, plan, await key_of(tx, case), body)
    return _changed(plan)


async def add_step(tx: AsyncSession, caller: Caller, plan_id: UUID, goal_id: UUID, version: int, body: StepIn) -> Plan:
    """Add a step to a goal. Raises PlanNotFound, PlanPartNotFound (404), Stale (412), PlanEnded (409), MalformedRequest (422)."""
    plan, case = await _locked(tx, caller, plan_id, version)
    goal = await _goal(tx, plan, goal_id)
    plan_parts.refuse_programmes(body, "#")
    plan_parts.add_step(tx, plan, await key_of(tx, case), goal.id, body)
    return _changed(plan)


async def settle_step(tx: AsyncSession, caller: Caller, plan_id: UUID, step_id: UUID, version: int, body: StepResultIn) -> Plan:
    """Write down what became of a step. Raises PlanNotFound, PlanPartNotFound (404), Stale (412), PlanEnded (409)."""
    plan, case = await _locked(tx, caller, plan_id, version)
    step = next((one for one in await store.steps_of(tx, plan.id) if one.id == step_id), None)
    if step is None:
        raise PlanPartNotFound()
    if step.state != "planned":
        raise PlanEnded()
    step.state, step.settled_at = body.state, now(tx)
    await _note(tx, case, step, body.note)
    return _changed(plan)


async def settle_goal(tx: AsyncSession, caller: Caller, plan_id: UUID, goal_id: UUID, version: int, body: GoalResultIn) -> Plan:
    """Write down what became of a goal. Raises PlanNotFound, PlanPartNotFound (404), Stale (412), PlanEnded (409)."""
    plan, case = await _locked(tx, caller, plan_id, version)
    goal = await _goal(tx, plan, goal_id)
    goal.state, goal.settled_at = body.state, now(tx)
    await _note(tx, case, goal, body.note)
    return _changed(plan)


async def end(tx: AsyncSession, caller: Caller, plan_id: UUID, version: int, body: PlanEndIn) -> Plan:
    """End a plan; steps that were not done are dropped. Raises PlanNotFound (404), Stale (412), PlanEnded (409)."""
    plan, _ = await _locked(tx, caller, plan_id, version)
    plan.state, plan.end_reason, plan.ended_at = "ended", body.reason, now(tx)
    for step in await store.steps_of(tx, plan.id):
        if step.state == "planned":
            step.state, step.settled_at = "dropped", now(tx)
    return _changed(plan)


def _changed(plan: Plan) -> Plan:
    plan.version += 1
    return plan


async def _locked(tx: AsyncSession, caller: Caller, plan_id: UUID, version: int) -> tuple[Plan, CaseFile]:
    plan = await store.plan_of(tx, caller, plan_id, lock=True)
    if plan is None:
        raise PlanNotFound()
    if plan.version != version:
        raise Stale()
    if plan.state != "active":
        raise PlanEnded()
    return plan, await tx.get_one(CaseFile, plan.case_id)


async def _goal(tx: AsyncSession, plan: Plan, goal_id: UUID) -> PlanGoal:
    goal = next((one for one in await store.goals_of(tx, plan.id) if one.id == goal_id), None)
    if goal is None:
        raise PlanPartNotFound()
    if goal.state != "open":
        raise PlanEnded()
    return goal


async def _note(tx: AsyncSession, case: CaseFile, part: PlanGoal | PlanStep, note: str | None) -> None:
    if note is None:
        return
    key, model = await key_of(tx, case), GoalDetails if isinstance(part, PlanGoal) else StepDetails
    about = f"{part.__tablename__}.details/{part.id}"
    part.details = key.seal(key.open(model, part.details, about).model_copy(update={"note": note}), about)
