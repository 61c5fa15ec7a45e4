"""Bodies of digests."""

from datetime import datetime
from typing import Annotated, Literal, Self

from ihala_kit.bodies import Sent
from ihala_kit.mail import ADDRESS, LONGEST
from ihala_kit.words import Language
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_notify.notices.kinds import Kind
from ihala_notify.subscriptions.models import Governorates

Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["07:30"])]


class DigestWish(Sent):
    """What you want to hear by e-mail, and when. Only references and links are sent, and nothing where there is nothing."""

    email: str = Field(pattern=f"^{ADDRESS.pattern}$", max_length=LONGEST, description="Your own; a code is mailed to confirm it.")
    language: Language
    kinds: list[Kind] | None = Field(default=None, min_length=1, max_length=len(Kind), description="Without it, all.")
    governorates: Governorates
    daily_at: Time | None = Field(default=None, description="Iraq's time; without it no daily one.")
    at_once: bool = Field(default=False, description="Escalations when they happen, and then not in the daily one.")

    @model_validator(mode="after")
    def _is_for_something(self) -> Self:
        if self.daily_at is None and not self.at_once:
            raise PydanticCustomError("daily_or_at_once", "neither daily nor at once")
        return self


class Digest(BaseModel):
    """Your wish, as it stands. Its ETag is its version; that of `none` is "0"."""

    state: Literal["none", "unconfirmed", "active"]
    reason: str | None = Field(default=None, description="Code: why there is none any more.")
    email: str | None = Field(default=None, description="Your address, as far as you need it to know it again.")
    language: Language | None = None
    kinds: list[Kind] | None = None
    governorates: list[str] | None = None
    daily_at: str | None = None
    at_once: bool = False
    next_at: datetime | None = Field(default=None, description="When the next daily one is due.")
    tries_left: int | None = Field(default=None, description="How often a wrong code may still be given.")


class Confirmation(BaseModel):
    """The code that was mailed."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=6, max_length=40, description="Six digits; spaces do not matter.")
