"""What events say, by their type. A field that your organisation may not know is None.

Written by `make clients-python` from the contracts; do not edit.
"""
from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class DirectoryAgreementExpired(BaseModel):
    """
    The data-sharing agreement has ended: there are no offers. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    agreement_version: str | None = None
    until: date | None = None
    expired_at: AwareDatetime | None = None


class DirectoryAgreementExpiring(BaseModel):
    """
    The data-sharing agreement ends in 30 days or less: without a new one there are no offers afterwards. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    agreement_version: str | None = None
    until: date | None = None
    told_at: AwareDatetime | None = None


class DirectoryApplicationChecked(BaseModel):
    """
    An officer looked at one thing that the law or the work demands of an employer. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    application_id: UUID | None = None
    operator_id: UUID | None = None
    code: str | None = None
    passed: bool | None = None
    hidden: bool | None = None
    checked_at: AwareDatetime | None = None


class DirectoryApplicationRefused(BaseModel):
    """
    The organisation does not take part. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    application_id: UUID | None = None
    operator_id: UUID | None = None
    reason: str | None = None
    hidden: bool | None = None
    refused_at: AwareDatetime | None = None


class DirectoryApplicationReturned(BaseModel):
    """
    The operator asks for more; its words stand with the application. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    application_id: UUID | None = None
    operator_id: UUID | None = None
    hidden: bool | None = None
    returned_at: AwareDatetime | None = None


class DirectoryCapacityFigureOld(BaseModel):
    """
    The number of free places at a service at a location was given so long ago that matching trusts it no more: its provider confirms it,
    or gives another. Told once a figure. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    operator_id: UUID | None = None
    service_id: UUID | None = None
    service_at_location_id: UUID | None = None
    restricted: bool | None = None
    hidden: bool | None = None
    figure_at: AwareDatetime | None = None
    told_at: AwareDatetime | None = None


class DirectoryNoPlaceFoundCriterion(BaseModel):
    """
    One rule held against one service: what was asked, and how it came out. Never a value that describes the person.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    code: str | None = None
    result: Literal['pass', 'fail', 'unknown'] | None = None
    rule_version: int | None = None


class DirectoryNoPlaceFound(BaseModel):
    """
    Nobody can take it now; `failing` names what failed everywhere. Read by referral.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    attempt: int | None = None
    failing: list[DirectoryNoPlaceFoundCriterion] | None = None
    candidates: int | None = None
    answered_at: AwareDatetime | None = None


class DirectoryOrganizationApplied(BaseModel):
    """
    An organisation asks to take part, or again after its application was returned; approved, it joins. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    application_id: UUID | None = None
    operator_id: UUID | None = None
    kind: str | None = None
    hidden: bool | None = None
    applied_at: AwareDatetime | None = None


class DirectoryOrganizationChecked(BaseModel):
    """
    An officer looked again at one thing that is demanded of an employer that takes part. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    operator_id: UUID | None = None
    code: str | None = None
    passed: bool | None = None
    hidden: bool | None = None
    checked_at: AwareDatetime | None = None


class DirectoryOrganizationJoined(BaseModel):
    """
    An organisation may take part: its kind, clearance and agreement. Sent again when one of these changes. Read by all.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    kind: str | None = None
    names: dict[str, str] | None = None
    phone: str | None = None
    operator_id: UUID | None = None
    cleared: bool | None = None
    agreement_until: date | None = None
    hidden: bool | None = None
    reporting_duty: dict[str, str] | None = None
    joined_at: AwareDatetime | None = None


class DirectoryOrganizationLeft(BaseModel):
    """
    The organisation takes part no more, for good: as suspended, without a way back. Read by referral, intake, notify, gateway.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    reason: str | None = None
    left_at: AwareDatetime | None = None


class DirectoryOrganizationReinstated(BaseModel):
    """
    The suspension is over.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    reinstated_at: AwareDatetime | None = None


class DirectoryOrganizationSuspended(BaseModel):
    """
    The organisation gets no offers from now on; what is open with it is placed again. Read by referral, intake, notify, gateway.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    reason: str | None = None
    suspended_at: AwareDatetime | None = None


class DirectoryPlaceReleased(BaseModel):
    """
    A held or taken place is free again.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    reservation_id: UUID | None = None
    referral_id: UUID | None = None
    reason: str | None = None
    released_at: AwareDatetime | None = None


class DirectoryPlaceReservedCriterion(BaseModel):
    """
    One rule held against one service: what was asked, and how it came out. Never a value that describes the person.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    code: str | None = None
    result: Literal['pass', 'fail', 'unknown'] | None = None
    rule_version: int | None = None


class DirectoryPlaceReserved(BaseModel):
    """
    One place is held for one attempt: the only positive answer to a PlacementRequested. Read by referral.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    attempt: int | None = None
    reservation_id: UUID | None = None
    service_id: UUID | None = None
    service_at_location_id: UUID | None = None
    organization_id: UUID | None = None
    organization_kind: str | None = None
    service_name: dict[str, str] | None = None
    governorate: str | None = None
    district: str | None = None
    rank: int | None = None
    explanation: list[DirectoryPlaceReservedCriterion] | None = None
    disclosed_attributes: list[str] | None = None
    allows_waitlist: bool | None = None
    reserved_at: AwareDatetime | None = None


class DirectoryPlaceTakeRefused(BaseModel):
    """
    The place was no longer there at acceptance: nobody's fault. Read by referral: failed as place_lost.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    referral_id: UUID | None = None
    reservation_id: UUID | None = None
    reason: Literal['revoked', 'released', 'full', 'suspended'] | None = None
    refused_at: AwareDatetime | None = None


class DirectoryPlaceTaken(BaseModel):
    """
    The accepted referral has its place. Read by referral.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    referral_id: UUID | None = None
    reservation_id: UUID | None = None
    taken_at: AwareDatetime | None = None


class DirectoryProposalDecided(BaseModel):
    """
    It took effect, was returned with words, or was withdrawn by who made it. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    proposal_id: UUID | None = None
    about: Literal['organization', 'service'] | None = None
    entry_id: UUID | None = None
    outcome: Literal['approved', 'returned', 'withdrawn'] | None = None
    hidden: bool | None = None
    decided_at: AwareDatetime | None = None


class DirectoryProposalMade(BaseModel):
    """
    An organisation wishes an edit of its own entry, or a new service. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    proposal_id: UUID | None = None
    about: Literal['organization', 'service'] | None = None
    entry_id: UUID | None = None
    hidden: bool | None = None
    proposed_at: AwareDatetime | None = None


class DirectoryReservationRevoked(BaseModel):
    """
    The directory took the place back (suspended organisation, closed service). Read by referral: the offer fails, next placement.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    reservation_id: UUID | None = None
    placement_id: UUID | None = None
    attempt: int | None = None
    reason: Literal['suspended', 'service_closed'] | None = None
    revoked_at: AwareDatetime | None = None


class DirectoryRulesetPublished(BaseModel):
    """
    An operator's needs are matched by other rules from `valid_from` on, which explanations call by `rule_version`. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    ruleset_id: UUID | None = None
    operator_id: UUID | None = None
    rule_version: int | None = None
    valid_from: AwareDatetime | None = None
    published_at: AwareDatetime | None = None


class DirectorySealingKeyPublished(BaseModel):
    """
    Directory's newest key: referral seals the facts of a placement to it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    key_id: UUID | None = None
    service: str | None = None
    public_key: dict[str, str] | None = None
    published_at: AwareDatetime | None = None


