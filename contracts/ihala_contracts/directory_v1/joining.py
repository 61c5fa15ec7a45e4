"""Applications and proposals: what an organisation wishes, and what the operator says."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.directory_v1.base import OrganizationEvent


class OrganizationApplied(OrganizationEvent):
    """An organisation asks to take part, or again after its application was returned; approved, it joins. Read by notify."""

    type: Literal["org.ihala.directory.organization-applied"] = "org.ihala.directory.organization-applied"
    version: Literal[1] = 1
    application_id: UUID
    operator_id: UUID
    kind: str
    hidden: bool = False  # of an organisation without a public page
    applied_at: datetime


class ApplicationReturned(OrganizationEvent):
    """The operator asks for more; its words stand with the application. Read by notify."""

    type: Literal["org.ihala.directory.application-returned"] = "org.ihala.directory.application-returned"
    version: Literal[1] = 1
    application_id: UUID
    operator_id: UUID
    hidden: bool = False  # of an organisation without a public page
    returned_at: datetime


class ApplicationRefused(OrganizationEvent):
    """The organisation does not take part. Read by notify."""

    type: Literal["org.ihala.directory.application-refused"] = "org.ihala.directory.application-refused"
    version: Literal[1] = 1
    application_id: UUID
    operator_id: UUID
    reason: str
    hidden: bool = False  # of an organisation without a public page
    refused_at: datetime


class ApplicationChecked(OrganizationEvent):
    """An officer looked at one thing that the law or the work demands of an employer. Read by notify."""

    type: Literal["org.ihala.directory.application-checked"] = "org.ihala.directory.application-checked"
    version: Literal[1] = 1
    application_id: UUID
    operator_id: UUID
    code: str  # registration, no_fee, no_minors, terms_stated
    passed: bool
    hidden: bool = False  # of an organisation without a public page
    checked_at: datetime


class OrganizationChecked(OrganizationEvent):
    """An officer looked again at one thing that is demanded of an employer that takes part. Read by notify."""

    type: Literal["org.ihala.directory.organization-checked"] = "org.ihala.directory.organization-checked"
    version: Literal[1] = 1
    operator_id: UUID
    code: str  # registration, no_fee, no_minors, terms_stated
    passed: bool
    hidden: bool = False  # of an organisation without a public page
    checked_at: datetime


class ProposalMade(OrganizationEvent):
    """An organisation wishes an edit of its own entry, or a new service. Read by notify."""

    type: Literal["org.ihala.directory.proposal-made"] = "org.ihala.directory.proposal-made"
    version: Literal[1] = 1
    proposal_id: UUID
    about: Literal["organization", "service"]
    entry_id: UUID
    hidden: bool = False  # of such an organisation, or of a restricted service
    proposed_at: datetime


class ProposalDecided(OrganizationEvent):
    """It took effect, was returned with words, or was withdrawn by who made it. Read by notify."""

    type: Literal["org.ihala.directory.proposal-decided"] = "org.ihala.directory.proposal-decided"
    version: Literal[1] = 1
    proposal_id: UUID
    about: Literal["organization", "service"]
    entry_id: UUID
    outcome: Literal["approved", "returned", "withdrawn"]
    hidden: bool = False  # of such an organisation, or of a restricted service
    decided_at: datetime
