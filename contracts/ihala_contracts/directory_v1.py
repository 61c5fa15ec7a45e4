"""Events of directory: organisations and services, and the answer to every request for a place."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.envelope import Event
from ihala_contracts.envelope import SealingKeyPublished as AnySealingKeyPublished

TOPIC = "ihala.directory.v1"


class Criterion(BaseModel):
    """One rule held against one service: what was asked, and how it came out. Never a value that describes the person."""

    model_config = ConfigDict(frozen=True)

    code: str  # need, area, age, sex, status, language, accessibility, agreement, cleared, entry_condition, excluded, capacity, …
    result: Literal["pass", "fail", "unknown"]
    rule_version: int = 1


class _NeedEvent(Event):
    topic: ClassVar[str] = TOPIC

    need_id: UUID


class PlaceReserved(_NeedEvent):
    """One place is held for one attempt: the only positive answer to a PlacementRequested. Read by referral."""

    type: Literal["org.ihala.directory.place-reserved"] = "org.ihala.directory.place-reserved"
    version: Literal[1] = 1
    placement_id: UUID
    attempt: int
    reservation_id: UUID
    service_id: UUID
    service_at_location_id: UUID
    organization_id: UUID
    organization_kind: str
    service_name: dict[str, str]  # BCP 47 tag → public name
    governorate: str
    district: str | None = None  # only if the service is bound to one
    rank: int = 1
    explanation: list[Criterion]
    disclosed_attributes: list[str] = []  # the attributes that the service's rules use
    allows_waitlist: bool = False
    reserved_at: datetime


class NoPlaceFound(_NeedEvent):
    """Nobody can take it now; `failing` names what failed everywhere. Read by referral."""

    type: Literal["org.ihala.directory.no-place-found"] = "org.ihala.directory.no-place-found"
    version: Literal[1] = 1
    placement_id: UUID
    attempt: int
    failing: list[Criterion]
    candidates: int
    answered_at: datetime


class PlaceTaken(_NeedEvent):
    """The accepted referral has its place. Read by referral."""

    type: Literal["org.ihala.directory.place-taken"] = "org.ihala.directory.place-taken"
    version: Literal[1] = 1
    referral_id: UUID
    reservation_id: UUID
    taken_at: datetime


class PlaceTakeRefused(_NeedEvent):
    """The place was no longer there at acceptance: nobody's fault. Read by referral: failed as place_lost."""

    type: Literal["org.ihala.directory.place-take-refused"] = "org.ihala.directory.place-take-refused"
    version: Literal[1] = 1
    referral_id: UUID
    reservation_id: UUID | None = None
    reason: Literal["revoked", "released", "full", "suspended"]
    refused_at: datetime


class PlaceReleased(_NeedEvent):
    """A held or taken place is free again."""

    type: Literal["org.ihala.directory.place-released"] = "org.ihala.directory.place-released"
    version: Literal[1] = 1
    reservation_id: UUID
    referral_id: UUID | None = None
    reason: str
    released_at: datetime


class ReservationRevoked(_NeedEvent):
    """The directory took the place back (suspended organisation, closed service). Read by referral: the offer fails, next placement."""

    type: Literal["org.ihala.directory.reservation-revoked"] = "org.ihala.directory.reservation-revoked"
    version: Literal[1] = 1
    reservation_id: UUID
    placement_id: UUID
    attempt: int
    reason: Literal["suspended", "service_closed"]
    revoked_at: datetime


class _OrganizationEvent(Event):
    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"

    organization_id: UUID


class OrganizationJoined(_OrganizationEvent):
    """An organisation may take part: its kind, clearance and agreement. Sent again when one of these changes. Read by all."""

    type: Literal["org.ihala.directory.organization-joined"] = "org.ihala.directory.organization-joined"
    version: Literal[1] = 1
    kind: str
    names: dict[str, str]
    phone: str | None = None  # the public one
    operator_id: UUID | None = None
    cleared: bool = False
    agreement_until: date | None = None
    hidden: bool = False  # no public page: its name is for the parties of a referral only
    reporting_duty: dict[str, str] = {}  # what its office must report by law, said before a story is told
    joined_at: datetime


class OrganizationSuspended(_OrganizationEvent):
    """The organisation gets no offers from now on; what is open with it is placed again. Read by referral, intake, notify, gateway."""

    type: Literal["org.ihala.directory.organization-suspended"] = "org.ihala.directory.organization-suspended"
    version: Literal[1] = 1
    reason: str
    suspended_at: datetime


class OrganizationReinstated(_OrganizationEvent):
    """The suspension is over."""

    type: Literal["org.ihala.directory.organization-reinstated"] = "org.ihala.directory.organization-reinstated"
    version: Literal[1] = 1
    reinstated_at: datetime


class OrganizationApplied(_OrganizationEvent):
    """An organisation asks to take part, or again after its application was returned; approved, it joins. Read by notify."""

    type: Literal["org.ihala.directory.organization-applied"] = "org.ihala.directory.organization-applied"
    version: Literal[1] = 1
    application_id: UUID
    operator_id: UUID
    kind: str
    hidden: bool = False  # of an organisation without a public page
    applied_at: datetime


