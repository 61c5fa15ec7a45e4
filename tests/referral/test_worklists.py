"""Worklists: who works on what, by its next instant, in pages; counts; what a list never shows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from ihala_referral.worklists import listing

from tests.referral.actors import CLEARED, COORDINATOR, FIRST, HLP, NGO, OFFICER, SECOND, STRANGER, SUNDAY, Actor
from tests.referral.cast import OTHER_OPERATOR
from tests.referral.test_schema import restricted_offer
from tests.referral.ticks import EPSILON, at
from tests.referral.world import World

REFERRALS, PLACEMENTS = "/v1/worklists/referrals", "/v1/worklists/placements"


async def listed(world: World, actor: Actor, path: str, key: str = "referral_id") -> list[str]:
    """Return the ids of a list, all its pages."""
    found: list[str] = []
    following: str | None = path
    while following:
        answer = await world.get(actor, following)
        assert answer.status == 200, answer.body
        found += [item[key] for item in answer.body["items"]]
        link = answer.headers.get("Link")
        following = link.split(">")[0].strip("<").removeprefix("/referral") if link else None
    return found


async def counts(world: World, actor: Actor, path: str) -> dict[str, Any]:
    return dict((await world.get(actor, path)).body)


async def test_a_list_is_ordered_by_the_next_instant_and_read_in_pages(world: World) -> None:
    late = [(await world.offered(FIRST, NGO))[1] for _ in range(3)]
    urgent = [(await world.offered(FIRST, NGO, urgency="urgent"))[1] for _ in range(2)]
    await world.offered(SECOND, NGO)
    expected = [str(one) for one in (*urgent, *late)]
    for actor, role in ((FIRST, "receiver"), (NGO, "origin"), (OFFICER, "office"), (COORDINATOR, "office")):
        found = await listed(world, actor, f"{REFERRALS}?role={role}&limit=2")
        assert [one for one in found if one in expected] == expected and len(found) == (5 if role == "receiver" else 6), actor.name
    for nothing in (STRANGER, OTHER_OPERATOR, SECOND):
        for role in ("receiver", "origin", "office"):
            assert not set(await listed(world, nothing, f"{REFERRALS}?role={role}")) & set(expected)
    assert (await world.get(None, REFERRALS)).status == 401
    assert (await world.get(FIRST, f"{REFERRALS}?cursor=x")).problem == "malformed-cursor"


async def test_what_ended_is_in_no_list(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})
    assert await listed(world, FIRST, REFERRALS) == []
    assert (await counts(world, FIRST, f"{REFERRALS}/counts"))["lists"]["all"] == {"count": 0, "more": False}


async def test_due_is_what_comes_within_a_day_and_overdue_what_was_missed(world: World) -> None:
    _, slow = await world.offered(FIRST, NGO)
    _, fast = await world.offered(FIRST, NGO, urgency="emergency")
    assert await listed(world, FIRST, f"{REFERRALS}?list=due") == [str(fast)]
    assert await listed(world, FIRST, f"{REFERRALS}?list=overdue") == []
    await at(world, SUNDAY + timedelta(hours=2) + EPSILON)
    [shown] = (await world.get(FIRST, f"{REFERRALS}?list=overdue")).body["items"]
    assert (shown["referral_id"], shown["overdue"], shown["state"]) == (str(fast), True, "offered")
    assert shown["due_at"] < shown["next_at"]
    assert (await world.move(FIRST, fast, "acknowledgement", {})).status == 200
    assert await listed(world, FIRST, f"{REFERRALS}?list=overdue") == []  # its next deadline is the decision
    assert set(await listed(world, FIRST, REFERRALS)) == {str(slow), str(fast)}


@pytest.mark.parametrize(
    ("state", "fired", "missed", "overdue"),
    [
        ("offered", "{level_1}", 0, False), ("offered", "{acknowledge}", 0, True), ("acknowledged", "{acknowledge}", 0, False),
        ("acknowledged", "{decide}", 0, True), ("accepted", "{}", 0, False), ("accepted", "{level_1}", 0, True),
        ("in_service", "{}", 0, False), ("in_service", "{}", 1, True), ("on_hold", "{level_1}", 2, False),
        ("info_requested", "{acknowledge}", 0, False), ("waitlisted", "{decide}", 1, True),
    ],
)  # fmt: skip
async def test_overdue_follows_the_state(world: World, state: str, fired: str, missed: int, overdue: bool) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    change = f"UPDATE referral SET state = '{state}', fired = '{fired}', reviews_missed = {missed} WHERE id = :id RETURNING 1"
    await world.rows(change, id=referral_id)
    assert await listed(world, FIRST, f"{REFERRALS}?list=overdue") == ([str(referral_id)] if overdue else [])
    assert (await counts(world, FIRST, f"{REFERRALS}/counts"))["lists"]["overdue"]["count"] == int(overdue)


async def test_lists_are_filtered(world: World) -> None:
    _, first = await world.offered(FIRST, NGO)
    _, urgent = await world.offered(FIRST, NGO, urgency="urgent", need_code="documents.civil_id")
    _, elsewhere = await world.offered(FIRST, NGO, governorate="IQG08", district=None)
    await world.move(FIRST, elsewhere, "acknowledgement", {})
    filters = {
        "state=acknowledged": [elsewhere], "state=offered&state=acknowledged": [urgent, first, elsewhere], "urgency=urgent": [urgent],
        "need=documents": [urgent], "need=housing.hlp": [first, elsewhere], "need=housing": [first, elsewhere],
        "governorate=IQG08": [elsewhere], "governorate=IQ-HALABJA": [],
        f"service_id={FIRST.organization_id}": [urgent, first, elsewhere], f"service_id={SECOND.organization_id}": [],
        "list=due&urgency=routine": [],
    }  # fmt: skip
    for query, expected in filters.items():
        assert await listed(world, FIRST, f"{REFERRALS}?{query}") == [str(one) for one in expected], query
    assert (await world.get(FIRST, f"{REFERRALS}?need='")).status == 422


async def test_a_rare_filter_reads_no_more_than_its_window_and_goes_on_behind_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "WINDOW", 2)
    for _ in range(4):
        await world.offered(FIRST, NGO)
    _, last = await world.offered(FIRST, NGO, governorate="IQG08", district=None)
    answer = await world.get(FIRST, f"{REFERRALS}?governorate=IQG08")
    assert answer.body["items"] == [] and 'rel="next"' in answer.headers["Link"]
    assert await listed(world, FIRST, f"{REFERRALS}?governorate=IQG08") == [str(last)]


async def test_counts_stop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNTED", 2)
    monkeypatch.setattr("ihala_referral.worklists.views.COUNTED", 2)
    for _ in range(3):
        await world.offered(FIRST, NGO)
    found = await counts(world, FIRST, f"{REFERRALS}/counts?role=receiver")
    assert found["lists"]["all"] == found["states"]["offered"] == {"count": 2, "more": True}
    assert found["states"]["accepted"] == {"count": 0, "more": False}
    assert set(found["lists"]) == {"mine", "all", "unassigned", "due", "overdue"} and len(found["states"]) == 7


async def test_what_is_restricted_is_for_cleared_eyes_and_masked(world: World) -> None:
    need_id = await restricted_offer(world)
    [row] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id)
    uncleared = Actor("uncleared", CLEARED.organization_id, "nngo")
    assert await listed(world, uncleared, REFERRALS) == []
    assert (await counts(world, uncleared, f"{REFERRALS}/counts"))["lists"]["all"]["count"] == 0
    [shown] = (await world.get(CLEARED, REFERRALS)).body["items"]
    assert (shown["referral_id"], shown["need_code"], shown["governorate"]) == (str(row.id), "protection", None)
    assert await listed(world, CLEARED, f"{REFERRALS}?governorate=IQG15") == []  # else the filter would tell where
    assert await listed(world, OFFICER, f"{REFERRALS}?role=office") == []
    assert await listed(world, COORDINATOR, f"{REFERRALS}?role=office") == [str(row.id)]


async def test_each_side_is_told_no_more_than_it_may_know(world: World) -> None:
    await world.offered(FIRST, NGO)
    shown = {
        role: (await world.get(actor, f"{REFERRALS}?role={role}")).body["items"][0]
        for actor, role in ((FIRST, "receiver"), (NGO, "origin"), (COORDINATOR, "office"))
    }
    told = {role: {name for name in ("need_id", "origin_id", "placement_id") if item[name]} for role, item in shown.items()}
    assert told == {"receiver": set(), "origin": {"need_id", "origin_id"}, "office": {"need_id", "origin_id", "placement_id"}}


async def test_the_office_has_what_centres_asked_for_in_its_list_as_origin(world: World) -> None:
    _, of_centre = await world.offered(FIRST, HLP)
    await world.offered(FIRST, NGO)
    assert await listed(world, HLP, f"{REFERRALS}?role=origin") == []
    assert await listed(world, OFFICER, f"{REFERRALS}?role=origin") == [str(of_centre)]
    assert (await counts(world, OFFICER, f"{REFERRALS}/counts?role=origin"))["lists"]["all"]["count"] == 1


async def test_placements_are_listed_for_coordinators(world: World) -> None:
    triage = await world.identified(NGO, match_settled=False)
    offering, _ = await world.offered(FIRST, NGO)
    restricted = await world.identified(NGO, sensitivity="restricted", need_code="protection")
    uncleared = Actor("uncleared-coordinator", COORDINATOR.organization_id, "operator", COORDINATOR.scopes, ("coordinator",))

    async def needs(query: str, actor: Actor = COORDINATOR) -> list[UUID]:
        return [UUID(one) for one in await listed(world, actor, f"{PLACEMENTS}?{query}&limit=1", "need_id")]

    assert await needs("state=triage") == [triage, restricted]
    assert await needs("state=triage", uncleared) == [triage]
    assert await needs("state=offering") == [offering]
    assert await needs("state=offering&state=unserved") == [offering]
    assert set(await needs("list=all")) == {triage, restricted, offering}
    assert (await world.get(COORDINATOR, f"{PLACEMENTS}?state=triage")).body["items"][0]["triage_reasons"] == ["match"]
    assert (await world.get(OFFICER, PLACEMENTS)).status == 403
    assert await needs("list=all", OTHER_OPERATOR) == []
    world.advance(days=4)
    await world.tick()
    assert set(await needs("list=overdue&state=triage")) == {triage, restricted}
    found = await counts(world, COORDINATOR, f"{PLACEMENTS}/counts")
    assert found["states"]["triage"] == {"count": 2, "more": False} and found["lists"]["overdue"]["count"] == 2
