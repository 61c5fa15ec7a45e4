"""Bodies of notify's HTTP API, version 1."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class CloudEvent(BaseModel):
    """One event as your organisation may see it (CloudEvents 1.0, JSON). It may come twice: know it by `id`.

    `sequence` is the position in your organisation's feed: 1, 2, 3, … without a gap. Where a subscription filters by type, positions
    are left out. `data` holds ids, codes and times; ask the API, with its rights, for more.
    """

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(examples=["/ihala/referral"])
    type: str = Field(examples=["org.ihala.referral.accepted"])
    subject: str = Field(description="The id of what it is about: a referral, a need, a service, …")
    time: datetime | None = Field(default=None, description="When it happened; absent where you may not know that.")
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: int
    data: dict[str, Any]


class Events(BaseModel):
    """What follows a cursor, oldest first. Ask again with `after` = `cursor`, also when nothing came."""

    events: list[CloudEvent]
    cursor: str = Field(description="Opaque. Good for 30 days, for every client of your organisation.")


class SubscriptionRequest(BaseModel):
    """What to follow."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["feed"] = "feed"
    types: Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Types of events; without it, everything your organisation may see."
    )


class Subscription(BaseModel):
    """A subscription of your organisation."""

    id: UUID
    kind: Literal["feed"]
    types: list[str] | None
    created_at: datetime


class NewSubscription(Subscription):
    """A subscription with the cursor from which it begins: list what is open, then follow from here."""

    cursor: str


class Message(BaseModel):
    """What became of one message to a person. Never its text, and never where it went."""

    id: UUID
    need_id: UUID
    referral_id: UUID | None
    template: str
    template_version: int | None
    state: Literal["waiting", "sending", "delivered", "failed", "dropped"]
    reason: str | None = Field(description="Why it failed, was dropped, or waits to be tried again.")
    said: Literal["full", "neutral"] | None = Field(description="neutral: only that there is news, and whom to call.")
    language: str | None
    channel: str | None
    attempts: int
    queued_at: datetime
    settled_at: datetime | None