class ApplicationReturned(_OrganizationEvent):
    """The operator asks for more; its words stand with the application. Read by notify."""

    type: Literal["org.ihala.directory.application-returned"] = "org.ihala.directory.application-returned"
    version: Literal[1] = 1
    application_id: UUID
    operator_id: UUID
    hidden: bool = False  # of an organisation without a public page
    returned_at: datetime


class ApplicationRefused(_OrganizationEvent):
    """The organisation does not take part. Read by notify."""

    type: Literal["org.ihala.directory.application-refused"] = "org.ihala.directory.application-refused"
    version: Literal[1] = 1
    application_id: UUID
    operator_id: UUID
    reason: str
    hidden: bool = False  # of an organisation without a public page
    refused_at: datetime


class ApplicationChecked(_OrganizationEvent):
    """An officer looked at one thing that the law or the work demands of an employer. Read by notify."""

    type: Literal["org.ihala.directory.application-checked"] = "org.ihala.directory.application-checked"
    version: Literal[1] = 1
    application_id: UUID
    operator_id: UUID
    code: str  # registration, no_fee, no_minors, terms_stated
    passed: bool
    hidden: bool = False  # of an organisation without a public page
    checked_at: datetime


class OrganizationLeft(_OrganizationEvent):
    """The organisation takes part no more, for good: as suspended, without a way back. Read by referral, intake, notify, gateway."""

    type: Literal["org.ihala.directory.organization-left"] = "org.ihala.directory.organization-left"
    version: Literal[1] = 1
    reason: str
    left_at: datetime


class AgreementExpiring(_OrganizationEvent):
    """The data-sharing agreement ends in 30 days or less: without a new one there are no offers afterwards. Read by notify."""

    type: Literal["org.ihala.directory.agreement-expiring"] = "org.ihala.directory.agreement-expiring"
    version: Literal[1] = 1
    agreement_version: str
    until: date  # its last day
    told_at: datetime


class AgreementExpired(_OrganizationEvent):
    """The data-sharing agreement has ended: there are no offers. Read by notify."""

    type: Literal["org.ihala.directory.agreement-expired"] = "org.ihala.directory.agreement-expired"
    version: Literal[1] = 1
    agreement_version: str
    until: date
    expired_at: datetime


class ProposalMade(_OrganizationEvent):
    """An organisation wishes an edit of its own entry, or a new service. Read by notify."""

    type: Literal["org.ihala.directory.proposal-made"] = "org.ihala.directory.proposal-made"
    version: Literal[1] = 1
    proposal_id: UUID
    about: Literal["organization", "service"]
    entry_id: UUID
    hidden: bool = False  # of such an organisation, or of a restricted service
    proposed_at: datetime


class ProposalDecided(_OrganizationEvent):
    """It took effect, was returned with words, or was withdrawn by who made it. Read by notify."""

    type: Literal["org.ihala.directory.proposal-decided"] = "org.ihala.directory.proposal-decided"
    version: Literal[1] = 1
    proposal_id: UUID
    about: Literal["organization", "service"]
    entry_id: UUID
    outcome: Literal["approved", "returned", "withdrawn"]
    hidden: bool = False  # of such an organisation, or of a restricted service
    decided_at: datetime


class ServiceChanged(Event):
    """A service was published, changed, paused or closed. Read by referral (retries what is unserved), notify (its public texts) and intake
    (whom to call in an emergency: `always_open` services with their public `phones`; never what is restricted or hidden)."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "service_id"
    type: Literal["org.ihala.directory.service-changed"] = "org.ihala.directory.service-changed"
    version: Literal[1] = 1
    service_id: UUID
    organization_id: UUID
    status: Literal["active", "paused", "closed"]
    restricted: bool
    need_codes: list[str]
    governorates: list[str]
    names: dict[str, str]
    address: dict[str, str] = {}
    opening_hours: dict[str, str] = {}
    documents_to_bring: dict[str, str] = {}
    places_opened: bool = False  # more places than before: worth a retry
    hidden: bool = False  # restricted, or of an organisation without a public page
    always_open: bool = False  # day and night on every day, wherever it is offered; never said of what is hidden
    phones: list[str] = []  # public numbers to call, the nearest to the desk first; none of what is hidden
    changed_at: datetime


class RulesetPublished(Event):
    """An operator's needs are matched by other rules from `valid_from` on, which explanations call by `rule_version`. Read by notify."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "ruleset_id"
    type: Literal["org.ihala.directory.ruleset-published"] = "org.ihala.directory.ruleset-published"
    version: Literal[1] = 1
    ruleset_id: UUID
    operator_id: UUID
    rule_version: int
    valid_from: datetime
    published_at: datetime


class SealingKeyPublished(AnySealingKeyPublished):
    """Directory's newest key: referral seals the facts of a placement to it."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.directory.sealing-key-published"] = "org.ihala.directory.sealing-key-published"
    version: Literal[1] = 1


EVENTS: tuple[type[Event], ...] = (
    PlaceReserved, NoPlaceFound, PlaceTaken, PlaceTakeRefused, PlaceReleased, ReservationRevoked, OrganizationJoined,
    OrganizationSuspended, OrganizationReinstated, OrganizationApplied, ApplicationReturned, ApplicationRefused, ApplicationChecked,
    OrganizationLeft, AgreementExpiring, AgreementExpired, ProposalMade, ProposalDecided, ServiceChanged, RulesetPublished,
    SealingKeyPublished,
)  # fmt: skip
