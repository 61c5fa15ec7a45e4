"""Organisations: whether they take part."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.directory_v1.base import OrganizationEvent


class OrganizationJoined(OrganizationEvent):
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


class OrganizationSuspended(OrganizationEvent):
    """The organisation gets no offers from now on; what is open with it is placed again. Read by referral, intake, notify, gateway."""

    type: Literal["org.ihala.directory.organization-suspended"] = "org.ihala.directory.organization-suspended"
    version: Literal[1] = 1
    reason: str
    suspended_at: datetime


class OrganizationReinstated(OrganizationEvent):
    """The suspension is over."""

    type: Literal["org.ihala.directory.organization-reinstated"] = "org.ihala.directory.organization-reinstated"
    version: Literal[1] = 1
    reinstated_at: datetime


class OrganizationLeft(OrganizationEvent):
    """The organisation takes part no more, for good: as suspended, without a way back. Read by referral, intake, notify, gateway."""

    type: Literal["org.ihala.directory.organization-left"] = "org.ihala.directory.organization-left"
    version: Literal[1] = 1
    reason: str
    left_at: datetime


class AgreementExpiring(OrganizationEvent):
    """The data-sharing agreement ends in 30 days or less: without a new one there are no offers afterwards. Read by notify."""

    type: Literal["org.ihala.directory.agreement-expiring"] = "org.ihala.directory.agreement-expiring"
    version: Literal[1] = 1
    agreement_version: str
    until: date  # its last day
    told_at: datetime


class AgreementExpired(OrganizationEvent):
    """The data-sharing agreement has ended: there are no offers. Read by notify."""

    type: Literal["org.ihala.directory.agreement-expired"] = "org.ihala.directory.agreement-expired"
    version: Literal[1] = 1
    agreement_version: str
    until: date
    expired_at: datetime
