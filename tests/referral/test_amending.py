"""What was said wrong of a need that is offered: who corrects it, where, and what of it the receiver sees."""

from uuid import UUID, uuid4

import pytest
from ihala_contracts import referral_v1

from tests.referral.actors import COORDINATOR, FIRST, HLP, NGO, OFFICER, SECOND, TELAFAR, Actor
from tests.referral.said import change
from tests.referral.test_trouble import ERBIL, relocate
from tests.referral.world import Answer, World, kinds

FACTS = {"age": 34, "sex": "female", "status": "group.returnee", "household_size": 5, "languages": ["ar"], "requirements": []}


async def offered_with_facts(world: World) -> tuple[UUID, UUID]:
    need_id = uuid4()
    await world.deliver(world.need(NGO, need_id=need_id, facts=await world.sealed(need_id, FACTS)))
    return need_id, await world.offer(need_id, FIRST, disclosed_attributes=["age", "household_size"])


async def amended(world: World, referral_id: UUID, actor: Actor = NGO, **facts: object) -> Answer:
    return await world.move(actor, referral_id, "amendment", {"reason": "written_wrongly", "facts": facts})


async def test_the_receiver_sees_what_of_an_offer_was_corrected_and_why(world: World) -> None:
    need_id, referral_id = await offered_with_facts(world)
    before = await world.count()
    answer = await amended(world, referral_id, age=16, household_size=6)
    assert (answer.status, answer.body["version"], answer.etag) == (200, 2, '"2"')
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    assert (shown["age_band"], shown["attributes"], shown["need_changed"]) == ("12-17", {"household_size": 6}, True)
    assert [(one["fields"], one["reason"]) for one in shown["amendments"]] == [(["age_band", "household_size"], "written_wrongly")]
    assert kinds(await world.emitted(before)) == ["amended"]
    assert (await world.move(FIRST, referral_id, "acceptance", version=1)).problem == "offer-changed"  # it is read anew first
    assert await world.work_items(need_id) == {"file_correction"}
    await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})
    asked = await world.last(referral_v1.PlacementRequested, need_id)
    assert asked.facts is not None and world.unsealed(asked.facts)["age"] == 16  # the next offer is right, too


async def test_the_other_offer_of_an_emergency_is_corrected_with_it(world: World) -> None:
    need_id = uuid4()
    facts = await world.sealed(need_id, FACTS)
    await world.deliver(world.need(NGO, need_id=need_id, urgency="emergency", facts=facts))
    first = await world.offer(need_id, FIRST, disclosed_attributes=["age", "sex"])
    world.advance(hours=2, minutes=1)
    await world.tick()
    second = await world.offer(need_id, SECOND, disclosed_attributes=["age"])
    assert (await amended(world, first, age=16)).status == 200
    shown = [(await world.get(actor, f"/v1/referrals/{one}")).body for actor, one in ((FIRST, first), (SECOND, second))]
    assert [(one["age_band"], [named["fields"] for named in one["amendments"]]) for one in shown] == [("12-17", [["age_band"]])] * 2


async def test_each_version_of_a_referral_has_a_move_that_led_to_it(world: World) -> None:
    need_id, referral_id = await offered_with_facts(world)
    corrected = change(world, need_id, governorate="IQG15", district="IQG15Q01")  # the offer names no district: it reads as before
    await world.deliver(corrected)
    await amended(world, referral_id, age=35, household_size=5)  # of the same band, and as it was
    await world.move(FIRST, referral_id, "acceptance")
    await world.deliver(change(world, need_id, governorate=ERBIL))
    assert (await relocate(world, referral_id, "keep_remote")).status == 200
    moves = await world.rows("SELECT version, act FROM movement WHERE referral_id = :id ORDER BY id", id=referral_id)
    assert [tuple(move) for move in moves] == [(1, "offer"), (2, "amend"), (3, "amend"), (4, "accept"), (5, "keep_remote")]
    assert (await world.referral(referral_id)).version == 5
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    assert shown["amendments"] == []  # nothing that it sees reads differently


