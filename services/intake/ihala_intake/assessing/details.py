"""What is sealed of an assessment, as it lies inside."""

from pydantic import BaseModel, ConfigDict

from ihala_intake.assessing.rules import Given


class ReasonDetails(BaseModel):
    """What one answer added."""

    question: str
    score: int
    urgency: str | None = None


class AssessmentDetails(BaseModel):
    """The answers, what they scored and why. Sealed answers keep their nulls: not wanting to say is an answer."""

    model_config = ConfigDict(extra="ignore")

    answers: dict[str, Given]
    unsaid: list[str] = []  # questions that the person did not want to answer; nulls are not sealed
    score: int
    reasons: list[ReasonDetails]
    recorded_by: str
    note: str | None = None
