"""No answer: three levels over a closure of that morning, then the next provider; an emergency at night climbs at once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.e2e.scenarios.scene import Scene, path_of, problem

BAGHDAD = ZoneInfo("Asia/Baghdad")


async def test_silence_over_a_closure_ends_with_the_next_provider(scene: Scene) -> None:
    offer = await scene.need_for("provider-housing-telafar", urgency="urgent")
    need, referral = offer.data["need_id"], offer.data["referral_id"]
    before = (await scene.read(offer))["deadlines"]
    await closed_on(scene, scene.telafar.organization_id, before["decide_by"])
    await scene.event("referral.deadlines-recomputed", referral_id=referral)
    after = (await scene.read(offer))["deadlines"]
    assert instant(after["decide_by"]) > instant(before["decide_by"])
    assert (await scene.placement(need))["state"] == "offering"
    await scene.jump(after["expires_at"])
    await scene.event("referral.expired", referral_id=referral)
    levels = [event.data for event in scene.seen("referral.escalated", referral_id=referral)]
    assert [level["level"] for level in levels] == [1, 2, 3]
    assert ["coordinator" in level["to"] for level in levels] == [False, True, False]
    following = await scene.offer(need, offer)
    assert following.data["organization_id"] != offer.data["organization_id"]
    late = await scene.move(offer, "acceptance", None, 409)
    assert (problem(late), late.body["moves"]) == ("move-not-allowed", [])


async def test_an_emergency_at_night(scene: Scene) -> None:
    body = scene.request()
    body["needs"][0]["urgency"] = "emergency"
    made = await scene.asked(scene.desk, body)
    assert made["call_now"], "nobody can be called at night"
    need = made["needs"][0]["need_id"]
    first = await scene.offer(need)
    assert instant((await scene.read(first))["deadlines"]["decide_by"]) <= await scene.cast.now() + timedelta(hours=6)
    await scene.minutes(125)
    second = await scene.offer(need, first)
    assert second.data["service_at_location_id"] != first.data["service_at_location_id"], "who does not answer is asked again"
    answers = await asyncio.gather(accepted(scene, first), accepted(scene, second))
    assert sorted(answers) == [200, 409]
    lost, won = (first, second) if answers[0] == 409 else (second, first)
    cancelled = await scene.event("referral.cancelled", referral_id=lost.data["referral_id"])
    assert cancelled.data["reason"] == "placed_elsewhere"
    assert (await scene.read(won))["state"] == "accepted"


async def accepted(scene: Scene, offer: Any) -> int:
    """Try to accept; return how it was answered."""
    provider = scene.receiver(offer)
    version = (await provider.get(path_of(offer))).etag
    return (await provider.post(f"{path_of(offer)}/acceptance", {}, 200, 409, 412, if_match=version)).status


async def closed_on(scene: Scene, organization_id: str, at: str) -> None:
    """Declare that an organisation is closed on the day of an instant."""
    day = instant(at).astimezone(BAGHDAD).date().isoformat()
    closure = {"organization_id": organization_id, "first_day": day, "last_day": day, "reason": "security"}
    await scene.coordinator.post("/referral/v1/closures", closure, 201)


def instant(at: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(at)
