"""What a receiver may read, and what it says of it afterwards."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1.base import NeedEvent


class DisclosureOpened(NeedEvent):
    """The receiver may now read exactly these categories. Read by referral, directory, notify."""

    type: Literal["org.ihala.intake.disclosure-opened"] = "org.ihala.intake.disclosure-opened"
    version: Literal[1] = 1
    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    consent_id: UUID
    revision: int
    categories: list[str]
    ways: list[str] = []  # by which the person may be reached: call, message, visit, through_origin; empty: not said
    opened_at: datetime


class DisclosureRefused(NeedEvent):
    """The consent does not cover this receiver. Read by referral: withdrawn, or failed as consent_too_narrow."""

    type: Literal["org.ihala.intake.disclosure-refused"] = "org.ihala.intake.disclosure-refused"
    version: Literal[1] = 1
    referral_id: UUID
    organization_id: UUID
    reason: Literal["withdrawn", "consent_too_narrow", "need_closed"]
    refused_at: datetime


class DisclosureClosed(NeedEvent):
    """The receiver's right to read ended. Read by notify, which asks the receiver to confirm deletion until `acknowledge_by`."""

    type: Literal["org.ihala.intake.disclosure-closed"] = "org.ihala.intake.disclosure-closed"
    version: Literal[1] = 1
    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    reason: str
    closed_at: datetime
    acknowledge_by: datetime | None = None  # None: it is not asked


class DisclosureAcknowledged(NeedEvent):
    """The receiver says that it deleted what it had read, or on which legal basis it keeps it. Read by notify."""

    type: Literal["org.ihala.intake.disclosure-acknowledged"] = "org.ihala.intake.disclosure-acknowledged"
    version: Literal[1] = 1
    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    acknowledgement: Literal["deleted", "kept"]
    legal_basis: str | None = None
    acknowledged_at: datetime


class DisclosureUnacknowledged(NeedEvent):
    """The receiver did not answer in time whether it deleted. Read by notify, which tells the data-protection officer."""

    type: Literal["org.ihala.intake.disclosure-unacknowledged"] = "org.ihala.intake.disclosure-unacknowledged"
    version: Literal[1] = 1
    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    acknowledge_by: datetime
