"""To the end: a family in Telafar needs housing help, and says after 30 days that it came."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.e2e.scenarios.scene import Scene, path_of

HOUSING, PLACE = "housing.hlp", "IQG15Q08"
NEIGHBOURS = 4  # with the family just as many as may be told of


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
    neighbours = [await scene.offer(await scene.need(HOUSING)) for _ in range(NEIGHBOURS)]
    await asyncio.gather(*(scene.served(one) for one in neighbours))
    reported = month(await scene.cast.now())
    await scene.asked_whether_it_came(offer, "confirmed")
    assert await scene.need_is(need, "verified", "unverified") == "verified"
    await asyncio.gather(*(scene.asked_whether_it_came(one, "confirmed", days=0) for one in neighbours))
    said = month(await scene.cast.now())
    words = {(reported, "completed", "met"), (said, "followed_up", "confirmed")}  # the provider's, and a month later hers
    told = await scene.counted(scene.coordinator, lambda figures: words <= large(figures).keys(), by="result", period="month")
    assert all(count > NEIGHBOURS for count in large(told).values())
    assert not [one for one in told if one["measure"] == "followed_up" and one["category"] == "met"]


def large(figures: list[dict[str, object]]) -> dict[tuple[object, ...], int]:
    """Return the counts that are told, by month, whose word it is, and the word."""
    return {(one["period"], one["measure"], one["category"]): int(str(one["count"])) for one in figures if one["count"] is not None}


def month(at: datetime) -> str:
    """Return the month of an instant where the people are, as statistics write it."""
    return f"{at.astimezone(ZoneInfo('Asia/Baghdad')):%Y-%m}"
