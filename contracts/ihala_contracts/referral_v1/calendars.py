"""Working time that changed, and the deadlines that moved with it."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1.base import TOPIC, Deadlines, NeedEvent


class DeadlineMoved(BaseModel):
    """One deadline (triage_by, acknowledge_by, decide_by, level_1_at …): when it was, and when it is now."""

    model_config = ConfigDict(frozen=True)

    deadline: str
    before: datetime
    after: datetime


class DeadlinesRecomputed(NeedEvent):
    """Open deadlines were counted again, because a closure was declared or withdrawn or a calendar changed. Never of one that has fired,
    never of an emergency. `referral_id` is None for the placement's own (triage). Read by notify, for the feeds of all parties.
    """

    type: Literal["org.ihala.referral.deadlines-recomputed"] = "org.ihala.referral.deadlines-recomputed"
    version: Literal[1] = 1
    operator_id: UUID
    referral_id: UUID | None = None
    organization_id: UUID | None = None  # the receiver
    moved: list[DeadlineMoved]
    deadlines: Deadlines | None = None  # all of the referral's, as they stand now
    answer_by: datetime | None = None
    recomputed_at: datetime


class CalendarChanged(Event):
    """An organisation's working time changed: its calendar, a closure declared or withdrawn, or what a service promises to do sooner.
    For an operator's closure of everybody `organization_id` is the operator. Read by notify, for its own feed and its operator's.
    """

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.referral.calendar-changed"] = "org.ihala.referral.calendar-changed"
    version: Literal[1] = 1
    organization_id: UUID
    operator_id: UUID | None = None
    what: Literal["calendar", "closure", "withdrawal", "service_policy"]
    changed_at: datetime
