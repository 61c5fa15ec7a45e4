"""What each sees: receiver, origin, owning office, and nobody else."""

import pytest

from tests.referral.actors import ALL, COORDINATOR, FIRST, HLP, MOMD, NGO, OFFICER, SECOND, STRANGER, Actor
from tests.referral.cast import CAST, OTHER_OPERATOR, READER, brought_to
from tests.referral.world import World


async def test_one_referral_is_shown_to_each_as_it_concerns_them(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    path = f"/v1/referrals/{referral_id}"
    assert (await world.get(None, path)).status == 401
    for stranger in (SECOND, STRANGER, OTHER_OPERATOR, HLP):
        answer = await world.get(stranger, path)
        assert (answer.status, answer.problem) == (404, "referral-not-found")
    assert (await world.get(Actor("none", FIRST.organization_id, "nngo", "directory:read"), path)).status == 403
    shown = {name: (await world.get(actor, path)).body for name, actor in CAST.items() if name not in {"other", "stranger"}}
    office = {"need_id", "placement_id", "origin_id", "attempt"}
    told = {name: {key for key in office | {"replaces"} if body[key] is not None} for name, body in shown.items()}
    assert told == {"provider": set(), "origin": {"need_id", "origin_id"}, "officer": office, "coordinator": office}
    assert shown["provider"]["governorate"] == "IQG15" and shown["provider"]["district"] is None


async def test_a_centre_of_the_ministry_sees_no_list_no_referral_and_has_no_moves(world: World) -> None:
    referral_id = await brought_to(world, "offered", HLP)
    assert (await world.get(HLP, "/v1/referrals?role=origin")).body["items"] == []
    assert (await world.get(HLP, f"/v1/referrals/{referral_id}")).status == 404
    assert (await world.get(HLP, f"/v1/referrals/{referral_id}/moves")).status == 404
    assert (await world.move(HLP, referral_id, "cancellation", {"reason": "need_changed"})).status == 404
    assert (await world.move(OFFICER, referral_id, "cancellation", {"reason": "need_changed"})).status == 200  # the office acts for it


async def test_a_centre_of_the_ministry_may_receive(world: World) -> None:
    need_id = await world.identified(NGO)
    referral_id = await world.offer(need_id, HLP)
    assert (await world.move(HLP, referral_id, "acceptance", {})).status == 200
    assert len((await world.get(HLP, "/v1/referrals")).body["items"]) == 1


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        ("offered", {
            "provider": ["acknowledge", "accept", "decline", "ask", "waitlist"], "origin": ["cancel"], "officer": [],
            "coordinator": ["fail", "cancel"],
        }),
        ("info_requested", {"provider": [], "origin": ["answer", "cancel"], "officer": [], "coordinator": ["answer", "fail", "cancel"]}),
        ("accepted", {"provider": ["start", "release", "fail"], "origin": [], "officer": [], "coordinator": ["fail", "cancel"]}),
        ("in_service", {
            "provider": ["fail", "hold", "review", "complete"], "origin": [], "officer": [], "coordinator": ["fail", "hold", "cancel"],
        }),
        ("on_hold", {"provider": ["fail", "resume"], "origin": [], "officer": [], "coordinator": ["fail", "resume", "cancel"]}),
    ],
)  # fmt: skip
async def test_the_moves_of_each(world: World, state: str, moves: dict[str, list[str]]) -> None:
    referral_id = await brought_to(world, state)
    assert {name: await world.moves(CAST[name], referral_id) for name in moves} == moves
    for stranger in (SECOND, STRANGER):
        assert (await world.get(stranger, f"/v1/referrals/{referral_id}/moves")).status == 404
    assert await world.moves(READER, referral_id) == []


async def test_an_operator_whose_own_service_receives_is_both(world: World) -> None:
    ours = Actor("momd-service", MOMD, "operator", ALL, ("coordinator",), MOMD, True)
    await world.join(ours)
    need_id = await world.identified(NGO)
    referral_id = await world.offer(need_id, ours)
    assert await world.moves(ours, referral_id) == ["acknowledge", "accept", "decline", "ask", "fail", "cancel"]
    assert (await world.move(ours, referral_id, "acceptance", {})).status == 200


async def test_lists_are_by_role_and_state_and_in_pages(world: World) -> None:
    ids = [await brought_to(world, "offered") for _ in range(5)]
    await world.move(FIRST, ids[0], "acceptance", {})
    newest_first = [str(one) for one in reversed(ids)]
    for actor, role in ((FIRST, "receiver"), (NGO, "origin"), (OFFICER, "office"), (COORDINATOR, "office")):
        found: list[str] = []
        path: str | None = f"/v1/referrals?role={role}&limit=2"
        while path:
            page = await world.get(actor, path)
            found += [item["referral_id"] for item in page.body["items"]]
            link = page.headers.get("Link")
            path = link.split(">")[0].strip("<").removeprefix("/referral") if link else None
        assert found == newest_first, actor.name
    accepted = (await world.get(FIRST, "/v1/referrals?state=accepted&state=in_service")).body["items"]
    assert [item["referral_id"] for item in accepted] == [str(ids[0])]
    for nothing in (SECOND, STRANGER, OTHER_OPERATOR):
        for role in ("receiver", "origin", "office"):
            assert (await world.get(nothing, f"/v1/referrals?role={role}")).body["items"] == []
    assert (await world.get(None, "/v1/referrals")).status == 401
    assert (await world.get(FIRST, "/v1/referrals?role=owner")).problem == "malformed-request"
    assert (await world.get(FIRST, "/v1/referrals?cursor=x")).problem == "malformed-cursor"


async def test_a_provider_never_sees_earlier_offers(world: World) -> None:
    need_id = await world.identified(NGO)
    first = await world.offer(need_id, FIRST)
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    second = await world.offer(need_id, SECOND)
    shown = (await world.get(SECOND, f"/v1/referrals/{second}")).body
    assert str(first) not in str(shown) and str(FIRST.organization_id) not in str(shown)
    assert (await world.get(SECOND, f"/v1/referrals/{first}")).status == 404
    assert (await world.get(COORDINATOR, f"/v1/referrals/{second}")).body["replaces"] == str(first)


async def test_reasons_are_told_with_their_words(world: World) -> None:
    found = {item["code"]: item for item in (await world.get(FIRST, "/v1/reasons")).body["items"]}
    assert set(found["no_capacity"]["title"]) == {"en", "ar", "ckb"}
    assert found["not_eligible"]["criterion_needed"] and found["other"]["comment_needed"]
    assert found["unable_to_contact"]["consequence"] == {"next": "triage", "exclude": "once_more", "tasks": ["contact_check"]}
    assert (await world.get(None, "/v1/reasons")).status == 401


async def test_deadlines_are_shown_as_they_apply(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    names = {
        "offered": {"acknowledge_by", "decide_by", "expires_at"}, "accepted": {"first_contact_by"}, "in_service": {"review_at"},
    }  # fmt: skip
    for act, state in ((None, "offered"), ("acceptance", "accepted"), ("start", "in_service")):
        if act:
            await world.move(FIRST, referral_id, act, {})
        shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
        assert {name for name, at in shown["deadlines"].items() if at} == names[state]
        assert shown["state"] == state
