"""Bodies and answers about assessments."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from pydantic import Field, StrictBool, StrictInt

from ihala_intake.assessing.questionnaires import Question, ThreeWords
from ihala_intake.assessing.rules import Given
from ihala_intake.models.base import Answer, Body, Code, Note, Who, Word

AnswerIn = StrictBool | Annotated[StrictInt, Field(ge=-1_000_000, le=1_000_000)] | Note | Annotated[list[Code], Field(max_length=50)] | None


class AssessmentIn(Body):
    """Answers by the codes of questions. Null: the person did not want to say. Without a version the newest is meant."""

    case_id: UUID
    need_id: UUID | None = None
    questionnaire: Word
    version: int | None = Field(default=None, ge=1, le=10_000)
    answers: dict[Word, AnswerIn] = Field(max_length=200)
    note: Note | None = None
    recorded_by: Who


class QuestionnaireItem(Answer):
    """The newest version of a questionnaire."""

    code: str
    version: int
    since: str
    words: ThreeWords


class QuestionnaireView(QuestionnaireItem):
    """A questionnaire with its questions, in all three languages."""

    urgent_from: int
    emergency_from: int
    questions: list[Question]


class ReasonView(Answer):
    """What one answer added; `urgency`: it is at least so urgent for this answer alone. `words`: the question, in the reader's language."""

    question: str
    words: str
    score: int
    urgency: Urgency | None


class AssessmentView(Answer):
    """An assessment. `suggested` is only that: the office decides, and corrects the need. What was sealed is null after an erasure."""

    assessment_id: UUID
    case_id: UUID
    need_id: UUID | None
    questionnaire: str
    questionnaire_version: int
    suggested: Urgency
    score: int | None
    reasons: list[ReasonView]
    answers: dict[str, Given] | None
    note: str | None
    recorded_by: str | None
    acting_officer: str | None
    made_at: datetime
