"""A person and a household as they are told to intake. Only what to call somebody and where they are is ever needed."""

from typing import Annotated, Literal, Self

from ihala_contracts.intake_v1 import LARGEST_HOUSEHOLD
from ihala_kit.instants import OnDay
from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake import texts
from ihala_intake.models.base import Body, Code, LanguageTag, Line, MailAddress, Name, PhoneNumber, Sex, When, Word, Written, Year
from ihala_intake.models.consents import ConsentIn
from ihala_intake.models.needs import NeedIn


def _latin(text: str) -> str:
    if texts.wrong_with_transliteration(text) is not None:
        raise PydanticCustomError("not_in_latin_letters", "not in Latin letters")
    return text


LatinName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_latin)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="ISO 3166-1, two letters.")]
Role = Literal["head", "spouse", "child", "parent", "sibling", "grandparent", "grandchild", "other_relative", "not_related"]
Difficulty = Literal["no", "some", "a_lot", "cannot", "refused", "unknown"]
DocumentKind = Literal[
    "national_id", "civil_status_id", "nationality_certificate", "residence_card", "ration_card", "passport", "travel_paper",
    "birth_certificate", "marriage_certificate", "displacement_record", "return_record", "other",
]  # fmt: skip


class HoursIn(Body):
    """From and until, in Iraq's time; over midnight when `until_time` comes first."""

    from_time: TimeOfDay
    until_time: TimeOfDay


class PhoneIn(Body):
    """A phone; `owner` says whose it is, as far as is known, and `hours` when it may be used (empty: at any time)."""

    number: PhoneNumber
    safe_to_call: bool
    safe_to_message: bool
    shared: bool = False
    owner: Literal["own", "shared", "unknown"] = "unknown"
    hours: list[HoursIn] = Field(default=[], max_length=4)


class OtherWayIn(Body):
    """A way to reach the person that is no phone. An e-mail goes out only to an `address` that is `safe_to_message`."""

    kind: Literal["email", "messenger", "visit", "through_somebody", "at_the_office"]
    note: Line | None = None
    address: MailAddress | None = Field(default=None, description="Of an e-mail.")
    own: bool = Field(default=False, description="The person said that nobody else reads what comes to this address.")
    safe_to_message: bool = Field(default=False, description="The person agreed to messages at this address.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind != "email" and (self.address or self.own or self.safe_to_message):
            raise PydanticCustomError("only_of_an_email", "an address belongs to an e-mail")
        return self


class TrustedContactIn(Body):
    """Somebody whom the person named to be asked for them. `may_be_told`: that it is about a request."""

    call_name: Name
    relation: Word | None = None
    phone: PhoneIn | None = None
    may_be_told: bool = False


class GuardianIn(Body):
    """Who stands for a minor. `none`: nobody is there. `unsafe`: somebody is, who must not be asked, told or found."""

    state: Literal["person", "none", "unsafe"]
    call_name: Name | None = None
    relation: Word | None = None
    phone: PhoneIn | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.state == "person" and self.call_name is None:
            raise PydanticCustomError("guardian_without_name", "say what to call the guardian")
        if self.state == "none" and (self.call_name, self.relation, self.phone) != (None, None, None):
            raise PydanticCustomError("guardian_is_none", "nobody is there")
        if self.state == "unsafe" and self.phone is not None:
            raise PydanticCustomError("guardian_is_unsafe", "keep no phone of an unsafe guardian")
        return self


class MovementIn(Body):
    """One part of the way: returned from another country, displaced from a place, or back at a place in Iraq."""

    kind: Literal["returned_from_abroad", "displaced", "returned_home"]
    since: When | None = None
    until: When | None = None
    country: Country | None = None
    programme: Line | None = Field(default=None, description="The programme that helped to return.")
    place: Code | None = Field(default=None, description="P-code: displaced from there, or returned there.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        abroad = self.kind == "returned_from_abroad"
        if not abroad and (self.country or self.programme):
            raise PydanticCustomError("only_from_abroad", "country and programme belong to a return from abroad")
        if self.since and self.until and texts.first_day(self.until) < texts.first_day(self.since)[: self.until.count("-") + 1]:
            raise PydanticCustomError("ends_before_it_begins", "ends before it begins")
        return self


class DocumentIn(Body):
    """A paper the person has, or lacks. Never a condition of anything."""

    kind: DocumentKind
    number: Line | None = None
    state: Literal["held", "lost", "expired", "never_had"] = "held"
    issued_by: Line | None = None


class TransliterationIn(Body):
    """The names in Latin letters."""

    given_name: LatinName | None = None
    father_name: LatinName | None = None
    grandfather_name: LatinName | None = None
    family_name: LatinName | None = None
    mother_name: LatinName | None = None


class DisabilitiesIn(Body):
    """The Washington Group's short set: how difficult each is."""

    seeing: Difficulty | None = None
    hearing: Difficulty | None = None
    walking: Difficulty | None = None
    remembering: Difficulty | None = None
    self_care: Difficulty | None = None
    communicating: Difficulty | None = None


class Said(Body):
    """What may be said of anybody."""

    given_name: Name | None = None
    father_name: Name | None = None
    grandfather_name: Name | None = None
    family_name: Name | None = None
    mother_name: Name | None = None
    transliteration: TransliterationIn | None = None
    sex: Sex | None = None
    birth_year: Year | None = None
    birth_on: OnDay | None = Field(default=None, description="1 July is taken as: the day is unknown.")
    status: Code | None = Field(default=None, description="A code of the list, for example group.returnee_abroad.")
    movements: list[MovementIn] = Field(default=[], max_length=20, description="Displacement and return, the oldest first.")
    address: Line | None = None
    language_spoken: LanguageTag | None = None
    also_speaks: list[LanguageTag] = Field(default=[], max_length=10)
    reads: Literal["yes", "help", "no"] | None = None
    phones: list[PhoneIn] = Field(default=[], max_length=5)
    other_ways: list[OtherWayIn] = Field(default=[], max_length=5)
    trusted_contact: TrustedContactIn | None = None
    guardian: GuardianIn | None = None
    documents: list[DocumentIn] = Field(default=[], max_length=20)
    disabilities: DisabilitiesIn | None = None
    requirements: list[Word] = Field(default=[], max_length=20)
    messages_stopped: bool | None = Field(default=None, description="The person wishes no messages, about whatever; offices still call.")


class PersonIn(Said):
    """Only what to call the person and where they are is needed. No document is ever a condition."""

    call_name: Name
    place: Code = Field(description="P-code of a governorate, district or sub-district.")
    language_written: Written = "ar"
    role: Role | None = Field(default=None, description="In the household, if there is one.")


class MemberIn(Said):
    """Somebody who lives with the person. Needs of theirs become a file of their own, with a consent of their own."""

    call_name: Name
    role: Role
    place: Code | None = Field(default=None, description="Where they are, if not with the person.")
    language_written: Written = "ar"
    needs: list[NeedIn] = Field(default=[], max_length=10)
    consent: ConsentIn | None = Field(default=None, description="In their own word, or for a minor their guardian's; nobody else's.")


class HouseholdIn(Body):
    """Who lives together. `size` counts everybody, also the person."""

    size: int | None = Field(default=None, ge=1, le=LARGEST_HOUSEHOLD)
    members: list[MemberIn] = Field(default=[], max_length=LARGEST_HOUSEHOLD - 1)
