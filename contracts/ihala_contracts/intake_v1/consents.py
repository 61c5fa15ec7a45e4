"""What a consent allows, and what is passed on or reported without one."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1.base import ConsentScope, NeedEvent, Urgency


class NeedConsentChanged(NeedEvent):
    """A new revision of the consent behind a need holds. Read by referral, which may now offer to more, or fewer, receivers."""

    type: Literal["org.ihala.intake.need-consent-changed"] = "org.ihala.intake.need-consent-changed"
    version: Literal[1] = 1
    consent: ConsentScope
    changed_at: datetime


class ConsentWithdrawn(NeedEvent):
    """The person took the consent back, for the need or for one referral. Disclosures are already closed. Read by referral and notify."""

    type: Literal["org.ihala.intake.consent-withdrawn"] = "org.ihala.intake.consent-withdrawn"
    version: Literal[1] = 1
    referral_id: UUID | None = None  # None: the whole need
    consent_id: UUID
    revision: int
    withdrawn_at: datetime


class DecisionAwaited(NeedEvent):
    """A minor's consent waits for a decision in the child's best interests; said again each day. Read by notify."""

    type: Literal["org.ihala.intake.decision-awaited"] = "org.ihala.intake.decision-awaited"
    version: Literal[1] = 1
    consent_id: UUID
    urgency: Urgency
    since: datetime


class LawfulBasisUsed(NeedEvent):
    """Something may be passed on without the person's own consent; two people decided so. For the data-protection officer."""

    type: Literal["org.ihala.intake.lawful-basis-used"] = "org.ihala.intake.lawful-basis-used"
    version: Literal[1] = 1
    consent_id: UUID
    revision: int
    basis: Literal["best_interests", "vital_interest"]
    decided_at: datetime


class ReportMade(NeedEvent):
    """An office reported something that a law obliges it to report. For the data-protection officer; to whom and why stays in intake."""

    type: Literal["org.ihala.intake.report-made"] = "org.ihala.intake.report-made"
    version: Literal[1] = 1
    report_id: UUID
    organization_id: UUID
    person_told: bool
    reported_at: datetime