class DirectoryServiceChanged(BaseModel):
    """
    A service was published, changed, paused or closed. Read by referral (retries what is unserved), notify (its public texts) and intake
    (whom to call in an emergency: `always_open` services with their public `phones`; never what is restricted or hidden).
    """

    model_config = ConfigDict(
        extra='allow',
    )
    service_id: UUID | None = None
    organization_id: UUID | None = None
    status: Literal['active', 'paused', 'closed'] | None = None
    restricted: bool | None = None
    need_codes: list[str] | None = None
    governorates: list[str] | None = None
    names: dict[str, str] | None = None
    address: dict[str, str] | None = None
    addresses: dict[str, dict[str, str]] | None = None
    opening_hours: dict[str, str] | None = None
    documents_to_bring: dict[str, str] | None = None
    places_opened: bool | None = None
    terms_changed: bool | None = None
    hidden: bool | None = None
    always_open: bool | None = None
    phones: list[str] | None = None
    changed_at: AwareDatetime | None = None


class GatewayAccountSuspended(BaseModel):
    """
    A person gets no tokens any more, and those given for her are refused. Whoever may come back signs in anew.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    account_id: UUID | None = None
    suspended_at: AwareDatetime | None = None


class GatewayClientApproved(BaseModel):
    """
    A client may ask for tokens, with these scopes. Sent again when they change.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    client_id: str | None = None
    organization_kind: str | None = None
    kind: Literal['sandbox', 'live'] | None = None
    scopes: list[str] | None = None
    approved_at: AwareDatetime | None = None


class GatewayClientRegistered(BaseModel):
    """
    An organisation asks that a client may call: a new one, or one that wants other scopes or addresses. Waits for its operator.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    client_id: str | None = None
    operator_id: UUID | None = None
    kind: Literal['sandbox', 'live'] | None = None
    scopes: list[str] | None = None
    asked_at: AwareDatetime | None = None


class GatewayClientSuspended(BaseModel):
    """
    A client gets no tokens any more, and those it has are refused.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    client_id: str | None = None
    suspended_at: AwareDatetime | None = None


class GatewayEmergencyAccountUsed(BaseModel):
    """
    The sealed account for emergencies was opened, somebody signed in with it, or it was closed. Whoever did not expect that asks.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    account_id: UUID | None = None
    what: Literal['opened', 'signed-in', 'closed'] | None = None
    at: AwareDatetime | None = None


class GatewayTokenRevoked(BaseModel):
    """
    One access token is refused from now on.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    client_id: str | None = None
    jti: str | None = None
    expires_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None


class IntakeArrivalAnnounced(BaseModel):
    """
    A return programme or the border told, or corrected, who comes and agreed to that. Keyed by the arrival. For the operator's desks.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    arrival_id: UUID | None = None
    operator_id: UUID | None = None
    governorate: str | None = None
    announced_at: AwareDatetime | None = None


class IntakeBreakGlassEnded(BaseModel):
    """
    It is over: the time is up, the reader gave it back, or the data-protection officer ended it. For the same two.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    break_glass_id: UUID | None = None
    operator_id: UUID | None = None
    office_id: UUID | None = None
    organization_id: UUID | None = None
    by: Literal['time', 'reader', 'dpo'] | None = None
    ended_at: AwareDatetime | None = None


class IntakeBreakGlassOpened(BaseModel):
    """
    Somebody opened a file that was not theirs, for three hours and a reason. For the owning office and the data-protection officer.

    `operator_id` and `office_id` own the file, `organization_id` reads it. The reason stays in intake.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    break_glass_id: UUID | None = None
    operator_id: UUID | None = None
    office_id: UUID | None = None
    organization_id: UUID | None = None
    opened_at: AwareDatetime | None = None
    until: AwareDatetime | None = None


class IntakeCallBackAsked(BaseModel):
    """
    Somebody asks to be called. Keyed by what they left. For the operator's desks, which call by then.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    call_back_id: UUID | None = None
    operator_id: UUID | None = None
    governorate: str | None = None
    call_by: AwareDatetime | None = None


class IntakeCaseClosed(BaseModel):
    """
    Nothing more is done in a case. Keyed by the case. For the operator's desks, and statistics.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    case_id: UUID | None = None
    operator_id: UUID | None = None
    reason: str | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    closed_at: AwareDatetime | None = None


class IntakeCaseMoved(BaseModel):
    """
    A case has another officer, office or operator; `operator_id` owns it from now on. Keyed by the case.

    Another operator: its needs say so too, each by a NeedChanged of its own.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    case_id: UUID | None = None
    operator_id: UUID | None = None
    from_operator_id: UUID | None = None
    office_id: UUID | None = None
    to: Literal['officer', 'office', 'operator'] | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    moved_at: AwareDatetime | None = None


class IntakeCaseOpened(BaseModel):
    """
    A person's or household's file was opened. Keyed by the case.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    case_id: UUID | None = None
    operator_id: UUID | None = None
    office_id: UUID | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    opened_at: AwareDatetime | None = None


class IntakeCaseReopened(BaseModel):
    """
    A closed case is worked on again. Keyed by the case.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    case_id: UUID | None = None
    operator_id: UUID | None = None
    reason: str | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    reopened_at: AwareDatetime | None = None


class IntakeComplaintAssigned(BaseModel):
    """
    A complaint was given to an officer, who has to act. Keyed by the complaint. Who it is stays in intake.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    complaint_id: UUID | None = None
    operator_id: UUID | None = None
    sensitive: bool | None = None
    act_by: AwareDatetime | None = None
    assigned_at: AwareDatetime | None = None


class IntakeComplaintOverdue(BaseModel):
    """
    Nobody did anything about a complaint in time. Keyed by the complaint; comes again after each further span.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    complaint_id: UUID | None = None
    operator_id: UUID | None = None
    sensitive: bool | None = None
    escalations: int | None = None
    overdue_at: AwareDatetime | None = None


class IntakeComplaintReceived(BaseModel):
    """
    Somebody said how they were treated. Keyed by the complaint. For those who handle complaints; of a sensitive one nothing else.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    complaint_id: UUID | None = None
    operator_id: UUID | None = None
    sensitive: bool | None = None
    received_at: AwareDatetime | None = None


class IntakeConcernFiled(BaseModel):
    """
    A community forum filed a concern, about nobody in particular. Keyed by the occasion. For the operator.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    occasion_id: UUID | None = None
    concern_id: UUID | None = None
    operator_id: UUID | None = None
    governorate: str | None = None
    filed_at: AwareDatetime | None = None


class IntakeConsentWithdrawn(BaseModel):
    """
    The person took the consent back, for the need or for one referral. Disclosures are already closed. Read by referral and notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    consent_id: UUID | None = None
    revision: int | None = None
    withdrawn_at: AwareDatetime | None = None


class IntakeDecisionAwaited(BaseModel):
    """
    A minor's consent waits for a decision in the child's best interests; said again each day. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    consent_id: UUID | None = None
    urgency: Literal['emergency', 'urgent', 'routine'] | None = None
    since: AwareDatetime | None = None


class IntakeDisclosureAcknowledged(BaseModel):
    """
    The receiver says that it deleted what it had read, or on which legal basis it keeps it. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    disclosure_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    acknowledgement: Literal['deleted', 'kept'] | None = None
    legal_basis: str | None = None
    acknowledged_at: AwareDatetime | None = None


class IntakeDisclosureClosed(BaseModel):
    """
    The receiver's right to read ended. Read by notify, which asks the receiver to confirm deletion until `acknowledge_by`.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    disclosure_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    reason: str | None = None
    closed_at: AwareDatetime | None = None
    acknowledge_by: AwareDatetime | None = None


