"""Cases: opened, moved, closed, opened again, keyed by the case; and what one operator offers another, keyed by the offer."""

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
    sensitivity: Sensitivity | None = None  # None: not said, which counts as restricted
    moved_at: datetime


class CaseClosed(Event):
    """Nothing more is done in a case. Keyed by the case. For the operator's desks, and statistics."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-closed"] = "org.ihala.intake.case-closed"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    reason: str
    sensitivity: Sensitivity | None = None  # None: not said, which counts as restricted
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
    sensitivity: Sensitivity | None = None  # None: not said, which counts as restricted
    reopened_at: datetime


class _HandOverEvent(Event):
    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "hand_over_id"

    hand_over_id: UUID
    operator_id: UUID  # that had the case when it was offered
    to_operator_id: UUID
    sensitivity: Sensitivity


class HandOverOffered(_HandOverEvent):
    """A case is offered to another operator, which has to answer. Keyed by the offer, since before the answer no case is named."""

    type: Literal["org.ihala.intake.hand-over-offered"] = "org.ihala.intake.hand-over-offered"
    version: Literal[1] = 1
    offered_at: datetime
    answer_by: datetime


class HandOverEnded(_HandOverEvent):
    """The other operator answered, the offer was taken back, or its time was over. Keyed by the offer. For both operators."""

    type: Literal["org.ihala.intake.hand-over-ended"] = "org.ihala.intake.hand-over-ended"
    version: Literal[1] = 1
    state: Literal["accepted", "refused", "taken_back", "lapsed"]
    ended_at: datetime
