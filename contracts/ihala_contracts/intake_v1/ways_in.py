"""Who is announced or asks to be called, and what a forum says. For the operator's desks."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1.base import TOPIC, Sensitivity


class ArrivalAnnounced(Event):
    """A return programme or the border told, or corrected, who comes and agreed to that. Keyed by the arrival. For the operator's desks."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "arrival_id"
    type: Literal["org.ihala.intake.arrival-announced"] = "org.ihala.intake.arrival-announced"
    version: Literal[1] = 1
    arrival_id: UUID
    operator_id: UUID
    governorate: str
    announced_at: datetime


class CallBackAsked(Event):
    """Somebody asks to be called. Keyed by what they left. For the operator's desks, which call by then."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "call_back_id"
    type: Literal["org.ihala.intake.call-back-asked"] = "org.ihala.intake.call-back-asked"
    version: Literal[1] = 1
    call_back_id: UUID
    operator_id: UUID
    governorate: str
    call_by: datetime


class WaitingEnded(Event):
    """An arrival or a call-back waits no more: a desk made a request of it, closed it, or its time was over. Keyed by it."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "waiting_id"
    type: Literal["org.ihala.intake.waiting-ended"] = "org.ihala.intake.waiting-ended"
    version: Literal[1] = 1
    waiting_id: UUID
    operator_id: UUID
    state: Literal["completed", "closed", "lapsed"]
    ended_at: datetime


class ConcernFiled(Event):
    """A community forum filed a concern, about nobody in particular. Keyed by the occasion. For the operator."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "occasion_id"
    type: Literal["org.ihala.intake.concern-filed"] = "org.ihala.intake.concern-filed"
    version: Literal[1] = 1
    occasion_id: UUID
    concern_id: UUID
    operator_id: UUID
    governorate: str
    filed_at: datetime


class _ProgrammePlanEvent(Event):
    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "programme_plan_id"

    programme_plan_id: UUID
    operator_id: UUID
    sensitivity: Sensitivity


class ProgrammePlanSent(_ProgrammePlanEvent):
    """A return programme sent the plan it had made, or what became of it since. Keyed by it. For the operator's desks, which adopt it."""

    type: Literal["org.ihala.intake.programme-plan-sent"] = "org.ihala.intake.programme-plan-sent"
    version: Literal[1] = 1
    sent_at: datetime


class ProgrammePlanSettled(_ProgrammePlanEvent):
    """A desk adopted a programme's plan or refused it, or nobody did in time. Keyed by it."""

    type: Literal["org.ihala.intake.programme-plan-settled"] = "org.ihala.intake.programme-plan-settled"
    version: Literal[1] = 1
    state: Literal["adopted", "refused", "lapsed"]
    settled_at: datetime
