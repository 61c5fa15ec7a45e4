"""How long a receiver reads what others told it of a person: as long as intake lets it read who that is. Pure. Domain, section 8."""

from datetime import datetime, timedelta

from ihala_kit.auth import Caller

from ihala_referral.states import State
from ihala_referral.tables import Referral

AFTER_THE_END = timedelta(days=14)  # of a referral that had begun: the receiver still writes its reports
# These ends take it away at once, also after first contact; intake closes the disclosure by the same.
ENDS_AT_ONCE = frozenset({"place_lost", "provider_closed", "consent_too_narrow", "reservation_revoked"})
TAKEN_AWAY = frozenset({State.WITHDRAWN, State.ENTERED_IN_ERROR})


def reads(caller: Caller, referral: Referral, at: datetime) -> bool:
    """Tell whether a caller who sees the referral reads what was told of the person: who asks and the owning office always."""
    if caller.organization_id in {referral.operator_id, referral.origin_id} or referral.ended_at is None:
        return True
    begun = referral.first_contact_at is not None and referral.state not in TAKEN_AWAY and referral.reason not in ENDS_AT_ONCE
    return begun and at < referral.ended_at + AFTER_THE_END
