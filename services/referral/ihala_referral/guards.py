"""What must hold for a move, beyond state and party. Pure; each is a sentence of domain section 5."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ihala_referral.calendar import today
from ihala_referral.clock import What
from ihala_referral.policy import policy
from ihala_referral.states import OPEN, TAKEN, Owner, Party, State
from ihala_referral.tables import Organization, Placement, Referral


@dataclass
class Situation:
    """A placement, locked, with its open referrals (and the one acted on), at one instant."""

    placement: Placement
    referrals: list[Referral]
    now: datetime
    receiver_active: bool = True  # read for an acceptance alone

    @property
    def today(self) -> date:
        """Return the day, as the office counts it."""
        return today(self.now)

    def open(self) -> list[Referral]:
        """Return the referrals that are open."""
        return [referral for referral in self.referrals if referral.state in OPEN]

    def others(self, referral: Referral) -> list[Referral]:
        """Return the other open ones."""
        return [other for other in self.open() if other is not referral]


Guard = Callable[[Situation, Referral, Party], bool]
PlacementGuard = Callable[[Situation, Party], bool]


def still_reserved(situation: Situation, referral: Referral, by: Party) -> bool:
    """The reservation is not revoked; on a waiting list none is held, and directory decides."""
    return referral.reservation_id is not None or referral.state is State.WAITLISTED


def none_accepted(situation: Situation, referral: Referral, by: Party) -> bool:
    """No other attempt of this need was accepted."""
    return not any(other.state in TAKEN for other in situation.others(referral))


def receiver_active(situation: Situation, referral: Referral, by: Party) -> bool:
    """The receiver is not suspended, cleared for what is restricted, and its agreement holds."""
    return situation.receiver_active


def question_left(situation: Situation, referral: Referral, by: Party) -> bool:
    """At most two rounds of questions."""
    return referral.rounds < policy(situation.placement.policy_version).questions


def question_overdue(situation: Situation, referral: Referral, by: Party) -> bool:
    """The clock answers only at the question's deadline."""
    return by is not Party.SYSTEM or (referral.answer_by is not None and situation.now >= referral.answer_by)


def keeps_a_waitlist(situation: Situation, referral: Referral, by: Party) -> bool:
    """The service allows it."""
    return referral.allows_waitlist


def past_expiry(situation: Situation, referral: Referral, by: Party) -> bool:
    """Never before the deadline, and never before the third level; a waiting list has no levels."""
    due = referral.expires_at is not None and situation.now >= referral.expires_at
    return due and (referral.state is State.WAITLISTED or What.LEVEL_3 in referral.fired)


def hold_is_over(situation: Situation, referral: Referral, by: Party) -> bool:
    """The clock resumes only at the date."""
    return by is not Party.SYSTEM or (referral.resume_by is not None and situation.now >= referral.resume_by)


def match_settled(situation: Situation, by: Party) -> bool:
    """Intake is sure which person this is."""
    return situation.placement.match_settled


def nothing_open(situation: Situation, by: Party) -> bool:
    """No attempt is open."""
    return not situation.open()


def unanswered(situation: Situation, by: Party) -> bool:
    """The directory did not answer in time, and the coordinator was told."""
    return situation.placement.owner is Owner.COORDINATOR


def consent_holds(placement: Placement, at: datetime) -> bool:
    """Tell whether the person agreed, in the newest revision, and that has not ended."""
    return placement.consent_given and placement.consent_until > at


def may_receive(receiver: Organization, referral: Referral) -> bool:
    """Tell whether a receiver takes part, and is cleared for what is restricted."""
    return not receiver.suspended and (receiver.cleared or not referral.restricted)


def may_accept(receiver: Organization | None, referral: Referral, at: datetime) -> bool:
    """Tell whether a receiver may take what it was offered: with its agreement its right to read of anybody ends. One unknown may."""
    return receiver is None or (may_receive(receiver, referral) and agreement_holds(receiver, at))


def agreement_holds(organization: Organization, at: datetime) -> bool:
    """Tell whether the organisation's data-sharing agreement has not ended; one without an end holds."""
    return organization.agreement_until is None or organization.agreement_until >= today(at)
