"""What a client must be allowed beside `notify:subscribe`, by what it asks of a subscription."""

from ihala_kit.auth import Caller
from ihala_kit.problems import InsufficientScope

from ihala_notify.subscriptions.tables import Subscription

SENDING_NEEDS = "events:read"  # who may not read events has none brought to an address of its own
SERVICES_NEED = "referral:read"  # which service a referral is for tells the kind of need: only for who may read referrals


def demand(caller: Caller, scope: str) -> None:
    """Go on only for a client that has the scope. Raises InsufficientScope (403)."""
    if scope not in caller.scopes:
        raise InsufficientScope(headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}, needed=[scope])


def demand_services(caller: Caller, row: Subscription) -> None:
    """Go on only for a client that may learn which events the subscription lets through. Raises InsufficientScope (403)."""
    if row.services:
        demand(caller, SERVICES_NEED)
