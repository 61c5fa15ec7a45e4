"""Who is on duty for emergencies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, Uuid

from ihala_referral.columns import AT, OneOf, Table, counted, maybe, needed
from ihala_referral.duty.roles import DutyRole


class DutyShift(Table, table=True):
    """One officer on duty in a governorate for a time. Kept when it is taken back: escalations name it."""

    __tablename__ = "duty_shift"

    id: UUID = needed(Uuid, "shift", primary_key=True)
    operator_id: UUID = needed(Uuid, "whose roster it is on")
    governorate: str = needed(Text, "P-code")
    role: DutyRole = needed(OneOf(DutyRole), "provider, coordinator or directorate")
    organization_id: UUID | None = maybe(Uuid, "provider: whose duty it is; empty for the operator's own")
    officer: str = needed(Text, "opaque, as the office names its officers")
    phone: str = needed(Text, "the work phone of the duty, never a private one")
    starts_at: datetime = needed(AT, "first instant of the shift")
    ends_at: datetime = needed(AT, "first instant after it, at most 31 days later")
    entered_at: datetime = needed(AT, "when it was last written")
    client_id: str = needed(Text, "the client that wrote it last")
    acting_officer: str | None = maybe(Text, "opaque, as that client names its officer")
    taken_back_at: datetime | None = maybe(AT, "it does not count since then")
    version: int = counted("for If-Match", 1)
