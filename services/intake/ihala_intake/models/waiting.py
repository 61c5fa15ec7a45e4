"""Arrivals that others announce, and people who ask to be called: what waits until a desk has made a request of it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from ihala_intake.models.base import Answer, Body, Code, Instant, LanguageTag, Name, PhoneNumber, Written
from ihala_intake.models.persons import HoursIn, PhoneIn
from ihala_intake.models.requests import Identifier

NUMBER = "The announcer's own number: said twice, it is one arrival. While it waits, what is said last holds."

WaitingState = Literal["waiting", "completed", "closed", "lapsed"]


class ArrivingIn(Body):
    """Who comes: names, ways to reach them, languages. Nothing on the way, the reasons or the papers of a return is taken."""

    call_name: Name
    given_name: Name | None = None
    father_name: Name | None = None
    grandfather_name: Name | None = None
    family_name: Name | None = None
    phones: list[PhoneIn] = Field(default=[], max_length=3)
    language_spoken: LanguageTag | None = None
    language_written: Written = "ar"


class ArrivalIn(Body):
    """Somebody asked for reintegration help, will come, and agreed to be announced."""

    person: ArrivingIn
    governorate: Code = Field(description="P-code of the governorate they go to.")
    agreed: Literal[True] = Field(description="The person asked for help and agreed that the office be told. Else nothing may be sent.")
    agreed_in: LanguageTag = Field(description="The language in which they were asked.")
    identifier: Identifier | None = Field(default=None, description=NUMBER)


class Received(Answer):
    """It was taken. Nothing can be asked about it afterwards."""

    received: Literal[True] = True


class CallBackIn(Body):
    """A person asks to be called: what to call them, where, and when it is safe. What it is about is said on the phone."""

    call_name: Name
    number: PhoneNumber
    place: Code = Field(description="P-code of a governorate, district or sub-district.")
    shared: bool = Field(default=False, description="Others hear this phone, too.")
    hours: list[HoursIn] = Field(default=[], max_length=4, description="When a call is safe; empty: at any time.")
    language_spoken: LanguageTag | None = None
    language_written: Written = "ar"


class CallBackTaken(Answer):
    """The same answer to everybody, whatever is known of the number."""

    received: Literal[True] = True
    words: str


class WaitingPerson(Answer):
    """What was said of the person."""

    call_name: str
    given_name: str | None
    father_name: str | None
    grandfather_name: str | None
    family_name: str | None
    phones: list[PhoneIn]
    place: str | None
    language_spoken: str | None
    language_written: str | None


class WaitingItem(Answer):
    """One that waits, or did, without a word about the person."""

    id: UUID
    state: WaitingState
    governorate: str
    announced_by: UUID | None = Field(description="The organisation that announced an arrival.")
    received_at: datetime
    changed_at: datetime = Field(description="Later than `received_at` while it waits: its announcer corrected it, or nobody answered.")
    next_at: datetime | None = Field(description="A call-back: call by then. An arrival: it lapses then.")
    tries: int
    request_id: UUID | None
    version: int


class WaitingView(WaitingItem):
    """The same with the person, while it waits. `agreed_in`: the language in which an arriving person agreed."""

    person: WaitingPerson | None
    identifier: Identifier | None
    agreed_in: str | None


class EndIn(Body):
    """Why a desk makes no request of it."""

    reason: Literal["does_not_want", "went_elsewhere", "known_already", "not_the_person", "no_real_person", "other"]


class TriedIn(Body):
    """Nobody answered. The person is called again then, within the hours they said."""

    again_at: Instant
