"""Plans that return programmes made and send: what they say, and what a desk sees and decides."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from ihala_intake.models.base import Answer, Body, Day, How, LanguageTag, Who
from ihala_intake.models.plans import ProgrammeGoalIn, ProgrammeIn, refuse_steps
from ihala_intake.models.requests import Identifier

ProgrammePlanState = Literal["waiting", "adopted", "refused", "lapsed"]


class ProgrammePlanIn(Body):
    """The plan a programme made with somebody whom it announced or brought. Sent again, it is the same plan brought up to date."""

    about: Identifier = Field(description="Under which number the programme announced (arrivals) or brought (requests) the person.")
    programme: ProgrammeIn
    goals: list[ProgrammeGoalIn] = Field(min_length=1, max_length=20)
    begins_on: Day | None = None
    agreed: Literal[True] = Field(description="The person agreed that the office gets the plan. Else nothing may be sent.")
    agreed_in: LanguageTag = Field(description="The language in which they were asked.")

    @model_validator(mode="after")
    def _each_step_has_its_number(self) -> Self:
        refuse_steps(self.goals, from_programme=True)
        return self


class ProgrammePlanItem(Answer):
    """One that was sent, without a word of what it says. `plan_id`: the plan it became, or brings up to date."""

    programme_plan_id: UUID
    state: ProgrammePlanState
    reason: str | None
    sent_by: UUID = Field(description="The organisation that made it.")
    arrival_id: UUID | None
    request_id: UUID | None
    plan_id: UUID | None
    received_at: datetime
    next_at: datetime | None = Field(description="It lapses then.")
    version: int


class ProgrammeStep(Answer):
    """A step as the programme says it."""

    stage: str
    text: str
    by_whom: str
    due_on: date | None
    ref: str | None
    done_at: datetime | None


class ProgrammeGoal(Answer):
    """A goal as the programme says it."""

    code: str
    text: str
    steps: list[ProgrammeStep]


class ProgrammePlanView(ProgrammePlanItem):
    """The same with what it says, while it waits. `version` is its ETag."""

    about: Identifier | None
    programme: ProgrammeIn | None
    goals: list[ProgrammeGoal]
    begins_on: date | None
    agreed_in: str | None


class AdoptionIn(Body):
    """Into which case the office takes the plan over, and how the person agreed to go on with it."""

    case_id: UUID
    how: How
    recorded_by: Who


class ProgrammePlanRefusalIn(Body):
    """Why the office does not take a plan over."""

    reason: Literal["person_does_not_want", "not_the_person", "known_already", "other"]
