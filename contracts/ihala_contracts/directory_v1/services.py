"""Services, and the rules by which they are matched."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ihala_contracts.directory_v1.base import TOPIC, OrganizationEvent
from ihala_contracts.envelope import Event


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
    address: dict[str, str] = {}  # where it is offered, if that is one place
    addresses: dict[UUID, dict[str, str]] = {}  # else of each open service at a location that has one
    opening_hours: dict[str, str] = {}
    documents_to_bring: dict[str, str] = {}
    places_opened: bool = False  # more free places than before: who waits for one is looked at, what is unserved is tried again
    terms_changed: bool = False  # whom it serves, where or when: what is unserved is tried again
    hidden: bool = False  # restricted, or of an organisation without a public page
    always_open: bool = False  # day and night on every day, wherever it is offered; never said of what is hidden
    phones: list[str] = []  # public numbers to call, the nearest to the desk first; none of what is hidden
    changed_at: datetime


class CapacityFigureOld(OrganizationEvent):
    """The number of free places at a service at a location was given so long ago that matching trusts it no more: its provider confirms it,
    or gives another. Told once a figure. Read by notify."""

    type: Literal["org.ihala.directory.capacity-figure-old"] = "org.ihala.directory.capacity-figure-old"
    version: Literal[1] = 1
    operator_id: UUID
    service_id: UUID
    service_at_location_id: UUID
    restricted: bool
    hidden: bool  # restricted, or of an organisation without a public page
    figure_at: datetime
    told_at: datetime


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