class IntakeDisclosureOpened(BaseModel):
    """
    The receiver may now read exactly these categories. Read by referral, directory, notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    disclosure_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    consent_id: UUID | None = None
    revision: int | None = None
    categories: list[str] | None = None
    ways: list[str] | None = None
    opened_at: AwareDatetime | None = None


class IntakeDisclosureRefused(BaseModel):
    """
    The consent does not cover this receiver. Read by referral: withdrawn, or failed as consent_too_narrow.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    reason: Literal['withdrawn', 'consent_too_narrow', 'need_closed'] | None = None
    refused_at: AwareDatetime | None = None


class IntakeDisclosureUnacknowledged(BaseModel):
    """
    The receiver did not answer in time whether it deleted. Read by notify, which tells the data-protection officer.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    disclosure_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    acknowledge_by: AwareDatetime | None = None


class IntakeErasureOverdue(BaseModel):
    """
    After 72 hours a service has not said that its keys are gone. Keyed by the erasure. For the data-protection officer.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    erasure_id: UUID | None = None
    operator_id: UUID | None = None
    awaited: list[str] | None = None
    asked_at: AwareDatetime | None = None


class IntakeFollowUpDue(BaseModel):
    """
    It is time to ask the person whether help came. Read by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    follow_up_id: UUID | None = None
    referral_id: UUID | None = None
    due_at: AwareDatetime | None = None


class IntakeFollowUpRecorded(BaseModel):
    """
    The person said whether help came, or was not reached this time. Read by referral (a dispute is heard; statistics), notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    follow_up_id: UUID | None = None
    referral_id: UUID | None = None
    result: Literal['confirmed', 'disputed', 'unreached'] | None = None
    need_state: Literal['open', 'referring', 'served', 'verified', 'unverified', 'unserved', 'closed'] | None = (
        None
    )
    recorded_at: AwareDatetime | None = None


class IntakeHandOverEnded(BaseModel):
    """
    The other operator answered, the offer was taken back, or its time was over. Keyed by the offer. For both operators.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    hand_over_id: UUID | None = None
    operator_id: UUID | None = None
    to_operator_id: UUID | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    state: Literal['accepted', 'refused', 'taken_back', 'lapsed'] | None = None
    ended_at: AwareDatetime | None = None


class IntakeHandOverOffered(BaseModel):
    """
    A case is offered to another operator, which has to answer. Keyed by the offer, since before the answer no case is named.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    hand_over_id: UUID | None = None
    operator_id: UUID | None = None
    to_operator_id: UUID | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    offered_at: AwareDatetime | None = None
    answer_by: AwareDatetime | None = None


class IntakeLawfulBasisUsed(BaseModel):
    """
    Something may be passed on without the person's own consent; two people decided so. For the data-protection officer.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    consent_id: UUID | None = None
    revision: int | None = None
    basis: Literal['best_interests', 'vital_interest'] | None = None
    decided_at: AwareDatetime | None = None


class IntakeNeedChanged(BaseModel):
    """
    What a need says about its place, urgency or facts was corrected. Read by referral; offers made before are told apart.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    urgency: Literal['emergency', 'urgent', 'routine'] | None = None
    governorate: str | None = None
    district: str | None = None
    match_settled: bool | None = None
    facts: str | None = None
    reason: str | None = None
    changed_at: AwareDatetime | None = None
    messages_wanted: bool | None = None


class IntakeNeedClosed(BaseModel):
    """
    Nothing more will be done for this need. Read by referral, which ends its placement, and by notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    reason: str | None = None
    closed_at: AwareDatetime | None = None


class IntakeNeedConsentChangedConsentScope(BaseModel):
    """
    What one revision of a consent allows, without a word of whom it is about.

    `recipients` names organisations; an empty list means the whole class of providers, which a restricted need never has.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    consent_id: UUID | None = None
    revision: int | None = None
    given: bool | None = None
    recipients: list[UUID] | None = None
    objections: list[UUID] | None = None
    categories: list[str] | None = None
    until: AwareDatetime | None = None


class IntakeNeedConsentChanged(BaseModel):
    """
    A new revision of the consent behind a need holds. Read by referral, which may now offer to more, or fewer, receivers.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    consent: IntakeNeedConsentChangedConsentScope | None = None
    changed_at: AwareDatetime | None = None


class IntakeNeedIdentifiedConsentScope(BaseModel):
    """
    What one revision of a consent allows, without a word of whom it is about.

    `recipients` names organisations; an empty list means the whole class of providers, which a restricted need never has.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    consent_id: UUID | None = None
    revision: int | None = None
    given: bool | None = None
    recipients: list[UUID] | None = None
    objections: list[UUID] | None = None
    categories: list[str] | None = None
    until: AwareDatetime | None = None


class IntakeNeedIdentified(BaseModel):
    """
    A person needs something and agreed that it be passed on. Read by referral, which opens the need's one placement; by notify.

    A child's restricted need whose consent waits for a decision comes with `consent.given` false: it is triaged, and goes nowhere yet.

    `need_code` is the code of the controlled list; for a restricted need it is `protection`, and `facts` is never there.
    `facts` is sealed to referral (compact JWE): age in years, sex, status, household size, languages, requirements; disability, to count.
    `earlier_cases` are others of the same file's person: whom they were parted from, this one is not brought together with either.
    None of, and none for, what is restricted.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    case_id: UUID | None = None
    reference: str | None = None
    need_code: str | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    urgency: Literal['emergency', 'urgent', 'routine'] | None = None
    governorate: str | None = None
    district: str | None = None
    origin_id: UUID | None = None
    origin_kind: str | None = None
    match_settled: bool | None = None
    consent: IntakeNeedIdentifiedConsentScope | None = None
    facts: str | None = None
    preferred_reservation_id: UUID | None = None
    requested_at: AwareDatetime | None = None
    messages_wanted: bool | None = None
    earlier_cases: list[UUID] | None = None


class IntakeNeedStateChanged(BaseModel):
    """
    The need moved (open, referring, served, verified …). Written by intake alone; read by notify and by statistics.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    origin_id: UUID | None = None
    before: Literal['open', 'referring', 'served', 'verified', 'unverified', 'unserved', 'closed'] | None = (
        None
    )
    after: Literal['open', 'referring', 'served', 'verified', 'unverified', 'unserved', 'closed'] | None = (
        None
    )
    changed_at: AwareDatetime | None = None


class IntakeOnwardNeedSettled(BaseModel):
    """
    What became of a receiver's OnwardNeedAsked, keyed by the need that caused it. Read by referral and by notify's feed.

    `waits`: the consent does not cover it, so the owning office decides with the person. `opened_need_id` is for referral alone.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    onward_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    outcome: Literal['opened', 'waits', 'refused'] | None = None
    opened_need_id: UUID | None = None
    settled_at: AwareDatetime | None = None


class IntakePersonErased(BaseModel):
    """
    A person's keys were destroyed. Keyed by the erasure. Read by every service that seals things about needs under keys of its own:
    it destroys those of `needs`, makes none for them ever again, and answers with its ErasureReported.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    erasure_id: UUID | None = None
    operator_id: UUID | None = None
    needs: list[UUID] | None = None
    erased_at: AwareDatetime | None = None


