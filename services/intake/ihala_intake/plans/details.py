"""What is sealed of a plan, as it lies inside."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict


class _Sealed(BaseModel):
    """Base: an older form stays readable, since what it lacks has a default and what it has too much is ignored."""

    model_config = ConfigDict(extra="ignore")


class PlanDetails(_Sealed):
    """How the person agreed; of a programme's plan, what the programme calls it."""

    how: str
    recorded_by: str
    programme: str | None = None
    system: str | None = None
    value: str | None = None
    made_on: date | None = None


class GoalDetails(_Sealed):
    """What is to be reached. `code` is of the list of needs."""

    code: str
    text: str
    note: str | None = None


class StepDetails(_Sealed):
    """What is to be done. `ref` is the programme's own number of the step."""

    text: str
    ref: str | None = None
    note: str | None = None


class SentNumber(_Sealed):
    """Under which number a programme announced or brought somebody."""

    system: str
    value: str


class SentProgramme(_Sealed):
    """The programme's own number of a plan it sent, and what it is called."""

    system: str
    value: str
    name: str | None = None
    made_on: date | None = None


class SentStep(_Sealed):
    """A step as a programme sent it."""

    stage: str
    text: str
    by_whom: str
    due_on: date | None = None
    ref: str | None = None
    done_at: datetime | None = None


class SentGoal(_Sealed):
    """A goal as a programme sent it."""

    code: str
    text: str
    steps: list[SentStep] = []


class ProgrammePlanDetails(_Sealed):
    """A plan as a programme sent it, until a desk has taken it over."""

    about: SentNumber
    programme: SentProgramme
    goals: list[SentGoal]
    begins_on: date | None = None
    agreed_in: str
