"""Who works on what inside an organisation. The other side of a referral has rows of its own, and sees none of these."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Integer, Text, Uuid

from ihala_referral.columns import AT, Table, listed, maybe, needed


class Assignment(Table, table=True):
    """Who gave a referral, a placement or a work item to whom, on one side of it. Never changed."""

    __tablename__ = "assignment"

    id: UUID = needed(Uuid, "assignment, in order of time", primary_key=True)
    organization_id: UUID = needed(Uuid, "inside which organisation")
    side: str = needed(Text, "receiver, office or origin")
    about_id: UUID = needed(Uuid, "referral, placement or work item")
    restricted: bool = needed(Boolean, "for cleared eyes only")
    before: str | None = maybe(Text, "the officer who had it, opaque")
    officer: str | None = maybe(Text, "the officer who has it from now on, opaque; empty: nobody")
    at: datetime = needed(AT, "domain time")
    client_id: str = needed(Text, "the client, or `system`")
    acting_officer: str | None = maybe(Text, "who gave it, opaque, as the calling system names its officer")
    hand_over_id: UUID | None = maybe(Uuid, "the hand-over that it belongs to")


class HandOver(Table, table=True):
    """All open work of one officer goes to another, or back to nobody."""

    __tablename__ = "hand_over"

    id: UUID = needed(Uuid, "hand-over", primary_key=True)
    organization_id: UUID = needed(Uuid, "inside which organisation")
    officer: str = needed(Text, "whose work, opaque")
    to_officer: str | None = maybe(Text, "who gets it, opaque; empty: nobody in particular")
    sides: list[str] = listed(Text, "sides on which the caller may assign: receiver, office, origin")
    cleared: bool = needed(Boolean, "the caller may see restricted work: else nobody has that from then on")
    moved: int = needed(Integer, "how much so far")
    asked_at: datetime = needed(AT, "domain time")
    finished_at: datetime | None = maybe(AT, "when nothing was left")
    client_id: str = needed(Text, "the client that asked")
    acting_officer: str | None = maybe(Text, "who asked, opaque")