class IntakePersonMergeUndone(BaseModel):
    """
    The two are told apart again. Keyed by the person that was kept.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    person_id: UUID | None = None
    merged_id: UUID | None = None
    merge_id: UUID | None = None
    operator_id: UUID | None = None
    undone_at: AwareDatetime | None = None


class IntakePersonMerged(BaseModel):
    """
    The operator decided that two persons are one. Nothing moved: cases, needs and references stay. Keyed by the person kept.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    person_id: UUID | None = None
    merged_id: UUID | None = None
    merge_id: UUID | None = None
    operator_id: UUID | None = None
    merged_at: AwareDatetime | None = None


class IntakePossibleDoubleFound(BaseModel):
    """
    Two persons of one operator may be one, and somebody has to decide. Keyed by the pair. Never about anybody restricted.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    candidate_id: UUID | None = None
    operator_id: UUID | None = None
    found_at: AwareDatetime | None = None


class IntakeProgrammePlanSent(BaseModel):
    """
    A return programme sent the plan it had made, or what became of it since. Keyed by it. For the operator's desks, which adopt it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    programme_plan_id: UUID | None = None
    operator_id: UUID | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    sent_at: AwareDatetime | None = None


class IntakeProgrammePlanSettled(BaseModel):
    """
    A desk adopted a programme's plan or refused it, or nobody did in time. Keyed by it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    programme_plan_id: UUID | None = None
    operator_id: UUID | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    state: Literal['adopted', 'refused', 'lapsed'] | None = None
    settled_at: AwareDatetime | None = None


class IntakeReportMade(BaseModel):
    """
    An office reported something that a law obliges it to report. For the data-protection officer; to whom and why stays in intake.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    operator_id: UUID | None = None
    report_id: UUID | None = None
    organization_id: UUID | None = None
    person_told: bool | None = None
    reported_at: AwareDatetime | None = None


class IntakeSealingKeyPublished(BaseModel):
    """
    Intake's newest key for facts sealed to it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    key_id: UUID | None = None
    service: str | None = None
    public_key: dict[str, str] | None = None
    published_at: AwareDatetime | None = None


class IntakeWaitingEnded(BaseModel):
    """
    An arrival or a call-back waits no more: a desk made a request of it, closed it, or its time was over. Keyed by it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    waiting_id: UUID | None = None
    operator_id: UUID | None = None
    state: Literal['completed', 'closed', 'lapsed'] | None = None
    ended_at: AwareDatetime | None = None


class NotifyCallTaskEnded(BaseModel):
    """
    A call was made, was given up (a coordinator decides), or need not be made any more.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    call_id: UUID | None = None
    state: str | None = None
    result: str | None = None
    tries: int | None = None
    ended_at: AwareDatetime | None = None


class NotifyCallTaskOpened(BaseModel):
    """
    Somebody of the operator has to call about a need: what was to be told could not be written, or is to be said aloud.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    call_id: UUID | None = None
    reason: str | None = None
    due_at: AwareDatetime | None = None
    opened_at: AwareDatetime | None = None


class NotifyCallTaskPutOff(BaseModel):
    """
    Nobody was reached; the call is made on another day.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    call_id: UUID | None = None
    tries: int | None = None
    due_at: AwareDatetime | None = None


class NotifyCallTaskTaken(BaseModel):
    """
    Somebody makes the call: nobody else needs to.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    call_id: UUID | None = None
    taken_at: AwareDatetime | None = None


class NotifyErasureReported(BaseModel):
    """
    Notify holds no keys: it has dropped what waited to be said about an erased person's needs. Read by intake.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    erasure_id: UUID | None = None
    keys_destroyed: int | None = None
    reported_at: AwareDatetime | None = None


class NotifyMessageDelivered(BaseModel):
    """
    A message reached the channel's end. Read by intake (which ways reach a person).
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    message_id: UUID | None = None
    template: str | None = None
    channel: str | None = None
    delivered_at: AwareDatetime | None = None
    told_of: UUID | None = None


class NotifyMessageFailed(BaseModel):
    """
    A message could not be delivered; somebody has to call. Read by intake.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    message_id: UUID | None = None
    template: str | None = None
    channel: str | None = None
    reason: str | None = None
    failed_at: AwareDatetime | None = None
    told_of: UUID | None = None


class NotifyMessageJoined(BaseModel):
    """
    Another message spoke for this one and was delivered: its person knows that there is news. Read by notify, when it is restored.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    message_id: UUID | None = None
    template: str | None = None
    joined_at: AwareDatetime | None = None
    told_of: UUID | None = None


class NotifyMessageResent(BaseModel):
    """
    A message that failed is sent once more, since somebody asked for it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    message_id: UUID | None = None
    resent_at: AwareDatetime | None = None


class NotifySubscriptionChanged(BaseModel):
    """
    Its owner wants something else from now on. Keyed by the organisation.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    subscription_id: UUID | None = None
    changed_at: AwareDatetime | None = None


class NotifySubscriptionDegraded(BaseModel):
    """
    What a subscription is sent to fails: one event at a time is tried until it is taken, or, with the reason `too_many_refused`,
    what it refuses for good is given up early and everything else is sent. Keyed by the organisation.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    subscription_id: UUID | None = None
    reason: str | None = None
    degraded_at: AwareDatetime | None = None


class NotifySubscriptionDisabled(BaseModel):
    """
    A subscription stopped: its owner is told. Keyed by the organisation.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    subscription_id: UUID | None = None
    reason: str | None = None
    disabled_at: AwareDatetime | None = None


class NotifySubscriptionEnded(BaseModel):
    """
    Its owner took a subscription away. Keyed by the organisation.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    subscription_id: UUID | None = None
    ended_at: AwareDatetime | None = None


class NotifySubscriptionOpened(BaseModel):
    """
    An organisation follows events from now on. Keyed by the organisation.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    subscription_id: UUID | None = None
    kind: str | None = None
    opened_at: AwareDatetime | None = None


class NotifySubscriptionPaused(BaseModel):
    """
    Nothing is sent until it is resumed: its owner, the operator or what it is sent to said so, or its client may not read events
    (`client_may_not_read`: it goes on by itself when it may again), or notify came back from a backup and lost what its owner had changed
    (`restored`: look at it, then resume it). Keyed by the organisation.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    subscription_id: UUID | None = None
    reason: str | None = None
    paused_at: AwareDatetime | None = None


class NotifySubscriptionResumed(BaseModel):
    """
    A subscription that was degraded, paused or disabled goes on from where it stood. Keyed by the organisation.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    subscription_id: UUID | None = None
    before: str | None = None
    resumed_at: AwareDatetime | None = None


class NotifyTemplateChanged(BaseModel):
    """
    People are told something in other words from now on. Keyed by the operator whose words they are.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    code: str | None = None
    revision: int | None = None
    changed_at: AwareDatetime | None = None


class ReferralAccepted(BaseModel):
    """
    The receiver takes the case. Read by intake (opens the disclosure), directory (takes the place) and notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_id: UUID | None = None
    service_at_location_id: UUID | None = None
    first_contact_by: AwareDatetime | None = None


class ReferralAcknowledged(BaseModel):
    """
    The receiver has seen it. The decision clock runs on.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None


class ReferralAmended(BaseModel):
    """
    What an open offer says was corrected: names of fields and a code, never values. Read by notify's feed; the receiver reads anew.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    fields: list[str] | None = None
    reason: str | None = None


