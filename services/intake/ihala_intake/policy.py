"""When the person is asked whether help came, and how long a receiver may still read: numbers with their source (domain section 6, 8)."""

from datetime import timedelta

from ihala_contracts.intake_v1 import Sensitivity, Urgency

ACCESS_AFTER_THE_END = timedelta(days=14)  # of a referral that had begun: the receiver still writes its reports
FOLLOW_UP_LAPSES_AFTER = timedelta(days=30)  # due and nobody asked: the need becomes unverified
TRIES_UNTIL_UNVERIFIED = 3

# These ends close the disclosure at once, also after first contact.
ENDS_AT_ONCE = frozenset({"place_lost", "provider_closed", "consent_too_narrow", "reservation_revoked"})


def follow_up_after(urgency: Urgency, sensitivity: Sensitivity) -> timedelta:
    """Return how long after completion the person is asked: 14 days if restricted, 3 after an emergency, else 30."""
    if sensitivity is Sensitivity.RESTRICTED:
        return timedelta(days=14)
    return timedelta(days=3) if urgency is Urgency.EMERGENCY else timedelta(days=30)
