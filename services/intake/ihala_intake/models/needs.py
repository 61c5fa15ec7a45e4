"""Bodies and answers about one need, for the office that owns it."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from ihala_contracts.intake_v1 import LARGEST_HOUSEHOLD, NeedState, Sensitivity, Urgency
from ihala_kit.instants import OnDay
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.consent_rules import Category
from ihala_intake.models.base import Answer, Body, Code, LanguageTag, Note, Sex, Word, Written, Year

ClosureReason = Literal["not_needed_any_more", "solved_elsewhere", "duplicate", "moved", "person_unreachable", "out_of_competence", "other"]


class NeedIn(Body):
    """One thing that is needed. `sensitivity` may raise what the code says, never lower it."""

    code: Code
    urgency: Urgency
    note: Note | None = None
    preferred_reservation_id: UUID | None = None
    sensitivity: Literal["protected", "restricted"] | None = None
    messages_wanted: bool = Field(
        default=False, description="Only of a restricted need: the person wishes to be told of news, to a phone or e-mail of her own."
    )


class DisclosureView(Answer):
    """Who may read, or could."""

    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    revision: int
    categories: list[Category]
    state: Literal["open", "closed"]
    opened_at: datetime
    ends_at: datetime | None
    closed_at: datetime | None
    reason: str | None


class NeedView(Answer):
    """A need with all that its owner may know but for the person. `code` is the true one, also when events say `protection`."""

    need_id: UUID
    reference: str
    request_id: UUID
    case_id: UUID
    case_reference: str
    consent_id: UUID
    origin_id: UUID
    origin_kind: str
    code: str
    note: str | None
    sensitivity: Sensitivity
    urgency: Urgency
    governorate: str
    district: str | None
    state: NeedState
    closed_reason: str | None
    announced: bool
    requested_at: datetime
    changed_at: datetime
    disclosures: list[DisclosureView]


class ClosureIn(Body):
    """Why nothing more will be done."""

    reason: ClosureReason


class PersonCorrection(Body):
    """What was wrong about the person. Null means: leave it as it is."""

    sex: Sex | None = None
    birth_year: Year | None = None
    birth_on: OnDay | None = None
    status: Code | None = None
    language_spoken: LanguageTag | None = None
    language_written: Written | None = None
    requirements: list[Word] | None = Field(default=None, max_length=20)
    household_size: int | None = Field(default=None, ge=1, le=LARGEST_HOUSEHOLD)


class CorrectionIn(Body):
    """What was wrong about a need, its place or its person."""

    urgency: Urgency | None = None
    place: Code | None = None
    person: PersonCorrection | None = None
    reason: Literal["written_wrongly", "misunderstood", "changed_since", "moved"] | None = None
    messages_wanted: bool | None = Field(default=None, description="Of a restricted need: whether the person wishes to be told of news.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        about_person = self.person is not None and bool(self.person.model_dump(exclude_none=True))
        if (self.urgency, self.place, self.messages_wanted) == (None, None, None) and not about_person:
            raise PydanticCustomError("nothing_to_correct", "nothing to correct")
        return self