class ReferralAnswered(BaseModel):
    """
    The question was answered, or its time ran out (`by_clock`).
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    by_clock: bool | None = None


class ReferralAppointmentChanged(BaseModel):
    """
    A time with the receiver was proposed, put off, confirmed, kept, missed or cancelled. Read by notify's feed.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    appointment_id: UUID | None = None
    appointment_state: Literal['proposed', 'confirmed', 'attended', 'no_show', 'cancelled'] | None = (
        None
    )
    starts_at: AwareDatetime | None = None


class ReferralCalendarChanged(BaseModel):
    """
    An organisation's working time changed: its calendar, a closure declared or withdrawn, or what a service promises to do sooner.
    For an operator's closure of everybody `organization_id` is the operator. Read by notify, for its own feed and its operator's.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    organization_id: UUID | None = None
    operator_id: UUID | None = None
    what: Literal['calendar', 'closure', 'withdrawal', 'service_policy'] | None = None
    changed_at: AwareDatetime | None = None


class ReferralCancelled(BaseModel):
    """
    Origin or coordinator took it back, or another attempt was accepted first (`placed_elsewhere`).
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_at_location_id: UUID | None = None
    reason: str | None = None


class ReferralCompetenceChanged(BaseModel):
    """
    An operator set rows of its own for a kind of origin; GET /v1/competence says them. Read by notify, for the operator's own feed.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    competence_id: UUID | None = None
    operator_id: UUID | None = None
    origin_kind: str | None = None
    competence_version: int | None = None
    valid_from: AwareDatetime | None = None
    changed_at: AwareDatetime | None = None


class ReferralCompletedOutcome(BaseModel):
    """
    What came of one thing asked.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    item: str | None = None
    result: Literal['met', 'partly_met', 'not_met'] | None = None


class ReferralCompleted(BaseModel):
    """
    The receiver says that it is done, with an outcome for each thing asked. Read by intake, directory and notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_at_location_id: UUID | None = None
    outcomes: list[ReferralCompletedOutcome] | None = None


class ReferralContactTried(BaseModel):
    """
    Somebody tried to reach the person. Read by notify's feed: receiver, origin and office see whether it worked.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    try_id: UUID | None = None
    way: Literal['call', 'message', 'visit', 'through_origin'] | None = None
    reached: bool | None = None
    tried_at: AwareDatetime | None = None


class ReferralDeadlineMissed(BaseModel):
    """
    A deadline passed. `referral_id` is None for a placement's own deadline (triage, unserved).
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    deadline: str | None = None
    missed_at: AwareDatetime | None = None


class ReferralDeadlineNear(BaseModel):
    """
    Three quarters of a deadline's time are over and nothing was done: told once a deadline, and not while it rests. Read by notify.

    `deadline` is acknowledge, decide, first_contact or answer, or waitlist_review where a place became free for somebody who waits; `to`
    names who must act by it: provider, origin, or office for an origin whose part its operator takes.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    deadline: str | None = None
    to: list[str] | None = None
    due_at: AwareDatetime | None = None
    told_at: AwareDatetime | None = None


class ReferralDeadlinesRecomputedDeadlineMoved(BaseModel):
    """
    One deadline (triage_by, acknowledge_by, decide_by, level_1_at …): when it was, and when it is now.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    deadline: str | None = None
    before: AwareDatetime | None = None
    after: AwareDatetime | None = None


class ReferralDeadlinesRecomputedDeadlines(BaseModel):
    """
    When what is due, as instants; the policy's version stays with the placement.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    acknowledge_by: AwareDatetime | None = None
    decide_by: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    first_contact_by: AwareDatetime | None = None


class ReferralDeadlinesRecomputed(BaseModel):
    """
    Open deadlines were counted again, because a closure was declared or withdrawn or a calendar changed. Never of one that has fired,
    never of an emergency. `referral_id` is None for the placement's own (triage). Read by notify, for the feeds of all parties.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    moved: list[ReferralDeadlinesRecomputedDeadlineMoved] | None = None
    deadlines: ReferralDeadlinesRecomputedDeadlines | None = None
    answer_by: AwareDatetime | None = None
    recomputed_at: AwareDatetime | None = None


class ReferralDeclined(BaseModel):
    """
    The receiver says no (or gives it back before first contact). Read by directory (place released), intake, notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_at_location_id: UUID | None = None
    reason: str | None = None
    after_acceptance: bool | None = None


class ReferralDutyRosterChangedCovered(BaseModel):
    """
    From one instant to another a coordinator and somebody of the directorate are on duty without a break.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class ReferralDutyRosterChanged(BaseModel):
    """
    An operator's duty roster in a governorate is another: `covered` is all of it from now on. Read by intake, which takes emergencies
    only while it is covered, and by notify, for the operator's own feed.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    roster_id: UUID | None = None
    operator_id: UUID | None = None
    governorate: str | None = None
    covered_until: AwareDatetime | None = None
    covered: list[ReferralDutyRosterChangedCovered] | None = None
    changed_at: AwareDatetime | None = None


class ReferralErasureReported(BaseModel):
    """
    Referral has destroyed the keys of an erased person's needs. Read by intake.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    erasure_id: UUID | None = None
    keys_destroyed: int | None = None
    reported_at: AwareDatetime | None = None


class ReferralEscalated(BaseModel):
    """
    A level was reached: it fires once. `to` names who hears it: provider, origin, coordinator, directorate.

    Of an emergency `duty_shift_ids` are the shifts of the operator's duty roster that it falls on; empty where nobody is on duty.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    level: int | None = None
    to: list[str] | None = None
    duty_shift_ids: list[UUID] | None = None
    escalated_at: AwareDatetime | None = None


class ReferralExpired(BaseModel):
    """
    Nobody answered in time; never the same as declined. Read by directory, intake, notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_at_location_id: UUID | None = None


class ReferralFailed(BaseModel):
    """
    It could not be done: unreachable, no_first_contact, provider_closed, moved, place_lost, reservation_revoked, consent_too_narrow.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_at_location_id: UUID | None = None
    reason: str | None = None


class ReferralFilesChanged(BaseModel):
    """
    A file at intake was named for the receiver, or taken back; which one, the API tells. Read by notify's feed.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    files: int | None = None


class ReferralHeld(BaseModel):
    """
    The service rests until `resume_by`.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    reason: str | None = None
    resume_by: AwareDatetime | None = None


class ReferralInformationRequested(BaseModel):
    """
    The receiver asks; its decision clock rests until `answer_by`.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    round: int | None = None
    answer_by: AwareDatetime | None = None


class ReferralNeedUnserved(BaseModel):
    """
    No candidate now; a coordinator was told, and it is tried again when the directory changes. Read by intake and notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    operator_id: UUID | None = None
    attempt: int | None = None
    failing: list[str] | None = None
    unserved_at: AwareDatetime | None = None


class ReferralNoteShared(BaseModel):
    """
    One side wrote a note for the others, who ask the API for it. Read by notify's feed.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    note_id: UUID | None = None
    by: Literal['origin', 'coordinator', 'provider'] | None = None


class ReferralOfferedDeadlines(BaseModel):
    """
    When what is due, as instants; the policy's version stays with the placement.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    acknowledge_by: AwareDatetime | None = None
    decide_by: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    first_contact_by: AwareDatetime | None = None


class ReferralOffered(BaseModel):
    """
    A receiver is asked. Read by notify (receiver and person are told) and by intake.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_id: UUID | None = None
    service_at_location_id: UUID | None = None
    urgency: Literal['emergency', 'urgent', 'routine'] | None = None
    governorate: str | None = None
    deadlines: ReferralOfferedDeadlines | None = None
    replaces: UUID | None = None


class ReferralOneTimeLinkEnded(BaseModel):
    """
    The link answers nobody any more: used, replaced, revoked, or `tries` (too many wrong codes). Read by notify: the operator's feed.

    One whose offer ended or whose time ran out has no event of its own: the referral's says it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    link_id: UUID | None = None
    reason: Literal['used', 'replaced', 'revoked', 'tries'] | None = None
    ended_at: AwareDatetime | None = None


