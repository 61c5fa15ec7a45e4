"""Bodies and answers about consents and their withdrawal."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.consent_rules import Category
from ihala_intake.minors import Assent
from ihala_intake.models.base import Answer, Body, Code, Day, How, Instant, LanguageTag, Sex, Who, Word

Basis = Literal["consent", "best_interests", "vital_interest"]
BAGHDAD = timezone(timedelta(hours=3))


def _end_of_a_day(value: object) -> object:
    """A day alone means until its end in Iraq."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return value
    try:
        return datetime.combine(date.fromisoformat(value), time.max, BAGHDAD)
    except ValueError:
        return value


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Until = Annotated[Instant, BeforeValidator(_end_of_a_day), AfterValidator(lambda instant: instant.astimezone(UTC))]


class InterpreterIn(Body):
    """Who interpreted; never a relative."""

    pool: Who
    sex: Sex | None = None
    sworn_to_secrecy: bool = False


class GuardianSaidIn(Body):
    """What a minor's guardian said, asked apart from the child. Never asked where that is unsafe."""

    agreed: bool
    how: How
    relation: Word | None = None


class CallIn(Body):
    """How a consent by telephone was made sure of: the office called back, and somebody heard it or the person signs at the next visit."""

    called_back: bool
    witness: Who | None = None
    signs_on: Day | None = None


class ConsentIn(Body):
    """What the person allows or refuses, and how they said so.

    `recipients` names organisations; empty means any provider, and for a restricted need nobody until the person names one.
    For a person under 18 both the child's `assent` and the word of a safe `guardian` are needed; else the consent waits for a decision
    in the child's best interests. `needs` says for which needs alone the person agrees; empty means all that is asked for.
    """

    given: bool
    purpose: Literal["referral"] = "referral"
    recipients: list[UUID] = Field(default=[], max_length=50)
    objections: list[UUID] = Field(default=[], max_length=50)
    categories: list[Category] = Field(default=[], max_length=len(Category))
    until: Until | None = None
    language: LanguageTag
    how: How
    call: CallIn | None = Field(default=None, description="For a consent that was given by phone.")
    needs: list[Code] = Field(default=[], max_length=20)
    script: Code | None = Field(default=None, description="Version of what was read to the person: /v1/consents/script.")
    recorded_by: Who = Field(description="As the recording office names its officer.")
    interpreter: InterpreterIn | None = None
    assent: Assent | None = Field(default=None, description="Of a minor. Under 7 years the child may be too_young to be asked.")
    guardian: GuardianSaidIn | None = None

    @property
    def is_spoken_for(self) -> bool:
        """Tell whether this is said as a child's: with assent, or a guardian's word."""
        return self.assent is not None or self.guardian is not None

    @model_validator(mode="after")
    def _is_sure(self) -> Self:
        if (self.how == "phone" and self.given) is not (self.call is not None):
            raise PydanticCustomError("call", "say how a consent by telephone, and no other, was made sure of")
        if self.call is not None and not self.call.called_back:
            raise PydanticCustomError("call_back_first", "the office calls back before it writes a consent down")
        if self.call is not None and self.call.witness is None and self.call.signs_on is None:
            raise PydanticCustomError("witness_or_signature", "a witness, or a signature at the next visit")
        if set(self.recipients) & set(self.objections):
            raise PydanticCustomError("named_and_objected_to", "nobody is both named and objected to")
        return self


class ConsentView(Answer):
    """A consent as it is now. Its revision is its ETag. `awaited`: a minor's, for which somebody has to decide."""

    consent_id: UUID
    revision: int
    state: Literal["given", "refused", "withdrawn", "awaited"]
    basis: Basis
    purpose: str
    recipients: list[UUID]
    objections: list[UUID]
    categories: list[Category]
    until: datetime
    need_ids: list[UUID]


class WithdrawalIn(Body):
    """What the person takes back: a whole consent, what concerns one need, or one referral. Spoken is enough."""

    consent_id: UUID | None = None
    need_id: UUID | None = None
    referral_id: UUID | None = None
    by: Who = Field(description='Who says so: "person", or for example "guardian".')
    how: How

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if [self.consent_id, self.need_id, self.referral_id].count(None) != 2:
            raise PydanticCustomError("exactly_one", "name one of consent_id, need_id, referral_id")
        return self


class WithdrawnNeed(Answer):
    """A need that the withdrawal touched, as its origin may see it."""

    need_id: UUID
    state: str


class Withdrawn(Answer):
    """What was taken back. Every disclosure it covered is closed already."""

    consent_id: UUID
    revision: int
    referral_id: UUID | None
    needs: list[WithdrawnNeed]
    disclosures_closed: int | None = Field(description="Not said to the ministry's centres, which learn of no provider.")
    withdrawn_at: datetime
