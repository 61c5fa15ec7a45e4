"""Who was too late, and who is told."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.referral_v1.base import NeedEvent


class DeadlineMissed(NeedEvent):
    """A deadline passed. `referral_id` is None for a placement's own deadline (triage, unserved)."""

    type: Literal["org.ihala.referral.deadline-missed"] = "org.ihala.referral.deadline-missed"
    version: Literal[1] = 1
    operator_id: UUID
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    deadline: str
    missed_at: datetime


class DeadlineNear(NeedEvent):
    """Three quarters of a deadline's time are over and nothing was done: told once a deadline, and not while it rests. Read by notify.

    `deadline` is acknowledge, decide, first_contact or answer, or waitlist_review where a place became free for somebody who waits; `to`
    names who must act by it: provider, origin, or office for an origin whose part its operator takes.
    """

    type: Literal["org.ihala.referral.deadline-near"] = "org.ihala.referral.deadline-near"
    version: Literal[1] = 1
    operator_id: UUID
    referral_id: UUID
    organization_id: UUID
    deadline: str
    to: list[str]
    due_at: datetime
    told_at: datetime


class Escalated(NeedEvent):
    """A level was reached: it fires once. `to` names who hears it: provider, origin, coordinator, directorate.

    Of an emergency `duty_shift_ids` are the shifts of the operator's duty roster that it falls on; empty where nobody is on duty.
    """

    type: Literal["org.ihala.referral.escalated"] = "org.ihala.referral.escalated"
    version: Literal[1] = 1
    operator_id: UUID
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    level: int
    to: list[str]
    duty_shift_ids: list[UUID] = []
    escalated_at: datetime