class ReferralOneTimeLinkIssued(BaseModel):
    """
    A receiver's focal person may answer an offer by a link. Read by notify: the operator's feed, and later the reminder to her.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    operator_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    link_id: UUID | None = None
    focal_id: str | None = None
    language: Literal['ar', 'ckb', 'en'] | None = None
    expires_at: AwareDatetime | None = None
    issued_at: AwareDatetime | None = None


class ReferralOnwardNeedAsked(BaseModel):
    """
    A receiver asks that another need be opened in the same case. Read by intake, which opens it or has its office decide.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    onward_id: UUID | None = None
    need_code: str | None = None
    urgency: Literal['emergency', 'urgent', 'routine'] | None = None


class ReferralPlacementCancelled(BaseModel):
    """
    The answer to this attempt is no longer wanted: directory releases what it holds for it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    attempt: int | None = None
    reservation_id: UUID | None = None
    reason: str | None = None


class ReferralPlacementEnded(BaseModel):
    """
    The placement is over without a referral in service: withdrawn, closed, or rejected in triage. Read by intake and notify.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    reason: str | None = None
    route: str | None = None
    ended_at: AwareDatetime | None = None


class ReferralPlacementRequested(BaseModel):
    """
    One attempt to find a place. Read by directory, which answers once for each (placement_id, attempt).

    `facts` is sealed to directory. `excluded` are service-at-location ids. `preferred_reservation_id` is an officer's own reservation.
    `recipients` and `objections` are the consent's: organisations it names (empty: any provider) and those the person refused.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    attempt: int | None = None
    operator_id: UUID | None = None
    origin_id: UUID | None = None
    need_code: str | None = None
    sensitivity: Literal['standard', 'protected', 'restricted'] | None = None
    urgency: Literal['emergency', 'urgent', 'routine'] | None = None
    governorate: str | None = None
    district: str | None = None
    excluded: list[UUID] | None = None
    recipients: list[UUID] | None = None
    objections: list[UUID] | None = None
    preferred_reservation_id: UUID | None = None
    preferred_service_at_location_id: UUID | None = None
    facts: str | None = None
    requested_at: AwareDatetime | None = None


class ReferralPlacementTriaged(BaseModel):
    """
    A coordinator must decide where this need goes. Read by notify and intake.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    operator_id: UUID | None = None
    reasons: list[str] | None = None
    triage_by: AwareDatetime | None = None


class ReferralRedacted(BaseModel):
    """
    Its content was taken out by two people; it never counts again. Read by directory, intake, notify.

    Directory releases the place, intake closes the disclosure.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_at_location_id: UUID | None = None
    before: str | None = None


class ReferralResumed(BaseModel):
    """
    The service goes on.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None


class ReferralReviewed(BaseModel):
    """
    The receiver looked at it again: the service, or the waiting, goes on until `review_at`.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    review_at: AwareDatetime | None = None


class ReferralSealingKeyPublished(BaseModel):
    """
    Referral's newest key: intake seals the facts of a need to it.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    key_id: UUID | None = None
    service: str | None = None
    public_key: dict[str, str] | None = None
    published_at: AwareDatetime | None = None


class ReferralStarted(BaseModel):
    """
    First contact was made: the service runs.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None


class ReferralWaitlisted(BaseModel):
    """
    On the receiver's list with the person's agreement; the reservation is released.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_at_location_id: UUID | None = None
    review_at: AwareDatetime | None = None


