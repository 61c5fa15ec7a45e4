"""What is sealed of a plan, as it lies inside."""

from datetime import date

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
