"""The rows of a plan: itself, its goals and its steps."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.words import Words
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import codes, keys
from ihala_intake.casework import store as casework
from ihala_intake.commands.case_steps import key_of
from ihala_intake.commands.checks import CLOCKS_DIFFER_BY, malformed
from ihala_intake.errors import NeedNotFound, UnknownNeedCode
from ihala_intake.giving.errors import OwnCaseNeeded
from ihala_intake.keys import Key
from ihala_intake.models.plans import GoalIn, PlanIn, ProgrammeGoalIn, ProgrammeIn, StepIn
from ihala_intake.plans import rules
from ihala_intake.plans.details import GoalDetails, PlanDetails, StepDetails
from ihala_intake.tables import CaseFile, Plan, PlanGoal, PlanStep

_LOCK = text("SELECT pg_advisory_xact_lock(:number)")


async def refuse_goals(tx: AsyncSession, case: CaseFile, goals: Mapping[str, GoalIn]) -> None:
    """Raise UnknownNeedCode, OwnCaseNeeded, MalformedRequest (422) or NeedNotFound (404) for the first goal, by its pointer, that cannot
    be one of this case, or of which something was done that is still to come."""
    needs = {need.id for need in await casework.needs_of_case(tx, case.id)}
    for pointer, goal in goals.items():
        sensitivity = codes.sensitivity_of(goal.code)
        if sensitivity is None:
            raise UnknownNeedCode(pointer=f"{pointer}/code")
        if sensitivity is Sensitivity.RESTRICTED and case.sensitivity != "restricted":
            raise OwnCaseNeeded(pointer=f"{pointer}/code")
        if goal.need_id is not None and goal.need_id not in needs:
            raise NeedNotFound(pointer=f"{pointer}/need_id")
        refuse_future(goal, now(tx), pointer)


def refuse_future(goal: ProgrammeGoalIn, at: datetime, pointer: str) -> None:
    """Raise MalformedRequest (422) for a step that was done at a time still to come."""
    for n, step in enumerate(goal.steps):
        if step.done_at is not None and step.done_at > at + CLOCKS_DIFFER_BY:
            raise malformed(f"{pointer}/steps/{n}/done_at", "in_the_future")


def refuse_programmes(step: StepIn, pointer: str) -> None:
    """Raise MalformedRequest (422) for an office's step that says what only a programme's says: another of its number would be taken for
    it when the programme's plan comes again."""
    for name in ("done_at", "ref"):
        if getattr(step, name) is not None:
            raise malformed(f"{pointer}/{name}", "not_a_programmes")


async def marked(tx: AsyncSession, case: CaseFile, programme: ProgrammeIn) -> bytes:
    """Return the keyed hash of a programme's number, and keep others from importing the same until this transaction ends.

    In a restricted case the number is found there alone: nobody learns from a conflict that there is such a case.
    """
    apart = str(case.id) if case.sensitivity == "restricted" else ""
    mark = keys.blind(tx, f"{programme.system.casefold()}\n{programme.value.casefold()}\n{apart}", "plan")
    await tx.execute(_LOCK, {"number": int.from_bytes(mark[:8], "big", signed=True)})
    return mark


async def add_plan(tx: AsyncSession, case: CaseFile, body: PlanIn, mark: bytes | None, begins_on: date) -> Plan:
    """Store a plan. One that the office makes gets its looks at how it goes; a programme's has those it says."""
    plan_id, key, programme = new_id(), await key_of(tx, case), body.programme
    details = PlanDetails(
        how=body.how, recorded_by=body.recorded_by, **({} if programme is None else {
            "programme": programme.name, "system": programme.system, "value": programme.value, "made_on": programme.made_on,
        }),
    )  # fmt: skip
    plan = Plan(
        id=plan_id, case_id=case.id, operator_id=case.operator_id, key_id=key.id, sensitivity=case.sensitivity,
        source="office" if programme is None else "programme", mark=mark, state="active",
        details=key.seal(details, f"plan.details/{plan_id}"), begins_on=begins_on, made_at=now(tx), version=1,
    )  # fmt: skip
    tx.add(plan)
    for goal in body.goals:
        await add_goal(tx, plan, key, goal)
    if programme is None:
        for stage, due_on in rules.monitoring(begins_on).items():
            looked: Words = rules.words(stage)
            add_step(tx, plan, key, None, StepIn.model_validate({"stage": stage, "text": looked.ar, "due_on": due_on}))
    await tx.flush()
    return plan


async def add_goal(tx: AsyncSession, plan: Plan, key: Key, body: GoalIn, *, with_steps: bool = True) -> PlanGoal:
    """Store a goal, with its steps unless told otherwise."""
    goal_id = new_id()
    goal = PlanGoal(
        id=goal_id, plan_id=plan.id, case_id=plan.case_id, need_id=body.need_id, operator_id=plan.operator_id, key_id=key.id,
        sensitivity=plan.sensitivity, state="open",
        details=key.seal(GoalDetails(code=body.code, text=body.text), f"plan_goal.details/{goal_id}"),
    )  # fmt: skip
    tx.add(goal)
    for step in body.steps if with_steps else []:
        add_step(tx, plan, key, goal_id, step)
    await tx.flush()
    return goal


def add_step(tx: AsyncSession, plan: Plan, key: Key, goal_id: UUID | None, body: StepIn) -> None:
    """Store a step."""
    step_id = new_id()
    tx.add(PlanStep(
        id=step_id, plan_id=plan.id, goal_id=goal_id, case_id=plan.case_id, operator_id=plan.operator_id, key_id=key.id,
        sensitivity=plan.sensitivity, stage=body.stage, by_whom=body.by_whom, state="done" if body.done_at else "planned",
        due_on=body.due_on, settled_at=body.done_at,
        details=key.seal(StepDetails(text=body.text, ref=body.ref), f"plan_step.details/{step_id}"),
    ))  # fmt: skip