async def test_only_what_the_offer_says_is_corrected_by_who_asks_while_it_is_open(world: World) -> None:
    _, referral_id = await offered_with_facts(world)
    refused = await amended(world, referral_id, sex="male")
    assert (refused.status, refused.problem, refused.body["fields"]) == (409, "nothing-to-amend", ["age", "household_size"])
    assert (await amended(world, referral_id)).problem == "malformed-request"
    assert (await amended(world, referral_id, FIRST, age=3)).status == 403
    assert (await amended(world, referral_id, SECOND, age=3)).status == 404
    assert (await amended(world, referral_id, OFFICER, age=3)).problem == "move-not-allowed"
    await world.move(FIRST, referral_id, "acceptance")
    assert (await amended(world, referral_id, age=3)).problem == "move-not-allowed"
    assert await world.all(referral_v1.ReferralAmended) == []


async def test_of_a_centres_need_the_owning_office_corrects(world: World) -> None:
    need_id = uuid4()
    await world.deliver(world.need(HLP, need_id=need_id, facts=await world.sealed(need_id, FACTS)))
    referral_id = await world.offer(need_id, FIRST, disclosed_attributes=["age"])
    assert (await amended(world, referral_id, HLP, age=3)).status == 404
    assert (await amended(world, referral_id, OFFICER, age=3)).status == 200


@pytest.mark.parametrize(
    ("changed", "fields"),
    [({"urgency": "urgent"}, ["urgency"]), ({"district": "IQG15Q01"}, None), ({}, None), ({"governorate": ERBIL}, ["governorate"])],
)
async def test_what_intake_corrects_is_told_as_far_as_the_offer_says_it(
    world: World, changed: dict[str, str], fields: list[str] | None
) -> None:  # fmt: skip
    need_id, referral_id = await world.offered(FIRST, NGO)
    same = {"urgency": "routine", "governorate": "IQG15", "district": TELAFAR}
    await world.deliver(change(world, need_id, **same | changed, reason="misunderstood"))
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    expected = [] if fields is None else [(fields, "misunderstood")]
    assert [(one["fields"], one["reason"]) for one in shown["amendments"]] == expected
    assert (shown["version"], shown["need_changed"]) == (2, True)
    assert {**same, **shown}["urgency"] == {**same, **changed}["urgency"]
    assert shown["governorate"] == {**same, **changed}["governorate"]


async def test_a_corrected_offer_says_what_is_so_now_wherever_it_is_read_and_each_thing_once(world: World) -> None:
    need_id = await world.identified(NGO, district=TELAFAR)
    referral_id = await world.offer(need_id, FIRST, district=TELAFAR)
    asked, clock = f"/v1/referrals/{referral_id}", (await world.referral(referral_id)).decide_by
    await world.deliver(change(world, need_id, urgency="urgent", governorate="IQG15", district=TELAFAR))
    await world.deliver(change(world, need_id, urgency="urgent", governorate="IQG15", district="IQG15Q01"))
    shown = (await world.get(FIRST, asked)).body
    assert [one["fields"] for one in shown["amendments"]] == [["urgency"], ["district"]]
    assert (shown["urgency"], shown["district"]) == ("urgent", "IQG15Q01")
    listed = (await world.get(FIRST, "/v1/worklists/referrals?urgency=urgent")).body["items"]
    assert [(one["referral_id"], one["urgency"]) for one in listed] == [(str(referral_id), "urgent")]
    assert (await world.get(FIRST, f"/fhir/R4/Task/{referral_id}")).body["priority"] == "urgent"
    row = await world.referral(referral_id)
    assert (row.decide_by, row.urgency) == (clock, "routine")  # its clocks go by what the receiver was offered
    await world.deliver(change(world, need_id, urgency="urgent", governorate=ERBIL))
    assert (await world.get(FIRST, asked)).body["governorate"] == ERBIL
    await world.move(FIRST, referral_id, "acceptance", {})
    await world.deliver(change(world, need_id, urgency="urgent", governorate="IQG02"))
    await world.move(COORDINATOR, referral_id, "relocation", {"decision": "keep_remote"})
    assert (await world.get(FIRST, asked)).body["governorate"] == "IQG02"
