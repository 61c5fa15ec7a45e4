"""What everything here begins with: the referral locked behind its placement, and as whom the caller acts."""

from collections.abc import Iterable
from uuid import UUID

from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import lifecycle, store
from ihala_referral.errors import MoveNotAllowed
from ihala_referral.guards import Situation
from ihala_referral.parties import ANSWER, COORDINATE, REFER, demanded
from ihala_referral.states import Party, State
from ihala_referral.tables import Placement, Referral
from ihala_referral.together.errors import OutsideConsent

BOTH_SIDES = frozenset({Party.PROVIDER, Party.ORIGIN, Party.COORDINATOR})
ASKING_SIDE = frozenset({Party.ORIGIN, Party.COORDINATOR})
RECEIVER = frozenset({Party.PROVIDER})
_SCOPES = {Party.PROVIDER: ANSWER, Party.ORIGIN: REFER, Party.COORDINATOR: COORDINATE}


async def begin(
    tx: AsyncSession, caller: Caller, referral_id: UUID, by: frozenset[Party], states: Iterable[State]
) -> tuple[Situation, Referral, Party]:
    """Return a referral in one of these states, locked, and as which of these parties the caller acts.

    Raises ReferralNotFound (404), InsufficientScope (403), MoveNotAllowed (409, with the caller's moves).
    """
    situation, referral = await store.locked_for_move(tx, referral_id)
    known = demanded(caller, referral, *(_SCOPES[party] for party in sorted(by)))
    found = sorted(known & by)
    if not found or referral.state not in states:
        raise MoveNotAllowed(moves=lifecycle.allowed(situation, referral, known))
    return situation, referral, found[0]


def inside(placement: Placement, categories: Iterable[str]) -> None:
    """Raise OutsideConsent (409) where these kinds of data go beyond what the person agreed to pass on."""
    outside = sorted(set(categories) - set(placement.categories))
    if outside:
        raise OutsideConsent(pointer="#/categories", categories=outside)
