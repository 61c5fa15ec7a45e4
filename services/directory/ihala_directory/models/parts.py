"""What entries are made of, sent and answered alike: texts, phones, contacts, costs, opening times, closures."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from typing import Annotated, Literal, Self, TypeVar

from ihala_kit.bodies import Sent
from ihala_kit.instants import OnDay
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

_MARKUP = re.compile(r"<\s*[a-zA-Z/!?]|&#?\w+;")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Refuse markup and characters that change how other text is shown (code not_plain_text)."""
    if _MARKUP.search(text):
        raise PydanticCustomError("not_plain_text", "is plain text: no HTML")
    if _CONTROL.search(text):
        raise PydanticCustomError("not_plain_text", "has a control character")
    return text


def _unique(values: list[T]) -> list[T]:
    """Return each value once: a code said twice would go out as two parts of one id."""
    return list(dict.fromkeys(values))


Unique = Annotated[list[T], AfterValidator(_unique)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), AfterValidator(plain)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True), AfterValidator(plain)]
Tag = Literal["ar", "ckb", "en"]
Words = dict[Tag, Text]
LongWords = dict[Tag, LongText]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ]{2,20}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$", max_length=254)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500)]
Day = Literal["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


class Part(Sent):
    """A part of an entry: nothing that is not named here."""


class Phone(Part):
    """A public number of an office or a hotline, never a private person's."""

    number: Number
    type: Literal["voice", "sms", "whatsapp", "hotline"] = "voice"
    languages: Unique[Language] = Field(default=[], max_length=10)
    note: Words = {}


class Contact(Part):
    """Whom to ask for: a function (reception, focal point), not a private person."""

    name: Words = Field(min_length=1)
    role: Words = {}
    phone: Phone | None = None
    email: Email | None = None


class Cost(Part):
    """What it costs; no amount means free. `currency` is ISO 4217."""

    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,3})?$")] | None = None
    currency: Literal["IQD", "USD"] = "IQD"
    option: Words = {}


class Schedule(Part):
    """Open on these days between two times of Asia/Baghdad, in the dates given; `days` as in RFC 5545."""

    days: Unique[Day] = Field(min_length=1, max_length=7)
    opens_at: Clock
    closes_at: Clock
    valid_from: OnDay | None = None
    valid_to: OnDay | None = None
    note: Words = {}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise PydanticCustomError("wrong_order", "closes before it opens: after midnight is another schedule", {"last": "closes_at"})
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise PydanticCustomError("wrong_order", "ends before it begins", {"last": "valid_to"})
        return self

    def overlaps(self, other: "Schedule") -> bool:
        """Tell whether some instant lies in both."""
        same_day = bool(set(self.days) & set(other.days))
        same_time = self.opens_at < other.closes_at and other.opens_at < self.closes_at
        first, last = date.min, date.max
        same_dates = (self.valid_from or first) <= (other.valid_to or last) and (other.valid_from or first) <= (self.valid_to or last)
        return same_day and same_time and same_dates


class Closure(Part):
    """Closed from one date to another, both included."""

    first: OnDay = Field(alias="from")
    last: OnDay = Field(alias="until")
    reason: Words = {}

    model_config = ConfigDict(extra="forbid", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise PydanticCustomError("wrong_order", "ends before it begins", {"last": "until"})
        return self


def _apart(schedules: Sequence[Schedule]) -> Sequence[Schedule]:
    if any(one.overlaps(other) for one, other in combinations(schedules, 2)):
        raise PydanticCustomError("schedules_overlap", "two schedules overlap")
    return schedules


Phones = Annotated[list[Phone], Field(max_length=10)]
Contacts = Annotated[list[Contact], Field(max_length=10)]
Costs = Annotated[list[Cost], Field(max_length=10)]
Schedules = Annotated[list[Schedule], Field(max_length=40), AfterValidator(_apart)]
Closures = Annotated[list[Closure], Field(max_length=20)]
