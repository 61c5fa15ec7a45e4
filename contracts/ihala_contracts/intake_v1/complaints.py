"""Complaints, for those who handle them. Keyed by the complaint."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1.base import TOPIC


class ComplaintReceived(Event):
    """Somebody said how they were treated. Keyed by the complaint. For those who handle complaints; of a sensitive one nothing else."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "complaint_id"
    type: Literal["org.ihala.intake.complaint-received"] = "org.ihala.intake.complaint-received"
    version: Literal[1] = 1
    complaint_id: UUID
    operator_id: UUID
    sensitive: bool
    received_at: datetime


class ComplaintOverdue(Event):
    """Nobody did anything about a complaint in time. Keyed by the complaint; comes again after each further span."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "complaint_id"
    type: Literal["org.ihala.intake.complaint-overdue"] = "org.ihala.intake.complaint-overdue"
    version: Literal[1] = 1
    complaint_id: UUID
    operator_id: UUID
    sensitive: bool
    escalations: int
    overdue_at: datetime


class ComplaintAssigned(Event):
    """A complaint was given to an officer, who has to act. Keyed by the complaint. Who it is stays in intake."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "complaint_id"
    type: Literal["org.ihala.intake.complaint-assigned"] = "org.ihala.intake.complaint-assigned"
    version: Literal[1] = 1
    complaint_id: UUID
    operator_id: UUID
    sensitive: bool
    act_by: datetime
    assigned_at: datetime
