"""A plan as the operator sees it. Each read is logged with the person."""

from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.errors import PersonErased
from ihala_intake.ledger import log_access
from ihala_intake.models.plans import GoalView, PlanView, StepView
from ihala_intake.plans import rules, store
from ihala_intake.plans.details import GoalDetails, PlanDetails, StepDetails
from ihala_intake.tables import CaseFile, Plan, PlanGoal, PlanStep


async def view(tx: AsyncSession, plan: Plan, language: Language) -> PlanView:
    """Return a plan, opened, and log that it was read. Of an erased person the states are left, and not a word."""
    case = await tx.get_one(CaseFile, plan.case_id)
    try:
        key = await keys.of(tx, plan.key_id)
    except PersonErased:
        key = None
    else:
        await log_access(tx, "plan", person_id=case.person_id, operator_id=case.operator_id, categories=["needs"])
    steps = await store.steps_of(tx, plan.id)
    said = key.open(PlanDetails, plan.details, f"plan.details/{plan.id}") if key else None
    goals = [
        _goal(key, goal, [_step(key, one, language) for one in steps if one.goal_id == goal.id])
        for goal in await store.goals_of(tx, plan.id)
    ]
    return PlanView.model_validate(plan.model_dump(exclude={"details", "mark"}) | {
        "plan_id": plan.id, "stage": rules.stage_of((step.stage, step.state) for step in steps), "steps_all": len(steps),
        "steps_done": sum(step.state == "done" for step in steps), "goals": goals, "programme": said and said.programme,
        "programme_number": said and said.value, "monitoring": [_step(key, one, language) for one in steps if one.goal_id is None],
    })  # fmt: skip


def _goal(key: keys.Key | None, row: PlanGoal, steps: list[StepView]) -> GoalView:
    said = key.open(GoalDetails, row.details, f"plan_goal.details/{row.id}") if key else None
    return GoalView.model_validate(row.model_dump(exclude={"details"}) | {
        "goal_id": row.id, "code": said and said.code, "text": said and said.text, "note": said and said.note, "steps": steps,
    })  # fmt: skip


def _step(key: keys.Key | None, row: PlanStep, language: Language) -> StepView:
    said = key.open(StepDetails, row.details, f"plan_step.details/{row.id}") if key else None
    return StepView.model_validate(row.model_dump(exclude={"details"}) | {
        "step_id": row.id, "stage_words": rules.words(row.stage).spoken(language), "text": said and said.text,
        "note": said and said.note,
    })  # fmt: skip
