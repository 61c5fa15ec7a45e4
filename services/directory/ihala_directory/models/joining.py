"""Applications, proposals and versions: what is sent and what is answered, version 1."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_directory.models.drafts import Agreement, Body, OrganizationDraft
from ihala_directory.models.parts import Contacts, Email, LongWords, Phones, Text, Url, Words
from ihala_directory.models.shown import Shown

ApplicantKind = Literal["rgc", "wlco", "hlp", "lmrc", "cpf", "state", "cso", "nngo", "ingo", "io", "private", "border"]
CheckCode = Literal["registration", "no_fee", "no_minors", "terms_stated"]
ApplicationStatus = Literal["applied", "returned", "approved", "refused"]
ProposalStatus = Literal["open", "approved", "returned", "withdrawn"]
AboutKind = Literal["organization", "service"]
PhoneNumber = Annotated[str, Field(pattern=r"^\+[0-9 ]{6,20}$")]


class ApplicationDraft(Body):
    """An organisation as it describes itself. `agreement` is the data-sharing agreement that it accepts, with its last day.

    `reporting_duty` says, in three languages, what its office must report by law. `hidden`: it wants no public page (a safe space).
    """

    kind: ApplicantKind
    names: Words = Field(min_length=1)
    description: LongWords = {}
    phone: PhoneNumber | None = None
    phones: Phones = []
    contacts: Contacts = []
    email: Email | None = None
    website: Url | None = None
    registration: Text | None = None
    agreement: Agreement | None = None
    reporting_duty: LongWords = {}
    hidden: bool = False

    def admitted(self, review: "Review") -> OrganizationDraft:
        """Return the organisation as the operator admits it."""
        own = self.model_dump() | {"cleared": review.cleared, "trusted": review.trusted}
        return OrganizationDraft.model_validate(own | ({"agreement": review.agreement} if review.agreement else {}))


class NewApplication(ApplicationDraft):
    """The same, new. A client applies for its own organisation; an operator's office may for one that has no client yet."""

    operator_id: UUID | None = Field(default=None, description="Who is to review it; the caller's own operator when left out.")
    organization_id: UUID | None = Field(default=None, description="For an operator's office alone: the id it is to have.")


class NewCheck(Body):
    """What an officer looked at, and how it came out."""

    code: CheckCode
    passed: bool
    note: Text | None = None


class Review(Body):
    """The operator's answer. `words` go with what is returned or refused, `reason` with a refusal; the rest with an approval."""

    outcome: Literal["approved", "returned", "refused"]
    words: LongWords = {}
    reason: Literal["out_of_scope", "not_eligible", "checks_failed", "duplicate", "own_request", "other"] | None = None
    agreement: Agreement | None = None
    cleared: bool = False
    trusted: bool = False

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.outcome == "returned" and not self.words:
            raise PydanticCustomError("words_missing", "what is returned needs words")
        if (self.outcome == "refused") != (self.reason is not None):
            raise PydanticCustomError("reason_with_refusal_only", "a refusal, and only that, has a reason")
        if self.outcome != "approved" and (self.agreement or self.cleared or self.trusted):
            raise PydanticCustomError("granted_with_approval_only", "only who is approved gets an agreement, a clearance or trust")
        return self


class NewOrganizationCheck(NewCheck):
    """The same of an organisation that takes part. `registration`: the number that was looked at, if it is not the entry's own."""

    registration: Text | None = None

    @model_validator(mode="after")
    def _of_the_registration(self) -> Self:
        if self.registration is not None and self.code != "registration":
            raise PydanticCustomError("registration_with_its_check_only", "only a check of the registration names one")
        return self


class Check(Shown):
    """One recorded check; of each code the newest counts. `registration` is the number that was known then."""

    code: CheckCode
    passed: bool
    note: str | None
    registration: str | None
    checked_by: str
    acting_officer: str | None
    checked_at: datetime


class Application(Shown):
    """An application. `missing` names what must be there before it can be approved."""

    id: UUID
    organization_id: UUID
    operator_id: UUID
    status: ApplicationStatus
    application: ApplicationDraft
    missing: list[str]
    checks: list[Check]
    words: dict[str, str]
    refused_for: str | None
    applied_at: datetime
    reviewed_at: datetime | None
    version: int


class OrganizationChecks(Shown):
    """What was looked at of an organisation, when it applied and since. `failed`: whose newest check was not passed; its offers rest."""

    organization_id: UUID
    checks: list[Check]
    failed: list[CheckCode]


class Departure(Body):
    """Why an organisation leaves for good: a code, since it travels in an event."""

    reason: Literal["own_request", "agreement_ended", "conduct", "dissolved", "duplicate"]


class About(Body):
    """What a proposal is about: an entry of the caller's own in the version that was read; a service without `id` is a new one."""

    kind: AboutKind
    id: UUID | None = None
    version: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.id is None) != (self.version is None):
            raise PydanticCustomError("id_and_version_together", "an entry is named by id and version")
        if self.id is None and self.kind == "organization":
            raise PydanticCustomError("id_and_version_together", "an organisation is named by id and version")
        return self


class OrganizationEdit(Body):
    """What an organisation may wish of its own entry. Kind, agreement, clearance, trust and hiding are the operator's.

    What was checked of an employer waits for the operator also where the employer is trusted.
    """

    names: Words = Field(default={}, min_length=1)
    description: LongWords = {}
    phone: PhoneNumber | None = None
    phones: Phones = []
    contacts: Contacts = []
    email: Email | None = None
    website: Url | None = None
    reporting_duty: LongWords = {}
    registration: Text | None = None


class NewProposal(Body):
    """An edit. `change` holds the fields that are to change, each whole, as in PUT of that entry; the others stay."""

    about: About
    change: dict[str, Any] = Field(min_length=1, max_length=40)


class Decision(Body):
    """The operator's answer to a proposal; what is returned needs words."""

    outcome: Literal["approved", "returned"]
    words: LongWords = {}

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.outcome == "returned") != bool(self.words):
            raise PydanticCustomError("words_with_return_only", "what is returned, and only that, has words")
        return self


class Proposal(Shown):
    """A proposal. `stale`: the entry was changed since, and it cannot be approved any more."""

    id: UUID
    organization_id: UUID
    about: AboutKind
    entry_id: UUID
    base_version: int
    change: dict[str, Any]
    status: ProposalStatus
    stale: bool
    words: dict[str, str]
    proposed_at: datetime
    decided_at: datetime | None
    version: int


class VersionBrief(Shown):
    """One version of an entry: when it was published, and by which client."""

    version: int
    published_at: datetime
    published_by: str


class Version(VersionBrief):
    """The same with the entry as it was then, without places."""

    entry: dict[str, Any]
