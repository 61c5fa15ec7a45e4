"""Bodies and answers about reintegration plans."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.models.base import Answer, Body, Code, Day, How, Instant, Line, Note, Who
from ihala_intake.plans.rules import EndReason, GoalState, Stage, StepState

ByWhom = Literal["person", "office", "provider", "programme"]


class StepIn(Body):
    """What is to be done. A programme's plan says which steps were done before; `ref` is its own number of the step."""

    stage: Stage
    text: Line
    by_whom: ByWhom = "office"
    due_on: Day | None = None
    ref: Line | None = None
    done_at: Instant | None = None


class ProgrammeGoalIn(Body):
    """What is to be reached, by which steps."""

    code: Code = Field(description="From the list of needs.")
    text: Line
    steps: list[StepIn] = Field(default=[], max_length=30)


class GoalIn(ProgrammeGoalIn):
    """The same for a need of the case."""

    need_id: UUID | None = None


class ProgrammeIn(Body):
    """The programme's own number of the plan that it made, and what it is called."""

    system: Line = Field(examples=["return-programme.de"])
    value: Line
    name: Line | None = None
    made_on: Day | None = None


class PlanIn(Body):
    """A plan that person and office agreed, or one that a return programme made: taken over as it is, not made again."""

    case_id: UUID
    goals: list[GoalIn] = Field(min_length=1, max_length=20)
    begins_on: Day | None = Field(default=None, description="Null: today.")
    programme: ProgrammeIn | None = None
    how: How = Field(description="How the person agreed.")
    recorded_by: Who

    @model_validator(mode="after")
    def _only_a_programme_did_things_before(self) -> Self:
        refuse_steps(self.goals, from_programme=self.programme is not None)
        return self


def refuse_steps(goals: Sequence[ProgrammeGoalIn], *, from_programme: bool) -> None:
    """Raise where an office's step says what only a programme's says, or a programme's step has no number of its own."""
    steps = [step for goal in goals for step in goal.steps]
    if not from_programme and any(step.done_at or step.ref for step in steps):
        raise PydanticCustomError("not_a_programmes", "only a programme's plan has steps that were done before")
    refs = [step.ref for step in steps if step.ref is not None]
    if from_programme and len(refs) != len(steps):
        raise PydanticCustomError("step_without_ref", "each step of a programme's plan has its own number")
    if len(set(refs)) != len(refs):
        raise PydanticCustomError("ref_twice", "each step has a number of its own")


class StepView(Answer):
    """One step. `stage_words` in the language of the request."""

    step_id: UUID
    stage: Stage
    stage_words: str
    by_whom: ByWhom
    state: StepState
    due_on: date | None
    settled_at: datetime | None
    text: str | None = Field(description="Null once the person was erased.")
    note: str | None = None


class GoalView(Answer):
    """One goal with its steps."""

    goal_id: UUID
    need_id: UUID | None
    state: GoalState
    settled_at: datetime | None
    code: str | None
    text: str | None
    note: str | None = None
    steps: list[StepView]


class PlanView(Answer):
    """A plan. `stage` is the furthest that was done; `monitoring` are the office's looks at how it goes. `version` is its ETag."""

    plan_id: UUID
    case_id: UUID
    source: Literal["office", "programme"]
    state: Literal["active", "ended"]
    end_reason: EndReason | None
    stage: Stage
    steps_done: int
    steps_all: int
    begins_on: date
    made_at: datetime
    ended_at: datetime | None
    programme: str | None
    programme_number: str | None
    goals: list[GoalView]
    monitoring: list[StepView]
    version: int


class StepDue(Answer):
    """A step that is to be done until a day. A list says nothing of what it is about."""

    step_id: UUID
    plan_id: UUID
    case_id: UUID
    stage: Stage
    by_whom: ByWhom
    due_on: date


class StepResultIn(Body):
    """What became of a step."""

    state: Literal["done", "dropped"]
    note: Note | None = None


class GoalResultIn(Body):
    """What became of a goal."""

    state: Literal["reached", "partly_reached", "dropped"]
    note: Note | None = None


class PlanEndIn(Body):
    """Why the plan ends."""

    reason: EndReason
