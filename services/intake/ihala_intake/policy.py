"""How long a receiver may still read: numbers with their source (domain section 8). When a person is asked: `following.policy`."""

from datetime import timedelta

ACCESS_AFTER_THE_END = timedelta(days=14)  # of a referral that had begun: the receiver still writes its reports

# These ends close the disclosure at once, also after first contact.
ENDS_AT_ONCE = frozenset({"place_lost", "provider_closed", "consent_too_narrow", "reservation_revoked"})
