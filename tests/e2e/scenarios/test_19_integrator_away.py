"""Integrator away for six hours: it goes on from its place, in order, and can tell doubles."""

from tests.e2e.scenarios.scene import Scene


async def test_it_goes_on_where_it_stopped(scene: Scene) -> None:
    reader = scene.cast.client("integrator-housing-zummar")
    after = (await reader.get("/notify/v1/events", after="latest")).body["cursor"]
    offer = await scene.need_for("provider-housing-zummar")
    await scene.hours(6)
    await scene.move(offer, "acknowledgement")
    await scene.accepted(offer)

    async def feed() -> list[dict[str, object]]:
        events = (await reader.get("/notify/v1/events", after=after, limit=200)).body["events"]
        return [event for event in events if event["data"].get("referral_id") == offer.data["referral_id"]]

    events = await scene.eventually(feed, lambda found: any(str(event["type"]).endswith("referral.accepted") for event in found))
    moves = [str(event["type"]).rpartition(".")[2] for event in events if ".referral." in str(event["type"])]
    assert moves == ["offered", "acknowledged", "accepted"]
    again = await feed()
    assert again[: len(events)] == events  # read again: the same ids in the same order, so that doubles can be told
    assert len({str(event["id"]) for event in events}) == len(events)
    assert "housing.hlp" not in str(events)
