"""Bodies and answers about follow-ups."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import NeedState
from pydantic import Field

from ihala_intake.following.policy import Way
from ihala_intake.models.base import Answer, Body, Note, Who

FollowUpState = Literal["planned", "due", "recorded", "lapsed"]
Result = Literal["confirmed", "disputed", "unreached"]


class FollowUpView(Answer):
    """A question to be put to the person. `version` is its ETag."""

    follow_up_id: UUID
    need_id: UUID
    need_reference: str
    referral_id: UUID
    number: int = Field(description="1: the first time; after livelihood and housing the person is asked a second time.")
    state: FollowUpState
    due_at: datetime
    question: str = Field(description="What to ask, in the language of the request.")
    ways: list[Way] = Field(description="How the person may be asked.")
    own_worker: bool = Field(description="Only whoever works with the person asks, and nobody calls.")
    tries: int = Field(description="Failed ones.")
    tries_left: int
    result: Result | None
    way: Way | None
    recorded_at: datetime | None
    need_state: NeedState
    version: int


class TryView(Answer):
    """One time that the person was not reached."""

    at: datetime
    way: Way | None
    by: str | None = Field(description="Null once the person was erased.")
    acting_officer: str | None


class FollowUpDetail(FollowUpView):
    """A follow-up with its tries, and what the person said. Reading one is logged with the person."""

    tried: list[TryView]
    by: str | None = None
    note: str | None = None


class ResultIn(Body):
    """What the person said, or that they were not reached this time.

    The third failed try, each on another day, makes the need unverified; until then the question stays due.
    """

    result: Result
    by: Who = Field(description="Who asked, as the office names its officer.")
    way: Way | None = Field(default=None, description="How the person was asked; must be said where not every way is allowed.")
    note: Note | None = Field(default=None, description="What the person said. Sealed.")
