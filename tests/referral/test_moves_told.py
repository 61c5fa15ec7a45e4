"""What is told beforehand of each move holds: it is taken with what is named, refused without; and a refusal lists what is open."""

from typing import Any
from uuid import UUID

import pytest
from ihala_referral.states import Act

from tests.referral.actors import ALL, CLEARED, COORDINATOR, FIRST, NGO, OFFICER, STRANGER, Actor
from tests.referral.cast import brought_to
from tests.referral.test_api import MOVES
from tests.referral.test_schema import restricted_offer
from tests.referral.world import Answer, World

REACHED = {  # how a state is reached that the cast does not bring about
    "acknowledged": ("offered", "acknowledgement", {}),
    "waitlisted": ("offered", "waitlisting", {"person_agreed": True, "review_at": "2026-12-01T08:00:00Z"}),
    "declined": ("offered", "decline", {"reason": "no_capacity"}),
    "cancelled": ("offered", "cancellation", {"reason": "need_changed"}),
    "failed": ("accepted", "failure", {"reason": "moved"}),
    "completed": ("in_service", "completion", {"outcomes": [{"item": "housing.hlp", "result": "met"}]}),
}
STATES = ["offered", "info_requested", "accepted", "in_service", "on_hold", *REACHED]
WHO = (FIRST, NGO, COORDINATOR)
VALUES: dict[str, Any] = {
    "text": "Which floor?", "comment": "In words.", "criterion": "age", "person_agreed": True,
    "outcomes": [{"item": "housing.hlp", "result": "met"}],
}  # fmt: skip


async def reached(world: World, state: str) -> UUID:
    """Return a referral in a state, received by FIRST, asked for by NGO."""
    before, act, body = REACHED.get(state, (state, None, None))
    referral_id = await brought_to(world, before)
    if act is not None:
        actor = NGO if act == "cancellation" else COORDINATOR if act == "failure" else FIRST
        assert (await world.move(actor, referral_id, act, body)).status == 200
    return referral_id


async def told(world: World, actor: Actor, referral_id: UUID) -> Answer:
    return await world.get(actor, f"/v1/referrals/{referral_id}/moves")


def filled(move: dict[str, Any]) -> dict[str, Any]:
    """Return a body with what a move names, and nothing else."""
    values = VALUES | dict.fromkeys(("review_at", "resume_by"), move["latest"])
    body = {name: values[name] for name in move["needed"] if name != "reason"}
    if "reason" not in move["needed"]:
        return body
    reason = next(one for one in move["reasons"] if one["code"] != "unreachable")
    body |= {"comment": VALUES["comment"]} if reason["comment_needed"] else {}
    body |= {"criterion": VALUES["criterion"]} if reason["criterion_needed"] else {}
    return body | {"reason": reason["code"]}


@pytest.mark.parametrize("state", STATES)
async def test_each_move_is_taken_with_what_it_names_and_refused_without(world: World, state: str) -> None:
    for actor in WHO:
        named = (await told(world, actor, await reached(world, state))).body
        assert [move["move"] for move in named["details"]] == [act for act in named["moves"] if act in set(Act)]
        for move in named["details"]:
            referral_id = await reached(world, state)
            for missing in move["needed"]:
                body = {name: value for name, value in filled(move).items() if name != missing}
                assert (await world.move(actor, referral_id, move["address"], body)).status == 422, (move["move"], missing)
            answer = await world.move(actor, referral_id, move["address"], filled(move))
            assert answer.status == 200, (actor.name, move["move"], answer.body)


@pytest.mark.parametrize("state", STATES)
async def test_a_move_that_is_not_open_is_refused_with_the_callers_own(world: World, state: str) -> None:
    referral_id = await reached(world, state)
    everything = Actor("everything", FIRST.organization_id, "nngo", ALL)
    for actor in (everything, COORDINATOR):
        named = (await told(world, actor, referral_id)).body["moves"]
        mine = {move["address"] for move in (await told(world, actor, referral_id)).body["details"]}
        for address, body in {move[0]: move[1] for move in MOVES if move[0] not in mine}.items():
            refused = await world.move(actor, referral_id, address, body)
            if refused.status != 403:
                assert (refused.status, refused.problem, refused.body["moves"]) == (409, "move-not-allowed", named), address


async def test_reasons_are_those_that_may_be_given_now(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    [decline] = [move for move in (await told(world, FIRST, referral_id)).body["details"] if move["move"] == "decline"]
    codes = {reason["code"]: reason for reason in decline["reasons"]}
    assert "incomplete_information" not in codes and "no_first_contact" not in codes
    assert codes["other"]["comment_needed"] and codes["not_eligible"]["criterion_needed"] and not codes["no_capacity"]["comment_needed"]
    assert set(codes["other"]["title"]) == {"ar", "ckb", "en"}
    assert (decline["needed"], decline["optional"]) == (["reason"], ["criterion", "comment"])
    await world.move(FIRST, referral_id, "question", {"text": "How many?"})
    await world.move(NGO, referral_id, "answer", {"text": "Two."})
    [decline] = [move for move in (await told(world, FIRST, referral_id)).body["details"] if move["move"] == "decline"]
    assert "incomplete_information" in {reason["code"] for reason in decline["reasons"]}
    assert (await told(world, STRANGER, referral_id)).status == 404
    assert (await told(world, OFFICER, referral_id)).body["details"] == []


async def test_of_a_restricted_referral_no_words_are_asked_for(world: World) -> None:
    need_id = await restricted_offer(world)
    [row] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id)
    details = (await told(world, CLEARED, row.id)).body["details"]
    assert {move["move"] for move in details} >= {"decline", "ask"}
    assert not any({"text", "comment"} & {*move["needed"], *move["optional"]} for move in details)
    assert not any(reason["comment_needed"] for move in details for reason in move["reasons"])
