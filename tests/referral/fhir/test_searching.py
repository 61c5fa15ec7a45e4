"""Searches and histories: what they find for each part, in which order, page by page."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.referral.actors import COORDINATOR, FIRST, MOMD, NGO, OFFICER, SECOND
from tests.referral.cast import BROUGHT, brought_to
from tests.referral.fhir.reader import everything, get, ids, link, refused, resources
from tests.referral.fhir.validating import faults
from tests.referral.world import World


async def in_all_states(world: World) -> dict[str, UUID]:
    """Return a referral in each state that a move leads to, and one that expired."""
    found = {state: await brought_to(world, state) for state in BROUGHT}
    for state, act, body in (
        ("acknowledged", "acknowledgement", {}),
        ("declined", "decline", {"reason": "no_capacity"}),
        ("waitlisted", "waitlisting", {"person_agreed": True, "review_at": "2026-12-01T08:00:00Z"}),
    ):
        found[state] = await brought_to(world, "offered")
        assert (await world.move(FIRST, found[state], act, body)).status == 200
    for state, result in (("completed", "met"), ("nothing_met", "not_met")):
        found[state] = await brought_to(world, "in_service")
        body = {"outcomes": [{"item": "housing.hlp", "result": result}]}
        assert (await world.move(FIRST, found[state], "completion", body)).status == 200
    found["cancelled"] = await brought_to(world, "offered")
    assert (await world.move(NGO, found["cancelled"], "cancellation", {"reason": "need_changed"})).status == 200
    return found


@pytest.fixture
async def all_states(world: World) -> dict[str, UUID]:
    return await in_all_states(world)


TASKS = {
    "status=requested": {"offered"},
    "status=received": {"acknowledged", "info_requested", "waitlisted"},
    "status=http://hl7.org/fhir/task-status|accepted": {"accepted"},
    "status=rejected,cancelled": {"declined", "cancelled"},
    "status=completed": {"completed", "nothing_met"},
    "status=on-hold": {"on_hold"},
    "status=in-progress,on-hold&status=on-hold,failed": {"on_hold"},
    "status=http://elsewhere.example|accepted": set(),
    "status=nonsense": set(),
    "business-status=met": {"completed"},
    "business-status=not-met": {"nothing_met"},
    "business-status=urn:ihala:code-system:business-status|no-capacity": {"declined"},
    "business-status=need-changed,provider-pause,contact-made": {"cancelled", "on_hold", "in_service"},
    "status=received&business-status=waitlisted": {"waitlisted"},
    "status=requested&business-status=waitlisted": set(),
    "intent=plan": set(),
}
REQUESTS = {
    "status=completed": {"completed"},
    "status=revoked": set(),
    "status=active&intent=order": set(),
    "intent=filler-order&status=completed,revoked": {"completed"},
}


async def test_a_search_finds_what_was_asked_for_and_nothing_else(world: World, all_states: dict[str, UUID]) -> None:
    names = {referral_id: name for name, referral_id in all_states.items()}
    for kind, searches in (("Task", TASKS), ("ServiceRequest", REQUESTS)):
        for query, expected in searches.items():
            for more in ("", "&_lastUpdated=ge2026-01-01"):
                found = ids(await get(world, FIRST, f"{kind}?{query}{more}"))
                assert {names[one] for one in found} == expected, (kind, query, more)
                assert len(found) == len(set(found))
    active = ids(await get(world, NGO, "ServiceRequest?status=active"))
    assert {names[one] for one in active} == set(all_states) - {"completed"}


async def test_each_part_pages_through_all_that_is_its_own(world: World, all_states: dict[str, UUID]) -> None:
    mine = sorted(all_states.values())
    placements = sorted(row.id for row in await world.rows("SELECT id FROM placement"))
    for kind in ("Task", "ServiceRequest"):
        for actor, expected in ((FIRST, mine), (NGO, mine), (OFFICER, mine), (COORDINATOR, sorted([*mine, *placements])), (SECOND, [])):
            in_parts = 4 if actor is NGO else 50  # a page of few needs many: one of them shows that nothing falls between
            assert await everything(world, actor, f"{kind}?_count={in_parts}") == expected, actor.name
            assert sorted(await everything(world, actor, f"{kind}?_count={in_parts}&_lastUpdated=ge2026")) == expected, actor.name
    assert await everything(world, FIRST, "Task?_count=2&status=received,requested,accepted") == sorted(
        all_states[one] for one in ("acknowledged", "info_requested", "waitlisted", "offered", "accepted")
    )


async def test_by_id_owner_focus_and_request(world: World) -> None:
    first, second = await brought_to(world, "offered"), await brought_to(world, "accepted")
    placement_id = (await world.referral(first)).placement_id
    for query, expected in {
        f"_id={first},{second}": {first, second}, f"_id={uuid4()}": set(), f"_id={first}&_id={second}": set(),
        f"focus=ServiceRequest/{second}": {second}, f"focus={second}": {second}, f"focus=Patient/{second}": set(),
        f"owner=Organization/{FIRST.organization_id}&status=accepted": {second}, f"owner={SECOND.organization_id}": set(),
        f"owner:identifier=urn:ihala:organization|{FIRST.organization_id}": {first, second},
        f"owner={MOMD}&_id={placement_id}": {placement_id},
        f"based-on=ServiceRequest/{placement_id}": {first}, f"based-on=https://any.example/fhir/R4/ServiceRequest/{placement_id}": {first},
    }.items():  # fmt: skip
        for more in ("", "&_lastUpdated=ge2026"):
            assert set(ids(await get(world, COORDINATOR, f"Task?{query}{more}"))) == expected, query
    assert ids(await get(world, FIRST, f"Task?based-on={placement_id}")) == [], "which placement it is, is the office's to know"


async def test_by_the_time_of_the_last_change_longest_ago_first(world: World) -> None:
    first, second = await brought_to(world, "offered"), await brought_to(world, "offered")
    world.advance(hours=1)
    await world.move(FIRST, first, "acknowledgement", {})
    at = (await world.referral(first)).moved_at
    for prefix, expected in {
        "ge": [first], "gt": [], "le": [first, second], "lt": [second], "": [first], "sa": [], "eb": [second],
    }.items():  # fmt: skip
        assert ids(await get(world, FIRST, f"Task?_lastUpdated={prefix}{at.isoformat().replace('+00:00', 'Z')}")) == expected, prefix
    assert ids(await get(world, FIRST, "Task?_lastUpdated=2026-11-22")) == [second, first]
    assert ids(await get(world, FIRST, "Task?_lastUpdated=ge2026-11-22T09:30:00%2B03:00&_lastUpdated=lt2026-11-23")) == [first]


@pytest.mark.parametrize(
    "query",
    [
        "_count=x", "_count=-1", "_lastUpdated=soon", "_lastUpdated=ne2026", "_lastUpdated=2026-13-01", "_lastUpdated=ge", "status=",
        "status=|", "status:not=accepted", "owner:Patient=1", "_id:missing=true", "status=" + "a" * 1001, "status=" + ",".join("ab" * 30),
    ],
)  # fmt: skip
async def test_what_cannot_be_understood_is_refused_and_not_repeated(world: World, query: str) -> None:
    assert await refused(world, FIRST, f"Task?{query}") == (400, "invalid", "search-refused")


async def test_a_search_may_stand_in_a_form(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    path, token = "/fhir/R4/Task/_search", world.token(FIRST)
    for sent, query, status, found in (
        (b"status=requested&_count=5", "", 200, [str(referral_id)]), (b"status=accepted", "", 200, []), (b"", "", 200, [str(referral_id)]),
        (b"_count=5", "?status=accepted", 200, []), (b"_count=x", "", 400, None), (b"status=%ff", "", 400, None),
        (b"a=1&" * 101, "", 400, None),
    ):  # fmt: skip
        headers = token | {"Content-Type": "application/x-www-form-urlencoded"}
        async with world.session.post(path + query, data=sent, headers=headers) as answer:
            body = await answer.json(content_type="application/fhir+json")
        assert answer.status == status and faults(body) == []
        if found is not None:
            assert [entry["resource"]["id"] for entry in body.get("entry", [])] == found
            assert body["link"][0]["url"].partition("?")[0].endswith("/Task")
    async with world.session.post(path, json={"status": "requested"}, headers=token) as answer:
        assert answer.status == 400
    async with world.session.post(path, data=b"", headers={"Content-Type": "application/x-www-form-urlencoded"}) as answer:
        assert answer.status == 401


async def test_an_unknown_parameter_is_left_out_unless_the_client_is_strict(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    answer = await get(world, FIRST, "Task?patient=1&status=requested&_pretty=true")
    assert ids(answer) == [referral_id] and (link(answer, "self") or "").endswith("/Task?status=requested")
    assert (await refused(world, FIRST, "Task?patient=1", {"Prefer": "handling=strict"}))[2] == "search-refused"
    assert (await refused(world, FIRST, "Task?_next=x"))[2] == "malformed-cursor"
    searched = link(await get(world, COORDINATOR, "Task?_count=1"), "next")
    assert searched is not None
    assert (await refused(world, COORDINATOR, searched.replace("/Task?", "/Task/_history?")))[2] == "malformed-cursor"


async def test_a_history_tells_every_version_newest_first(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    for act, body in (("acknowledgement", {}), ("acceptance", {}), ("start", {}), ("hold", BROUGHT["on_hold"][-1][1])):
        world.advance(hours=1)
        assert (await world.move(FIRST, referral_id, act, body)).status == 200
    for actor in (FIRST, NGO, OFFICER):
        answer = await get(world, actor, f"Task/{referral_id}/_history")
        told = [(one["meta"]["versionId"], one["status"]) for one in resources(answer)]
        assert told == [("5", "on-hold"), ("4", "in-progress"), ("3", "accepted"), ("2", "received"), ("1", "requested")]
        times = [one["meta"]["lastUpdated"] for one in resources(answer)]
        assert times == sorted(times, reverse=True)
        [newest, *_, oldest] = answer.body["entry"]
        assert (newest["request"], oldest["request"]) == (
            {"method": "PUT", "url": f"Task/{referral_id}"}, {"method": "POST", "url": "Task"},
        )  # fmt: skip
        assert (oldest["response"]["status"], oldest["response"]["etag"]) == ("201", 'W/"1"')
        assert newest["resource"] == (await get(world, actor, f"Task/{referral_id}")).body
        for entry in answer.body["entry"]:
            one = entry["resource"]
            assert (await get(world, actor, f"Task/{referral_id}/_history/{one['meta']['versionId']}")).body == one
    since = (world.now - timedelta(hours=1, minutes=30)).isoformat().replace("+00:00", "Z")
    assert len(resources(await get(world, FIRST, f"Task/{referral_id}/_history?_since={since}"))) == 2
    paged = await get(world, FIRST, f"Task/{referral_id}/_history?_count=2")
    following = link(paged, "next")
    assert following is not None
    assert [one["meta"]["versionId"] for one in resources(await get(world, FIRST, following))] == ["3", "2"]


async def test_a_types_history_tells_each_reader_every_version_of_its_own_and_nothing_else(world: World) -> None:
    first = await brought_to(world, "offered")
    world.advance(hours=1)
    second = await brought_to(world, "in_service")
    moves = {(str(first), "1"), *((str(second), str(version)) for version in (1, 2, 3))}
    for kind in ("Task", "ServiceRequest"):
        for actor in (FIRST, NGO, OFFICER):
            found = [(one["id"], one["meta"]["versionId"]) for one in resources(await get(world, actor, f"{kind}/_history"))]
            assert set(found) == moves and len(found) == 4, actor.name
            assert found[-1] == (str(first), "1")
        since = (world.now - timedelta(minutes=30)).isoformat().replace("+00:00", "Z")
        assert set(ids(await get(world, FIRST, f"{kind}/_history?_since={since}"))) == {second}
        assert len(await everything(world, FIRST, f"{kind}/_history?_count=1")) == 4
        office = resources(await get(world, COORDINATOR, f"{kind}/_history"))
        placements = {str(row.id) for row in await world.rows("SELECT id FROM placement")}
        assert {one["id"] for one in office} == {str(first), str(second)} | placements
        assert ids(await get(world, SECOND, f"{kind}/_history")) == []


async def test_the_next_provider_sees_nothing_of_the_one_before(world: World) -> None:
    need_id = await world.identified(NGO)
    first = await world.offer(need_id, FIRST)
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    second = await world.offer(need_id, SECOND)
    for path in ("Task", "ServiceRequest", "Task/_history", f"Task/{second}"):
        shown = str((await get(world, SECOND, path)).body)
        assert str(first) not in shown and str(FIRST.organization_id) not in shown and str(need_id) not in shown
    office = (await get(world, COORDINATOR, f"Task/{second}")).body
    assert office["partOf"][1] == {"reference": f"Task/{first}"}
    assert (await get(world, COORDINATOR, f"ServiceRequest/{second}")).body["replaces"] == [{"reference": f"ServiceRequest/{first}"}]


async def test_an_offer_that_nobody_answered_was_not_rejected(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    world.advance(days=60)
    await world.tick()
    assert ids(await get(world, FIRST, "Task?status=rejected")) == []
    [task] = resources(await get(world, FIRST, "Task?business-status=no-response"))
    assert (task["id"], task["status"]) == (str(referral_id), "cancelled")
