"""Tries to reach the person: logged one by one, by ways that are allowed; enough of them on different days make somebody unreachable."""

from uuid import UUID, uuid4

from ihala_contracts import intake_v1, referral_v1

from tests.referral.actors import CLEARED, COORDINATOR, FIRST, HLP, MOMD, NGO, OFFICER, SECOND, Actor
from tests.referral.test_schema import restricted_offer
from tests.referral.world import Answer, World


async def tried(world: World, referral_id: UUID, actor: Actor = FIRST, **more: object) -> Answer:
    return await world.post(actor, f"/v1/referrals/{referral_id}/tries", {"way": "call", **more}, None)


async def unreachable(world: World, referral_id: UUID, actor: Actor = FIRST) -> Answer:
    return await world.move(actor, referral_id, "failure", {"reason": "unreachable"})


async def test_three_tries_on_three_days_make_somebody_unreachable(world: World) -> None:
    need_id, referral_id = await world.accepted(origin=NGO)
    for way in ("call", "message", "visit"):
        assert (await unreachable(world, referral_id)).problem == "tries-missing"
        assert (await tried(world, referral_id, way=way)).status == 201
        assert (await tried(world, referral_id, way=way)).status == 201  # twice a day is one day
        world.advance(days=1)
    assert (await unreachable(world, referral_id)).status == 200
    assert await world.states(need_id) == ("triage", ["failed"])
    assert await world.work_items(need_id) == {"contact_check"}
    assert [one["way"] for one in (await world.referral(referral_id)).tries] == ["call"] * 2 + ["message"] * 2 + ["visit"] * 2


async def test_days_are_those_of_the_place_where_the_person_lives(world: World) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    for hours in (13, 2, 24):  # 22:00 and, past midnight in Mosul but not in UTC, 00:00
        world.advance(hours=hours)
        assert (await tried(world, referral_id)).status == 201
    assert (await unreachable(world, referral_id)).status == 200


async def test_tries_before_somebody_was_reached_do_not_count(world: World) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    for reached in (False, False, True, False, False):
        world.advance(days=1)
        await tried(world, referral_id, reached=reached)
    assert (await unreachable(world, referral_id)).problem == "tries-missing"
    await world.move(FIRST, referral_id, "start", {})
    world.advance(days=1)
    await tried(world, referral_id)
    assert (await unreachable(world, referral_id)).problem == "tries-missing"


async def test_a_try_is_of_the_time_since_the_acceptance_and_of_a_known_way(world: World) -> None:
    _, referral_id = await world.offered(origin=NGO)
    assert (await tried(world, referral_id)).problem == "move-not-allowed"
    await world.move(FIRST, referral_id, "acceptance")
    for at in ("2026-11-01T08:00:00Z", "2027-11-01T08:00:00Z"):
        assert (await tried(world, referral_id, at=at)).problem == "date-not-allowed"
    for bad in ({"way": "telegram"}, {"way": "call", "note": "spoke to Ali"}):
        assert (await world.post(FIRST, f"/v1/referrals/{referral_id}/tries", bad, None)).problem == "malformed-request"
    assert await world.all(referral_v1.ContactTried) == []


async def test_a_time_without_seconds_may_lie_in_the_minute_of_the_acceptance(world: World) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    accepted_at = (await world.referral(referral_id)).accepted_at
    assert (await tried(world, referral_id, at=accepted_at.replace(second=0, microsecond=0).isoformat())).status == 201
    (said,) = await world.all(referral_v1.ContactTried)
    assert said.tried_at == accepted_at


async def test_each_side_logs_and_reads_and_a_centre_or_stranger_neither(world: World) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    before = await world.count()
    for actor in (FIRST, NGO, COORDINATOR):
        assert (await tried(world, referral_id, actor)).status == 201
    said = await world.emitted(before)
    assert [(event.reached, event.organization_id) for event in said if isinstance(event, referral_v1.ContactTried)] == [
        (False, FIRST.organization_id)
    ] * 3
    for actor in (FIRST, NGO, OFFICER):
        listed = await world.get(actor, f"/v1/referrals/{referral_id}/tries")
        assert [one["organization_id"] for one in listed.body["items"]] == [str(one.organization_id) for one in (FIRST, NGO, COORDINATOR)]
    _, of_centre = await world.accepted(SECOND, HLP)
    for actor, other in ((SECOND, referral_id), (HLP, of_centre)):
        assert (await tried(world, other, actor)).status == 404
        assert (await world.get(actor, f"/v1/referrals/{other}/tries")).status == 404
    assert (await tried(world, of_centre, OFFICER)).status == 201  # the owning office acts for the centre


async def test_only_ways_that_the_person_allowed_count_and_the_origin_always(world: World) -> None:
    need_id, referral_id = await world.accepted(origin=NGO)
    opened = {"need_id": need_id, "referral_id": referral_id, "organization_id": FIRST.organization_id, "opened_at": world.now}
    more = {"operator_id": MOMD, "disclosure_id": uuid4(), "consent_id": uuid4(), "revision": 1, "categories": ["contact"]}
    await world.deliver(intake_v1.DisclosureOpened(**opened, **more, ways=["message", "through_origin"]))
    refused = await tried(world, referral_id, way="call")
    assert (refused.status, refused.problem, refused.body["allowed"]) == (409, "way-not-allowed", ["message", "through_origin"])
    for way in ("message", "through_origin"):
        assert (await tried(world, referral_id, way=way)).status == 201


async def test_a_repeated_log_is_one_try(world: World) -> None:
    _, referral_id = await world.accepted(origin=NGO)
    key = str(uuid4())
    answers = [await world.post(FIRST, f"/v1/referrals/{referral_id}/tries", {"way": "call"}, None, key) for _ in range(2)]
    assert answers[0].body == answers[1].body
    assert len(await world.all(referral_v1.ContactTried)) == 1


async def test_a_restricted_person_is_tried_once_and_then_through_the_origin(world: World) -> None:
    need_id = await restricted_offer(world)
    [row] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id)
    assert (await world.move(CLEARED, row.id, "acceptance")).status == 200
    assert (await tried(world, row.id, CLEARED)).status == 201
    assert (await unreachable(world, row.id, CLEARED)).problem == "tries-missing"
    assert (await tried(world, row.id, CLEARED, way="through_origin")).status == 201
    assert (await unreachable(world, row.id, CLEARED)).status == 200