class ReferralWithdrawn(BaseModel):
    """
    The person took it back.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    need_id: UUID | None = None
    placement_id: UUID | None = None
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    origin_id: UUID | None = None
    operator_id: UUID | None = None
    restricted: bool | None = None
    reservation_id: UUID | None = None
    attempt: int | None = None
    state: str | None = None
    referral_version: int | None = None
    moved_at: AwareDatetime | None = None
    service_at_location_id: UUID | None = None


BY_TYPE: dict[str, type[BaseModel]] = {
    'org.ihala.directory.agreement-expired': DirectoryAgreementExpired,
    'org.ihala.directory.agreement-expiring': DirectoryAgreementExpiring,
    'org.ihala.directory.application-checked': DirectoryApplicationChecked,
    'org.ihala.directory.application-refused': DirectoryApplicationRefused,
    'org.ihala.directory.application-returned': DirectoryApplicationReturned,
    'org.ihala.directory.capacity-figure-old': DirectoryCapacityFigureOld,
    'org.ihala.directory.no-place-found': DirectoryNoPlaceFound,
    'org.ihala.directory.organization-applied': DirectoryOrganizationApplied,
    'org.ihala.directory.organization-checked': DirectoryOrganizationChecked,
    'org.ihala.directory.organization-joined': DirectoryOrganizationJoined,
    'org.ihala.directory.organization-left': DirectoryOrganizationLeft,
    'org.ihala.directory.organization-reinstated': DirectoryOrganizationReinstated,
    'org.ihala.directory.organization-suspended': DirectoryOrganizationSuspended,
    'org.ihala.directory.place-released': DirectoryPlaceReleased,
    'org.ihala.directory.place-reserved': DirectoryPlaceReserved,
    'org.ihala.directory.place-take-refused': DirectoryPlaceTakeRefused,
    'org.ihala.directory.place-taken': DirectoryPlaceTaken,
    'org.ihala.directory.proposal-decided': DirectoryProposalDecided,
    'org.ihala.directory.proposal-made': DirectoryProposalMade,
    'org.ihala.directory.reservation-revoked': DirectoryReservationRevoked,
    'org.ihala.directory.ruleset-published': DirectoryRulesetPublished,
    'org.ihala.directory.sealing-key-published': DirectorySealingKeyPublished,
    'org.ihala.directory.service-changed': DirectoryServiceChanged,
    'org.ihala.gateway.account-suspended': GatewayAccountSuspended,
    'org.ihala.gateway.client-approved': GatewayClientApproved,
    'org.ihala.gateway.client-registered': GatewayClientRegistered,
    'org.ihala.gateway.client-suspended': GatewayClientSuspended,
    'org.ihala.gateway.emergency-account-used': GatewayEmergencyAccountUsed,
    'org.ihala.gateway.token-revoked': GatewayTokenRevoked,
    'org.ihala.intake.arrival-announced': IntakeArrivalAnnounced,
    'org.ihala.intake.break-glass-ended': IntakeBreakGlassEnded,
    'org.ihala.intake.break-glass-opened': IntakeBreakGlassOpened,
    'org.ihala.intake.call-back-asked': IntakeCallBackAsked,
    'org.ihala.intake.case-closed': IntakeCaseClosed,
    'org.ihala.intake.case-moved': IntakeCaseMoved,
    'org.ihala.intake.case-opened': IntakeCaseOpened,
    'org.ihala.intake.case-reopened': IntakeCaseReopened,
    'org.ihala.intake.complaint-assigned': IntakeComplaintAssigned,
    'org.ihala.intake.complaint-overdue': IntakeComplaintOverdue,
    'org.ihala.intake.complaint-received': IntakeComplaintReceived,
    'org.ihala.intake.concern-filed': IntakeConcernFiled,
    'org.ihala.intake.consent-withdrawn': IntakeConsentWithdrawn,
    'org.ihala.intake.decision-awaited': IntakeDecisionAwaited,
    'org.ihala.intake.disclosure-acknowledged': IntakeDisclosureAcknowledged,
    'org.ihala.intake.disclosure-closed': IntakeDisclosureClosed,
    'org.ihala.intake.disclosure-opened': IntakeDisclosureOpened,
    'org.ihala.intake.disclosure-refused': IntakeDisclosureRefused,
    'org.ihala.intake.disclosure-unacknowledged': IntakeDisclosureUnacknowledged,
    'org.ihala.intake.erasure-overdue': IntakeErasureOverdue,
    'org.ihala.intake.follow-up-due': IntakeFollowUpDue,
    'org.ihala.intake.follow-up-recorded': IntakeFollowUpRecorded,
    'org.ihala.intake.hand-over-ended': IntakeHandOverEnded,
    'org.ihala.intake.hand-over-offered': IntakeHandOverOffered,
    'org.ihala.intake.lawful-basis-used': IntakeLawfulBasisUsed,
    'org.ihala.intake.need-changed': IntakeNeedChanged,
    'org.ihala.intake.need-closed': IntakeNeedClosed,
    'org.ihala.intake.need-consent-changed': IntakeNeedConsentChanged,
    'org.ihala.intake.need-identified': IntakeNeedIdentified,
    'org.ihala.intake.need-state-changed': IntakeNeedStateChanged,
    'org.ihala.intake.onward-need-settled': IntakeOnwardNeedSettled,
    'org.ihala.intake.person-erased': IntakePersonErased,
    'org.ihala.intake.person-merge-undone': IntakePersonMergeUndone,
    'org.ihala.intake.person-merged': IntakePersonMerged,
    'org.ihala.intake.possible-double-found': IntakePossibleDoubleFound,
    'org.ihala.intake.programme-plan-sent': IntakeProgrammePlanSent,
    'org.ihala.intake.programme-plan-settled': IntakeProgrammePlanSettled,
    'org.ihala.intake.report-made': IntakeReportMade,
    'org.ihala.intake.sealing-key-published': IntakeSealingKeyPublished,
    'org.ihala.intake.waiting-ended': IntakeWaitingEnded,
    'org.ihala.notify.call-task-ended': NotifyCallTaskEnded,
    'org.ihala.notify.call-task-opened': NotifyCallTaskOpened,
    'org.ihala.notify.call-task-put-off': NotifyCallTaskPutOff,
    'org.ihala.notify.call-task-taken': NotifyCallTaskTaken,
    'org.ihala.notify.erasure-reported': NotifyErasureReported,
    'org.ihala.notify.message-delivered': NotifyMessageDelivered,
    'org.ihala.notify.message-failed': NotifyMessageFailed,
    'org.ihala.notify.message-joined': NotifyMessageJoined,
    'org.ihala.notify.message-resent': NotifyMessageResent,
    'org.ihala.notify.subscription-changed': NotifySubscriptionChanged,
    'org.ihala.notify.subscription-degraded': NotifySubscriptionDegraded,
    'org.ihala.notify.subscription-disabled': NotifySubscriptionDisabled,
    'org.ihala.notify.subscription-ended': NotifySubscriptionEnded,
    'org.ihala.notify.subscription-opened': NotifySubscriptionOpened,
    'org.ihala.notify.subscription-paused': NotifySubscriptionPaused,
    'org.ihala.notify.subscription-resumed': NotifySubscriptionResumed,
    'org.ihala.notify.template-changed': NotifyTemplateChanged,
    'org.ihala.referral.accepted': ReferralAccepted,
    'org.ihala.referral.acknowledged': ReferralAcknowledged,
    'org.ihala.referral.amended': ReferralAmended,
    'org.ihala.referral.answered': ReferralAnswered,
    'org.ihala.referral.appointment-changed': ReferralAppointmentChanged,
    'org.ihala.referral.calendar-changed': ReferralCalendarChanged,
    'org.ihala.referral.cancelled': ReferralCancelled,
    'org.ihala.referral.competence-changed': ReferralCompetenceChanged,
    'org.ihala.referral.completed': ReferralCompleted,
    'org.ihala.referral.contact-tried': ReferralContactTried,
    'org.ihala.referral.deadline-missed': ReferralDeadlineMissed,
    'org.ihala.referral.deadline-near': ReferralDeadlineNear,
    'org.ihala.referral.deadlines-recomputed': ReferralDeadlinesRecomputed,
    'org.ihala.referral.declined': ReferralDeclined,
    'org.ihala.referral.duty-roster-changed': ReferralDutyRosterChanged,
    'org.ihala.referral.erasure-reported': ReferralErasureReported,
    'org.ihala.referral.escalated': ReferralEscalated,
    'org.ihala.referral.expired': ReferralExpired,
    'org.ihala.referral.failed': ReferralFailed,
    'org.ihala.referral.files-changed': ReferralFilesChanged,
    'org.ihala.referral.held': ReferralHeld,
    'org.ihala.referral.information-requested': ReferralInformationRequested,
    'org.ihala.referral.need-unserved': ReferralNeedUnserved,
    'org.ihala.referral.note-shared': ReferralNoteShared,
    'org.ihala.referral.offered': ReferralOffered,
    'org.ihala.referral.one-time-link-ended': ReferralOneTimeLinkEnded,
    'org.ihala.referral.one-time-link-issued': ReferralOneTimeLinkIssued,
    'org.ihala.referral.onward-need-asked': ReferralOnwardNeedAsked,
    'org.ihala.referral.placement-cancelled': ReferralPlacementCancelled,
    'org.ihala.referral.placement-ended': ReferralPlacementEnded,
    'org.ihala.referral.placement-requested': ReferralPlacementRequested,
    'org.ihala.referral.placement-triaged': ReferralPlacementTriaged,
    'org.ihala.referral.redacted': ReferralRedacted,
    'org.ihala.referral.resumed': ReferralResumed,
    'org.ihala.referral.reviewed': ReferralReviewed,
    'org.ihala.referral.sealing-key-published': ReferralSealingKeyPublished,
    'org.ihala.referral.started': ReferralStarted,
    'org.ihala.referral.waitlisted': ReferralWaitlisted,
    'org.ihala.referral.withdrawn': ReferralWithdrawn,
}


BY_SCHEMA: dict[str, type[BaseModel]] = {
    'directory.agreement-expired.v1': DirectoryAgreementExpired,
    'directory.agreement-expiring.v1': DirectoryAgreementExpiring,
    'directory.application-checked.v1': DirectoryApplicationChecked,
    'directory.application-refused.v1': DirectoryApplicationRefused,
    'directory.application-returned.v1': DirectoryApplicationReturned,
    'directory.capacity-figure-old.v1': DirectoryCapacityFigureOld,
    'directory.no-place-found.v1': DirectoryNoPlaceFound,
    'directory.organization-applied.v1': DirectoryOrganizationApplied,
    'directory.organization-checked.v1': DirectoryOrganizationChecked,
    'directory.organization-joined.v1': DirectoryOrganizationJoined,
    'directory.organization-left.v1': DirectoryOrganizationLeft,
    'directory.organization-reinstated.v1': DirectoryOrganizationReinstated,
    'directory.organization-suspended.v1': DirectoryOrganizationSuspended,
    'directory.place-released.v1': DirectoryPlaceReleased,
    'directory.place-reserved.v1': DirectoryPlaceReserved,
    'directory.place-take-refused.v1': DirectoryPlaceTakeRefused,
    'directory.place-taken.v1': DirectoryPlaceTaken,
    'directory.proposal-decided.v1': DirectoryProposalDecided,
    'directory.proposal-made.v1': DirectoryProposalMade,
    'directory.reservation-revoked.v1': DirectoryReservationRevoked,
    'directory.ruleset-published.v1': DirectoryRulesetPublished,
    'directory.sealing-key-published.v1': DirectorySealingKeyPublished,
    'directory.service-changed.v1': DirectoryServiceChanged,
    'gateway.account-suspended.v1': GatewayAccountSuspended,
    'gateway.client-approved.v1': GatewayClientApproved,
    'gateway.client-registered.v1': GatewayClientRegistered,
    'gateway.client-suspended.v1': GatewayClientSuspended,
    'gateway.emergency-account-used.v1': GatewayEmergencyAccountUsed,
    'gateway.token-revoked.v1': GatewayTokenRevoked,
    'intake.arrival-announced.v1': IntakeArrivalAnnounced,
    'intake.break-glass-ended.v1': IntakeBreakGlassEnded,
    'intake.break-glass-opened.v1': IntakeBreakGlassOpened,
    'intake.call-back-asked.v1': IntakeCallBackAsked,
    'intake.case-closed.v1': IntakeCaseClosed,
    'intake.case-moved.v1': IntakeCaseMoved,
    'intake.case-opened.v1': IntakeCaseOpened,
    'intake.case-reopened.v1': IntakeCaseReopened,
    'intake.complaint-assigned.v1': IntakeComplaintAssigned,
    'intake.complaint-overdue.v1': IntakeComplaintOverdue,
    'intake.complaint-received.v1': IntakeComplaintReceived,
    'intake.concern-filed.v1': IntakeConcernFiled,
    'intake.consent-withdrawn.v1': IntakeConsentWithdrawn,
    'intake.decision-awaited.v1': IntakeDecisionAwaited,
    'intake.disclosure-acknowledged.v1': IntakeDisclosureAcknowledged,
    'intake.disclosure-closed.v1': IntakeDisclosureClosed,
    'intake.disclosure-opened.v1': IntakeDisclosureOpened,
    'intake.disclosure-refused.v1': IntakeDisclosureRefused,
    'intake.disclosure-unacknowledged.v1': IntakeDisclosureUnacknowledged,
    'intake.erasure-overdue.v1': IntakeErasureOverdue,
    'intake.follow-up-due.v1': IntakeFollowUpDue,
    'intake.follow-up-recorded.v1': IntakeFollowUpRecorded,
    'intake.hand-over-ended.v1': IntakeHandOverEnded,
    'intake.hand-over-offered.v1': IntakeHandOverOffered,
    'intake.lawful-basis-used.v1': IntakeLawfulBasisUsed,
    'intake.need-changed.v1': IntakeNeedChanged,
    'intake.need-closed.v1': IntakeNeedClosed,
    'intake.need-consent-changed.v1': IntakeNeedConsentChanged,
    'intake.need-identified.v1': IntakeNeedIdentified,
    'intake.need-state-changed.v1': IntakeNeedStateChanged,
    'intake.onward-need-settled.v1': IntakeOnwardNeedSettled,
    'intake.person-erased.v1': IntakePersonErased,
    'intake.person-merge-undone.v1': IntakePersonMergeUndone,
    'intake.person-merged.v1': IntakePersonMerged,
    'intake.possible-double-found.v1': IntakePossibleDoubleFound,
    'intake.programme-plan-sent.v1': IntakeProgrammePlanSent,
    'intake.programme-plan-settled.v1': IntakeProgrammePlanSettled,
    'intake.report-made.v1': IntakeReportMade,
    'intake.sealing-key-published.v1': IntakeSealingKeyPublished,
    'intake.waiting-ended.v1': IntakeWaitingEnded,
    'notify.call-task-ended.v1': NotifyCallTaskEnded,
    'notify.call-task-opened.v1': NotifyCallTaskOpened,
    'notify.call-task-put-off.v1': NotifyCallTaskPutOff,
    'notify.call-task-taken.v1': NotifyCallTaskTaken,
    'notify.erasure-reported.v1': NotifyErasureReported,
    'notify.message-delivered.v1': NotifyMessageDelivered,
    'notify.message-failed.v1': NotifyMessageFailed,
    'notify.message-joined.v1': NotifyMessageJoined,
    'notify.message-resent.v1': NotifyMessageResent,
    'notify.subscription-changed.v1': NotifySubscriptionChanged,
    'notify.subscription-degraded.v1': NotifySubscriptionDegraded,
    'notify.subscription-disabled.v1': NotifySubscriptionDisabled,
    'notify.subscription-ended.v1': NotifySubscriptionEnded,
    'notify.subscription-opened.v1': NotifySubscriptionOpened,
    'notify.subscription-paused.v1': NotifySubscriptionPaused,
    'notify.subscription-resumed.v1': NotifySubscriptionResumed,
    'notify.template-changed.v1': NotifyTemplateChanged,
    'referral.accepted.v1': ReferralAccepted,
    'referral.acknowledged.v1': ReferralAcknowledged,
    'referral.amended.v1': ReferralAmended,
    'referral.answered.v1': ReferralAnswered,
    'referral.appointment-changed.v1': ReferralAppointmentChanged,
    'referral.calendar-changed.v1': ReferralCalendarChanged,
    'referral.cancelled.v1': ReferralCancelled,
    'referral.competence-changed.v1': ReferralCompetenceChanged,
    'referral.completed.v1': ReferralCompleted,
    'referral.contact-tried.v1': ReferralContactTried,
    'referral.deadline-missed.v1': ReferralDeadlineMissed,
    'referral.deadline-near.v1': ReferralDeadlineNear,
    'referral.deadlines-recomputed.v1': ReferralDeadlinesRecomputed,
    'referral.declined.v1': ReferralDeclined,
    'referral.duty-roster-changed.v1': ReferralDutyRosterChanged,
    'referral.erasure-reported.v1': ReferralErasureReported,
    'referral.escalated.v1': ReferralEscalated,
    'referral.expired.v1': ReferralExpired,
    'referral.failed.v1': ReferralFailed,
    'referral.files-changed.v1': ReferralFilesChanged,
    'referral.held.v1': ReferralHeld,
    'referral.information-requested.v1': ReferralInformationRequested,
    'referral.need-unserved.v1': ReferralNeedUnserved,
    'referral.note-shared.v1': ReferralNoteShared,
    'referral.offered.v1': ReferralOffered,
    'referral.one-time-link-ended.v1': ReferralOneTimeLinkEnded,
    'referral.one-time-link-issued.v1': ReferralOneTimeLinkIssued,
    'referral.onward-need-asked.v1': ReferralOnwardNeedAsked,
    'referral.placement-cancelled.v1': ReferralPlacementCancelled,
    'referral.placement-ended.v1': ReferralPlacementEnded,
    'referral.placement-requested.v1': ReferralPlacementRequested,
    'referral.placement-triaged.v1': ReferralPlacementTriaged,
    'referral.redacted.v1': ReferralRedacted,
    'referral.resumed.v1': ReferralResumed,
    'referral.reviewed.v1': ReferralReviewed,
    'referral.sealing-key-published.v1': ReferralSealingKeyPublished,
    'referral.started.v1': ReferralStarted,
    'referral.waitlisted.v1': ReferralWaitlisted,
    'referral.withdrawn.v1': ReferralWithdrawn,
}
