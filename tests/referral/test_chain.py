"""The chain of domain section 4: from a need to an outcome, and every event on the way."""

from datetime import timedelta

from ihala_contracts import intake_v1, referral_v1

from tests.referral.world import COORDINATOR, FIRST, HLP, SECOND, World, kinds


async def test_a_need_is_asked_offered_accepted_served_and_completed(world: World) -> None:
    out = await world.deliver(world.need())
    assert kinds(out) == ["placement-requested"]
    [asked] = out
    assert isinstance(asked, referral_v1.PlacementRequested)
    assert (asked.attempt, asked.excluded, asked.need_code) == (1, [], "housing.hlp")
    [offered] = await world.deliver(world.reserved(asked, FIRST))
    assert isinstance(offered, referral_v1.ReferralOffered)
    assert (offered.state, offered.organization_id, offered.replaces) == ("offered", FIRST.organization_id, None)
    before = await world.count()
    for act, body in {
        "acknowledgement": None,
        "acceptance": {},
        "start": {},
        "completion": {"outcomes": [{"item": "housing.hlp", "result": "met"}]},
    }.items():
        answer = await world.move(FIRST, offered.referral_id, act, body)
        assert answer.status == 200, answer.body
    assert kinds(await world.emitted(before)) == ["acknowledged", "accepted", "started", "completed"]
    assert await world.states(asked.need_id) == ("ended", ["completed"])
    assert (await world.placement(asked.need_id)).end_reason == "completed"
