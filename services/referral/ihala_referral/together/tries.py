"""Tries to reach the person, one by one; enough of them on different days make somebody unreachable."""

from uuid import UUID

from ihala_contracts.referral_v1 import ContactTried
from ihala_kit.auth import Caller
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing
from ihala_referral.calendar import SAME_MINUTE, today
from ihala_referral.errors import DateNotAllowed, TriesMissing
from ihala_referral.guards import Situation
from ihala_referral.states import TAKEN
from ihala_referral.tables import ContactTry, Referral
from ihala_referral.together import ground, store
from ihala_referral.together.errors import WayNotAllowed
from ihala_referral.together.models import TryIn

NEEDED, NEEDED_RESTRICTED = 3, 1
THROUGH_ORIGIN = "through_origin"  # always allowed: who asked for the person knows how to find them


async def log(tx: AsyncSession, caller: Caller, referral_id: UUID, body: TryIn) -> ContactTry:
    """Write down one try of an accepted referral; emits ContactTried.

    Raises what `ground.begin` does, WayNotAllowed (409), DateNotAllowed (422: ahead, or before the acceptance).
    """
    situation, referral, _ = await ground.begin(tx, caller, referral_id, ground.BOTH_SIDES, TAKEN)
    allowed = {*referral.ways, THROUGH_ORIGIN}
    if referral.ways and body.way not in allowed:
        raise WayNotAllowed(pointer="#/way", allowed=sorted(allowed))
    at = body.at or situation.now
    assert referral.accepted_at is not None, "it was accepted"
    if not referral.accepted_at - SAME_MINUTE <= at <= situation.now:
        raise DateNotAllowed(pointer="#/at", latest=situation.now)
    at = max(at, referral.accepted_at)
    row = ContactTry(
        id=new_id(), referral_id=referral.id, operator_id=referral.operator_id, at=at, way=body.way, reached=body.reached,
        organization_id=caller.organization_id, client_id=caller.client_id, acting_officer=caller.acting_officer,
        logged_at=situation.now,
    )  # fmt: skip
    tx.add(row)
    announcing.moved(tx, situation, referral, ContactTried, try_id=row.id, way=row.way, reached=row.reached, tried_at=at)
    return row


async def prove_unreachable(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    """Keep with the referral the tries that make the person unreachable.

    Those since anybody last reached them count: on three days, as days are where the person lives; of a restricted one a try on one
    day, and then one through the origin. Raises TriesMissing (409).
    """
    tried: list[ContactTry] = []
    for one in await store.tries(tx, referral.id):
        tried = [] if one.reached else [*tried, one]
    since = referral.first_contact_at
    tried = [one for one in tried if since is None or one.at > since]
    days = {today(one.at) for one in tried}
    needed = NEEDED_RESTRICTED if referral.restricted else NEEDED
    through = any(one.way == THROUGH_ORIGIN for one in tried[1:])
    if len(days) < needed or (referral.restricted and not through):
        raise TriesMissing(needed=needed, through_origin=referral.restricted)
    referral.tries = [{"at": one.at.isoformat(), "way": one.way} for one in tried]
