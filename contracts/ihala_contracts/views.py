"""What each event may show to whom, as data: the fields a receiver, an origin, the operator and the organisation itself see of it.

It is what integrators rely on: the AsyncAPI document says it (integrators.py), a release freezes it, and a field may come, none may go.
Who has which part in an event is decided by notify (its visibility.py).

Never here, for anybody: the category of a need (nor a service's id, which would tell it), consent, facts, other attempts and their
number, free words about why somebody declined (the origin asks the API). An event without an entry is shown to nobody.
"""

from dataclasses import dataclass, field

from ihala_contracts import directory_v1 as directory
from ihala_contracts import intake_v1 as intake
from ihala_contracts import notify_v1 as notify
from ihala_contracts import referral_v1 as referral
from ihala_contracts.envelope import Event, type_of, version_of

Fields = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The fields shown to each part; none means that the part does not see the event."""

    receiver: Fields = field(default=())
    origin: Fields = field(default=())
    operator: Fields = field(default=())
    itself: Fields = field(default=())  # the organisation that the event is about


def _view(receiver: str = "", origin: str = "", operator: str = "", itself: str = "") -> View:
    return View(tuple(receiver.split()), tuple(origin.split()), tuple(operator.split()), tuple(itself.split()))


def _moved(receiver: str = "", origin: str = "", operator: str = "") -> View:
    """A move of a referral: all three parts see it, the receiver without the need (whose age would tell of earlier attempts)."""
    move = "referral_id state referral_version moved_at "
    return _view(
        move + receiver,
        "need_id organization_id " + move + origin,
        "need_id placement_id origin_id organization_id " + move + operator,
    )


def _of_organization(more: str) -> View:
    """What concerns an organisation alone: it and its operator see the same."""
    return _view(operator="organization_id " + more, itself="organization_id " + more)


# Thought of, and shown to nobody; a test asks it of every event. Who opens a subscription has just had the answer.
FOR_NOBODY: tuple[type[Event], ...] = (
    intake.SealingKeyPublished, referral.SealingKeyPublished, directory.SealingKeyPublished, notify.SubscriptionOpened,
    intake.PersonErased, referral.ErasureReported, notify.ErasureReported, intake.PersonMerged, intake.PersonMergeUndone,
    notify.MessageJoined,
)  # fmt: skip
_CONCERNS_THE_OPERATOR = "need_id placement_id "

VIEWS: dict[type[Event], View] = {
    intake.NeedIdentified: _view(
        origin="need_id reference", operator="need_id case_id origin_id reference urgency governorate requested_at"
    ),
    intake.NeedChanged: _view(operator="need_id urgency governorate changed_at"),
    intake.NeedConsentChanged: _view(operator="need_id changed_at"),
    intake.ConsentWithdrawn: _view(operator="need_id referral_id withdrawn_at"),
    intake.NeedClosed: _view(operator="need_id reason closed_at"),
    intake.NeedStateChanged: _view(origin="need_id after changed_at", operator="need_id referral_id before after changed_at"),
    intake.DisclosureOpened: _view("referral_id disclosure_id opened_at", "", "need_id referral_id organization_id opened_at"),
    intake.DisclosureRefused: _view("referral_id refused_at", "", "need_id referral_id organization_id reason refused_at"),
    intake.DisclosureClosed: _view("referral_id disclosure_id closed_at", "", "need_id referral_id organization_id reason closed_at"),
    intake.DisclosureAcknowledged: _view(
        "referral_id disclosure_id acknowledged_at", "", "need_id referral_id organization_id acknowledged_at"
    ),
    intake.DisclosureUnacknowledged: _view(
        "referral_id disclosure_id acknowledge_by", "", "need_id referral_id organization_id acknowledge_by"
    ),
    intake.DecisionAwaited: _view(operator="need_id urgency since"),
    intake.LawfulBasisUsed: _view(operator="need_id basis decided_at"),
    intake.ReportMade: _view(operator="need_id report_id reported_at"),
    intake.OnwardNeedSettled: _view(
        "referral_id onward_id outcome settled_at", "", "need_id referral_id onward_id organization_id outcome settled_at"
    ),
    intake.FollowUpDue: _view(operator="need_id referral_id follow_up_id due_at"),
    intake.FollowUpRecorded: _view(operator="need_id referral_id follow_up_id result need_state recorded_at"),
    intake.CaseOpened: _view(operator="case_id opened_at"),
    intake.CaseMoved: _view(operator="case_id to office_id moved_at"),
    intake.CaseClosed: _view(operator="case_id closed_at"),
    intake.CaseReopened: _view(operator="case_id reopened_at"),
    intake.HandOverOffered: _view(operator="hand_over_id offered_at answer_by"),
    intake.HandOverEnded: _view(operator="hand_over_id state ended_at"),
    # Of the sensitive ones nothing: a feed is read by all, they by those who handle complaints.
    intake.ComplaintReceived: _view(operator="complaint_id received_at"),
    intake.ComplaintAssigned: _view(operator="complaint_id act_by assigned_at"),
    intake.ComplaintOverdue: _view(operator="complaint_id escalations overdue_at"),
    intake.PossibleDoubleFound: _view(operator="candidate_id found_at"),
    intake.ProgrammePlanSent: _view(operator="programme_plan_id sent_at"),
    intake.ProgrammePlanSettled: _view(operator="programme_plan_id state settled_at"),
    intake.ArrivalAnnounced: _view(operator="arrival_id governorate announced_at"),
    intake.CallBackAsked: _view(operator="call_back_id governorate call_by"),
    intake.WaitingEnded: _view(operator="waiting_id state ended_at"),
    intake.ConcernFiled: _view(operator="occasion_id concern_id governorate filed_at"),
    intake.BreakGlassOpened: _view(operator="break_glass_id office_id opened_at until"),
    intake.BreakGlassEnded: _view(operator="break_glass_id office_id by ended_at"),
    intake.ErasureOverdue: _view(operator="erasure_id awaited asked_at"),
    referral.PlacementTriaged: _view(operator=_CONCERNS_THE_OPERATOR + "triage_by"),
    referral.PlacementRequested: _view(operator=_CONCERNS_THE_OPERATOR + "urgency governorate requested_at"),
    referral.PlacementCancelled: _view(operator=_CONCERNS_THE_OPERATOR + "reason"),
    referral.PlacementEnded: _view(operator=_CONCERNS_THE_OPERATOR + "reason ended_at"),
    referral.NeedUnserved: _view(operator=_CONCERNS_THE_OPERATOR + "unserved_at"),
    referral.ReferralOffered: _moved("urgency governorate deadlines", "deadlines", "urgency governorate deadlines"),
    referral.ReferralAcknowledged: _moved(),
    referral.ReferralAccepted: _moved("first_contact_by", "first_contact_by", "first_contact_by"),
    referral.ReferralDeclined: _moved("reason after_acceptance", "", "reason after_acceptance"),
    referral.ReferralInformationRequested: _moved("round answer_by", "round answer_by", "round answer_by"),
    referral.ReferralAnswered: _moved("by_clock", "by_clock", "by_clock"),
    referral.ReferralWaitlisted: _moved("review_at", "review_at", "review_at"),
    referral.ReferralStarted: _moved(),
    referral.ReferralHeld: _moved("reason resume_by", "resume_by", "reason resume_by"),
    referral.ReferralResumed: _moved(),
    referral.ReferralReviewed: _moved("review_at", "review_at", "review_at"),
    referral.ReferralCompleted: _moved(),
    referral.ReferralExpired: _moved(),
    referral.ReferralWithdrawn: _moved(),
    referral.ReferralCancelled: _moved("", "", "reason"),  # `placed_elsewhere` would tell the receiver of another attempt
    referral.ReferralFailed: _moved("reason", "", "reason"),
    referral.ContactTried: _moved("way reached tried_at", "way reached tried_at", "way reached tried_at"),
    referral.NoteShared: _moved("note_id by", "note_id by", "note_id by"),
    referral.AppointmentChanged: _moved(*["appointment_id appointment_state starts_at"] * 3),
    referral.ReferralFilesChanged: _moved("files", "files", "files"),
    referral.ReferralAmended: _moved("fields", "fields reason", "fields reason"),
    referral.ReferralRedacted: _moved(),
    referral.OnwardNeedAsked: _moved("onward_id urgency", "", "onward_id urgency"),
    referral.DeadlineMissed: _view(
        "referral_id deadline missed_at", "", "need_id placement_id referral_id organization_id deadline missed_at"
    ),
    referral.DeadlineNear: _view(
        "referral_id deadline due_at told_at",
        "need_id referral_id deadline due_at told_at",
        "need_id placement_id referral_id organization_id deadline to due_at told_at",
    ),
    referral.Escalated: _view(
        "referral_id level escalated_at",
        "need_id referral_id level escalated_at",
        "need_id placement_id referral_id organization_id level to duty_shift_ids escalated_at",
    ),
    referral.DeadlinesRecomputed: _view(
        "referral_id deadlines recomputed_at",
        "need_id referral_id deadlines answer_by recomputed_at",
        "need_id placement_id referral_id organization_id moved recomputed_at",
    ),
    referral.CalendarChanged: _of_organization("what changed_at"),
    referral.DutyRosterChanged: _view(operator="roster_id governorate covered_until changed_at"),
    referral.CompetenceChanged: _view(operator="competence_id origin_kind competence_version valid_from changed_at"),
    referral.OneTimeLinkIssued: _view(operator=_CONCERNS_THE_OPERATOR + "referral_id organization_id link_id expires_at issued_at"),
    referral.OneTimeLinkEnded: _view(operator=_CONCERNS_THE_OPERATOR + "referral_id link_id reason ended_at"),
    directory.PlaceReserved: _view(operator=_CONCERNS_THE_OPERATOR + "organization_id reserved_at"),
    directory.NoPlaceFound: _view(operator=_CONCERNS_THE_OPERATOR + "candidates answered_at"),
    directory.PlaceTaken: _view(operator="need_id referral_id taken_at"),
    directory.PlaceTakeRefused: _view(operator="need_id referral_id reason refused_at"),
    directory.PlaceReleased: _view(operator="need_id referral_id reason released_at"),
    directory.ReservationRevoked: _view(operator=_CONCERNS_THE_OPERATOR + "reason revoked_at"),
    directory.OrganizationJoined: _view(
        operator="organization_id kind agreement_until joined_at", itself="organization_id kind agreement_until joined_at"
    ),
    directory.OrganizationSuspended: _view(operator="organization_id suspended_at", itself="organization_id suspended_at"),
    directory.OrganizationReinstated: _view(operator="organization_id reinstated_at", itself="organization_id reinstated_at"),
    directory.OrganizationLeft: _of_organization("reason left_at"),
    directory.OrganizationApplied: _of_organization("application_id kind applied_at"),
    directory.ApplicationReturned: _of_organization("application_id returned_at"),
    directory.ApplicationRefused: _of_organization("application_id reason refused_at"),
    directory.ApplicationChecked: _of_organization("application_id code passed checked_at"),
    directory.OrganizationChecked: _of_organization("code passed checked_at"),
    directory.AgreementExpiring: _of_organization("agreement_version until told_at"),
    directory.AgreementExpired: _of_organization("agreement_version until expired_at"),
    directory.ProposalMade: _of_organization("proposal_id about entry_id proposed_at"),
    directory.ProposalDecided: _of_organization("proposal_id about entry_id outcome decided_at"),
    directory.ServiceChanged: _view(
        operator="service_id organization_id status changed_at", itself="service_id organization_id status changed_at"
    ),
    directory.CapacityFigureOld: _of_organization("service_id service_at_location_id figure_at told_at"),
    directory.RulesetPublished: _view(operator="ruleset_id rule_version valid_from published_at"),
    notify.MessageDelivered: _view(operator="need_id message_id channel delivered_at"),
    notify.MessageFailed: _view(operator="need_id message_id channel reason failed_at"),
    notify.MessageResent: _view(operator="need_id message_id resent_at"),
    notify.CallTaskOpened: _view(operator="need_id call_id reason due_at opened_at"),
    notify.CallTaskTaken: _view(operator="need_id call_id taken_at"),
    notify.CallTaskPutOff: _view(operator="need_id call_id tries due_at"),
    notify.CallTaskEnded: _view(operator="need_id call_id state result tries ended_at"),
    notify.TemplateChanged: _view(itself="organization_id code revision changed_at"),
    notify.SubscriptionChanged: _view(itself="subscription_id changed_at"),
    notify.SubscriptionDegraded: _view(itself="subscription_id reason degraded_at"),
    notify.SubscriptionPaused: _view(itself="subscription_id reason paused_at"),
    notify.SubscriptionResumed: _view(itself="subscription_id before resumed_at"),
    notify.SubscriptionDisabled: _view(itself="subscription_id reason disabled_at"),
    notify.SubscriptionEnded: _view(itself="subscription_id ended_at"),
}

# All that an interior centre, or the origin of a restricted need, hears: that its need's status changed (visibility.py).
STATUS_OF = {
    intake.NeedState.OPEN: "received",
    intake.NeedState.REFERRING: "being_handled",
    intake.NeedState.UNSERVED: "being_handled",
    intake.NeedState.SERVED: "being_handled",  # nobody has heard the person yet
    intake.NeedState.VERIFIED: "closed",
    intake.NeedState.UNVERIFIED: "closed",
    intake.NeedState.CLOSED: "closed",
}


def is_shown(model: type[Event]) -> bool:
    """Tell whether feeds bring this version of an event. Of several that are written beside each other they bring the oldest, or each thing
    that happened would come several times under different ids; the next one follows when that is written no more and has no view."""
    version = version_of(model)
    return version == 1 or not any(type_of(other) == type_of(model) and version_of(other) < version for other in VIEWS)
