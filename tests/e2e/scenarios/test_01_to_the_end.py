"""To the end: a family in Telafar needs housing help, and says after 30 days that it came."""

from datetime import timedelta

from tests.e2e.scenarios.scene import Scene, path_of

HOUSING, PLACE = "housing.hlp", "IQG15Q08"


async def test_a_family_is_housed_and_says_so(scene: Scene) -> None:
    need = await scene.need(HOUSING)
    offer = await scene.offer(need)
    explained = (await scene.placement(need))["attempts"][-1]["explanation"]
    assert {one["code"] for one in explained if one["result"] == "pass"} >= {"need", "area", "status"}
    await scene.move(offer, "acknowledgement")
    await scene.accepted(offer)
    visit = {"starts_at": (await scene.cast.now() + timedelta(days=2)).isoformat(), "place": PLACE}
    proposed = await scene.receiver(offer).post(f"{path_of(offer)}/appointments", visit, 201)
    appointment = f"{path_of(offer)}/appointments/{proposed.body['id']}"
    await scene.desk.post(f"{appointment}/confirmation", None, if_match=f'"{proposed.body["version"]}"')
    await scene.move(offer, "start")
    await scene.move(offer, "completion", {"outcomes": [{"item": HOUSING, "result": "met"}]})
    await scene.need_is(need, "served")
    await scene.asked_whether_it_came(offer, "confirmed")
    assert await scene.need_is(need, "verified", "unverified") == "verified"
