"""Open days, information sessions and community forums: who came, how they heard of it, and what a forum is concerned about."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ihala_kit.instants import OnDay
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ihala_intake.models.base import Answer, Body, Code, Line, Note
from ihala_intake.ways_in.impersonal import what_names_somebody

OccasionKind = Literal["open_day", "information_session", "community_forum"]
HeardBy = Literal[
    "social_media", "radio_or_tv", "poster", "message", "community_leader", "relative_or_friend", "organisation", "school",
    "office",
    "other",
]  # fmt: skip
ConcernState = Literal["received", "being_handled", "closed"]
Count = Annotated[int, Field(ge=0, le=100_000)]


def _of_nobody(text: str) -> str:
    found = what_names_somebody(text)
    if found is not None:
        raise PydanticCustomError(found, "leave out what names somebody")
    return text


OfNobody = AfterValidator(_of_nobody)


class Attendance(Body):
    """How many came. Girls and boys are under 18."""

    women: Count = 0
    men: Count = 0
    girls: Count = 0
    boys: Count = 0


class CountsIn(Body):
    """What was counted: who came, and how those who were asked had heard of it."""

    attendance: Attendance = Attendance()
    heard_by: dict[HeardBy, Count] = Field(default={}, description="By way of hearing, of those who were asked.")


class OccasionIn(CountsIn):
    """A public occasion. Its name and what is written about it name nobody."""

    kind: OccasionKind
    name: Annotated[Line, OfNobody]
    place: Code = Field(description="P-code.")
    held_on: OnDay
    topics: list[Code] = Field(default=[], max_length=20, description="Needs that were informed about.")


class OccasionView(Answer):
    """An occasion. `signed_up`: requests that were made there, and how these people had heard of it, as far as they were asked."""

    occasion_id: UUID
    origin_id: UUID
    kind: OccasionKind
    name: str
    governorate: str
    district: str | None
    held_on: date
    topics: list[str]
    attendance: Attendance
    heard_by: dict[HeardBy, int]
    signed_up: int
    concerns: int
    version: int


class ConcernIn(Body):
    """What a forum is concerned about, and where; about how many households, if that was said. No names, numbers or stories."""

    code: Code
    place: Code | None = Field(default=None, description="P-code, where it is not the occasion's.")
    households: Count | None = None
    note: Annotated[Note, OfNobody]


class ConcernView(Answer):
    """A concern with what became of it."""

    concern_id: UUID
    occasion_id: UUID
    code: str
    governorate: str
    district: str | None
    households: int | None
    note: str | None
    state: ConcernState
    answer: str | None
    filed_at: datetime
    version: int


class AnswerIn(Body):
    """What the operator does about a concern: told to the forum."""

    state: Literal["being_handled", "closed"]
    answer: Annotated[Note, OfNobody]
