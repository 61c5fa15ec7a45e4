"""Cases: opened, moved, closed, opened again. Keyed by the case."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1.base import TOPIC, Sensitivity


class CaseOpened(Event):
    """A person's or household's file was opened. Keyed by the case."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-opened"] = "org.ihala.intake.case-opened"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    office_id: UUID | None = None
    sensitivity: Sensitivity
    opened_at: datetime


class CaseMoved(Event):
    """A case has another officer, office or operator; `operator_id` owns it from now on. Keyed by the case.

    Another operator: its needs say so too, each by a NeedChanged of its own.
    """

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-moved"] = "org.ihala.intake.case-moved"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    from_operator_id: UUID | None = None  # None: the operator is the same
    office_id: UUID | None = None
    to: Literal["officer", "office", "operator"]
    moved_at: datetime


class CaseClosed(Event):
    """Nothing more is done in a case. Keyed by the case; read by nobody but statistics."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-closed"] = "org.ihala.intake.case-closed"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    reason: str
    closed_at: datetime


class CaseReopened(Event):
    """A closed case is worked on again. Keyed by the case."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-reopened"] = "org.ihala.intake.case-reopened"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    reason: str
    reopened_at: datetime
