"""Who is on duty for emergencies, without names and phones."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1.base import TOPIC


class Covered(BaseModel):
    """From one instant to another a coordinator and somebody of the directorate are on duty without a break."""

    model_config = ConfigDict(frozen=True)

    starts_at: datetime
    ends_at: datetime


class DutyRosterChanged(Event):
    """An operator's duty roster in a governorate is another: `covered` is all of it from now on. Read by intake, which takes emergencies
    only while it is covered, and by notify, for the operator's own feed."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "roster_id"
    type: Literal["org.ihala.referral.duty-roster-changed"] = "org.ihala.referral.duty-roster-changed"
    version: Literal[1] = 1
    roster_id: UUID  # of the operator and the governorate
    operator_id: UUID
    governorate: str
    covered_until: datetime | None = None  # end of what runs now; None: nobody is on duty now
    covered: list[Covered] = []
    changed_at: datetime
