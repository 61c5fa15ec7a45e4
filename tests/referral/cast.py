"""Who calls in the tests of routes, and referrals brought to a state for them."""

from uuid import UUID, uuid4

from tests.referral.actors import ALL, COORDINATOR, FIRST, NGO, OFFICER, SECOND, STRANGER, Actor
from tests.referral.world import World

READER = Actor("reader", FIRST.organization_id, "nngo", "referral:read")  # a client of the receiver that may not answer
OTHER_OPERATOR = Actor("other-operator", uuid4(), "operator", ALL, ("coordinator",), None, True)
CAST = {"provider": FIRST, "origin": NGO, "coordinator": COORDINATOR, "officer": OFFICER, "other": SECOND, "stranger": STRANGER}

IN_TEN_DAYS = "2026-12-01T08:00:00Z"
BROUGHT = {
    "offered": [],
    "info_requested": [("question", {"text": "?"})],
    "accepted": [("acceptance", {})],
    "in_service": [("acceptance", {}), ("start", {})],
    "on_hold": [("acceptance", {}), ("start", {}), ("hold", {"reason": "provider_pause", "resume_by": IN_TEN_DAYS})],
}


async def brought_to(world: World, state: str, origin: Actor = NGO) -> UUID:
    """Return a referral in that state, received by FIRST."""
    need_id = await world.identified(origin)
    referral_id = await world.offer(need_id, FIRST, allows_waitlist=True)
    for act, body in BROUGHT[state]:
        assert (await world.move(FIRST, referral_id, act, body)).status == 200
    return referral_id
