"""HTTP bodies of one-time links."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ihala_kit.words import Language
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ihala_referral.models import Body

Opaque = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class NewLink(Body):
    """For whom the link is. Her contact is not sent here: the office passes on the link by one way and the code by another."""

    focal_id: Opaque = Field(description="the receiver's focal person, as the office names her: opaque, no name and no number")
    language: Language


class Link(BaseModel):
    """A one-time link, as its office sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    referral_id: UUID
    organization_id: UUID
    focal_id: str
    language: Language
    issued_at: datetime
    expires_at: datetime | None = Field(description="the offer's deadline to decide; empty when the offer has ended")
    tries: int = Field(description="wrong codes so far")
    used_for: Literal["accept", "decline"] | None
    end_reason: Literal["used", "replaced", "revoked", "tries"] | None
    ended_at: datetime | None


class IssuedLink(Link):
    """The link and its code, this once: neither is kept, and a repeated request gets neither."""

    url: str | None = Field(description="for one channel; null in the answer to a repeated request")
    code: str | None = Field(description="for another channel; null in the answer to a repeated request")


class Links(BaseModel):
    """The links of one referral, newest first, at most 50."""

    items: list[Link]
