"""Each route as receiver, origin, coordinator, officer, another provider, stranger and nobody; and what a bad request gets."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_kit.http import openapi_document

from tests.referral.world import (
    ALL,
    COORDINATOR,
    FIRST,
    HLP,
    MOMD,
    NGO,
    OFFICER,
    SECOND,
    STRANGER,
    Actor,
    World,
)

READER = Actor("reader", FIRST.organization_id, "nngo", "referral:read")  # a client of the receiver that may not answer
OTHER_OPERATOR = Actor("other-operator", uuid4(), "operator", ALL, ("coordinator",), None, True)
CAST = {"provider": FIRST, "origin": NGO, "coordinator": COORDINATOR, "officer": OFFICER, "other": SECOND, "stranger": STRANGER}

IN_TEN_DAYS = "2026-12-01T08:00:00Z"
TRIES = [{"at": f"2026-11-{day}T07:00:00Z", "way": "call"} for day in (18, 19, 20)]

# act, body, what the referral must be in, who may (200); the others that see it get 409 or, without the scope, 403; the rest 404
MOVES: list[tuple[str, Any, str, set[str]]] = [
    ("acknowledgement", {}, "offered", {"provider"}),
    ("acceptance", {}, "offered", {"provider"}),
    ("decline", {"reason": "no_capacity"}, "offered", {"provider"}),
    ("question", {"text": "How many rooms?"}, "offered", {"provider"}),
    ("answer", {"text": "Two."}, "info_requested", {"origin", "coordinator"}),
    ("waitlisting", {"person_agreed": True, "review_at": IN_TEN_DAYS}, "offered", {"provider"}),
    ("start", {}, "accepted", {"provider"}),
    ("release", {"reason": "no_capacity"}, "accepted", {"provider"}),
    ("failure", {"reason": "unreachable", "tries": TRIES}, "accepted", {"provider", "coordinator"}),
    ("hold", {"reason": "waiting_for_person", "resume_by": IN_TEN_DAYS}, "in_service", {"provider", "coordinator"}),
    ("resumption", {}, "on_hold", {"provider", "coordinator"}),
    ("review", {}, "in_service", {"provider"}),
    ("completion", {"outcomes": [{"item": "housing.hlp", "result": "met"}]}, "in_service", {"provider"}),
    ("cancellation", {"reason": "need_changed"}, "offered", {"origin", "coordinator"}),
    ("cancellation", {"reason": "need_changed"}, "accepted", {"coordinator"}),
]
BROUGHT = {
    "offered": [],
    "info_requested": [("question", {"text": "?"})],
    "accepted": [("acceptance", {})],
    "in_service": [("acceptance", {}), ("start", {})],
    "on_hold": [("acceptance", {}), ("start", {}), ("hold", {"reason": "provider_pause", "resume_by": IN_TEN_DAYS})],
}


async def brought_to(world: World, state: str, origin: Actor = NGO) -> UUID:
    """Return a referral in that state, received by FIRST."""
    need_id = await world.identified(origin)
    referral_id = await world.offer(need_id, FIRST, allows_waitlist=True)
    for act, body in BROUGHT[state]:
        assert (await world.move(FIRST, referral_id, act, body)).status == 200
    return referral_id


@pytest.mark.parametrize(("act", "body", "state", "may"), MOVES, ids=[f"{move[0]} of {move[2]}" for move in MOVES])
async def test_each_move_is_made_by_its_parties_and_nobody_else(world: World, act: str, body: Any, state: str, may: set[str]) -> None:
    referral_id = await brought_to(world, state)
    before = await world.count()
    assert (await world.move(None, referral_id, act, body)).status == 401
    for name in set(CAST) - may:
        answer = await world.move(CAST[name], referral_id, act, body)
        expected = {404} if name in {"other", "stranger"} else {403, 409}
        assert answer.status in expected, (name, answer.status)
    assert (await world.move(OTHER_OPERATOR, referral_id, act, body)).status in {403, 404}
    assert (await world.move(READER, referral_id, act, body)).status == 403
    assert await world.count() == before, "a refused move said something"
    for name in sorted(may):
        referral_id = await brought_to(world, state)
        before = await world.count()
        answer = await world.move(CAST[name], referral_id, act, body)
        assert answer.status == 200, (name, answer.body)
        assert answer.etag == f'"{answer.body["version"]}"'
        assert await world.count() > before, "every move says something"


@pytest.mark.parametrize(("act", "body"), [(move[0], move[1]) for move in MOVES[:14]])
async def test_every_move_asks_for_a_version_and_a_key_and_a_referral(world: World, act: str, body: Any) -> None:
    referral_id = await brought_to(world, "offered")
    path = f"/v1/referrals/{referral_id}/{act}"
    everything = Actor("everything", FIRST.organization_id, "nngo", ALL)
    key = {"Idempotency-Key": str(uuid4())}
    assert (await world.call(everything, "POST", path, body, key)).problem == "precondition-required"
    assert (await world.call(everything, "POST", path, body, key | {"If-Match": "1"})).problem == "if-match-malformed"
    assert (await world.call(everything, "POST", path, body, {"If-Match": '"1"'})).problem == "idempotency-key-missing"
    unknown = await world.post(everything, f"/v1/referrals/{uuid4()}/{act}", body, 1)
    assert (unknown.status, unknown.problem) == (404, "referral-not-found")
    extra = await world.post(everything, path, {**body, "name": "Ali"}, 1)
    assert (extra.status, extra.problem) == (422, "malformed-request")
    assert "Ali" not in str(extra.body) and "name" not in str(extra.body["errors"])


async def test_an_old_version_is_stale_and_a_repeated_request_gets_the_first_answer(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    path = f"/v1/referrals/{referral_id}/acknowledgement"
    first = await world.post(FIRST, path, {}, 1, key="k-1")
    again = await world.post(FIRST, path, {}, 1, key="k-1")
    assert (first.status, again.status, again.body, again.etag) == (200, 200, first.body, first.etag)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (await world.post(FIRST, path, {}, 2, key="k-1")).problem == "idempotency-key-reused"
    assert (await world.move(FIRST, referral_id, "acceptance", {}, version=1)).problem == "stale"


@pytest.mark.parametrize(
    ("act", "body", "problem"),
    [
        ("decline", {"reason": "no_such_reason"}, "reason-unknown"),
        ("decline", {"reason": "other"}, "comment-missing"),
        ("decline", {"reason": "not_eligible"}, "criterion-missing"),
        ("decline", {"reason": "incomplete_information"}, "question-not-asked"),
        ("decline", {"reason": "'; drop table"}, "malformed-request"),
        ("decline", {}, "malformed-request"),
        ("question", {"text": ""}, "malformed-request"),
        ("question", {"text": "x" * 2001}, "malformed-request"),
        ("question", {"text": "a\u0000b"}, "malformed-request"),
        ("waitlisting", {"person_agreed": True, "review_at": "2026-11-01T00:00:00Z"}, "date-not-allowed"),
        ("waitlisting", {"person_agreed": True, "review_at": "2027-11-01T00:00:00Z"}, "date-not-allowed"),
        ("waitlisting", {"person_agreed": True, "review_at": "2026-12-01T00:00:00"}, "malformed-request"),
        ("waitlisting", {"person_agreed": False, "review_at": IN_TEN_DAYS}, "agreement-missing"),
    ],
)
async def test_a_bad_body_changes_nothing_and_is_not_repeated(world: World, act: str, body: Any, problem: str) -> None:
    referral_id = await brought_to(world, "offered")
    before = await world.count()
    answer = await world.move(FIRST, referral_id, act, body)
    assert (answer.status // 100, answer.problem) == (4, problem)
    assert await world.count() == before
    assert (await world.referral(referral_id)).version == 1


@pytest.mark.parametrize(
    ("state", "act", "body", "problem"),
    [
        ("accepted", "start", {"first_contact_at": "2027-01-01T00:00:00Z"}, "date-not-allowed"),
        ("accepted", "failure", {"reason": "place_lost"}, "reason-unknown"),
        ("in_service", "hold", {"reason": "waiting_for_person", "resume_by": "2028-01-01T00:00:00Z"}, "date-not-allowed"),
        ("in_service", "completion", {"outcomes": []}, "malformed-request"),
        ("in_service", "completion", {"outcomes": [{"item": "housing.hlp", "result": "done"}]}, "malformed-request"),
    ],
)
async def test_a_bad_body_of_a_later_move(world: World, state: str, act: str, body: Any, problem: str) -> None:
    referral_id = await brought_to(world, state)
    assert (await world.move(FIRST, referral_id, act, body)).problem == problem


async def test_after_a_question_missing_information_is_a_reason(world: World) -> None:
    referral_id = await brought_to(world, "info_requested")
    assert (await world.move(NGO, referral_id, "answer", {"text": "We do not know."})).status == 200
    assert (await world.move(FIRST, referral_id, "decline", {"reason": "incomplete_information"})).status == 200


async def test_words_of_a_decline_reach_the_office_and_stay_sealed(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    body = {"reason": "not_eligible", "criterion": "age", "comment": "Our rule begins at 18."}
    assert (await world.move(FIRST, referral_id, "decline", body)).status == 200
    shown = await world.get(COORDINATOR, f"/v1/referrals/{referral_id}")
    assert (shown.body["reason"], shown.body["comment"]) == ("not_eligible", "Our rule begins at 18.")
    row = await world.referral(referral_id)
    assert (row.criterion, b"18" in row.comment) == ("age", False)
    need_id = UUID(shown.body["need_id"])
    assert await world.work_items(need_id) == {"rule_quality"}


@pytest.mark.parametrize(("result", "items"), [("pass", {"rule_quality"}), ("unknown", set())])
async def test_a_criterion_that_the_explanation_passed_is_a_task_for_the_rules(world: World, result: str, items: set[str]) -> None:
    need_id = await world.identified(NGO)
    referral_id = await world.offer(need_id, FIRST, explanation=[{"code": "age", "result": result}])
    await world.move(FIRST, referral_id, "decline", {"reason": "not_eligible", "criterion": "age"})
    assert await world.work_items(need_id) == items


async def test_that_a_person_is_served_already_is_told_to_the_operator_alone(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    await world.move(FIRST, referral_id, "decline", {"reason": "already_served", "comment": "Since May."})
    told = {name: ((await world.get(CAST[name], f"/v1/referrals/{referral_id}")).body) for name in ("provider", "origin", "coordinator")}
    assert {name: (body["reason"], body["comment"]) for name, body in told.items()} == {
        "provider": ("already_served", "Since May."), "origin": (None, None), "coordinator": ("already_served", "Since May."),
    }  # fmt: skip
    assert (await world.get(NGO, "/v1/referrals?role=origin")).body["items"][0]["reason"] is None


# What each sees


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


# The coordinators' side


@pytest.mark.parametrize("path", ["/v1/placements", "/v1/work-items", "/v1/placements/{id}"])
async def test_the_coordinators_side_is_for_coordinators(world: World, path: str) -> None:
    need_id = await world.identified(HLP, need_code="work.job")
    placement_id = (await world.placement(need_id)).id
    address = path.format(id=placement_id)
    assert (await world.get(None, address)).status == 401
    for actor in (FIRST, NGO, OFFICER):
        assert (await world.get(actor, address)).problem == "insufficient-scope"
    for actor in (STRANGER, OTHER_OPERATOR):
        answer = await world.get(actor, address)
        assert answer.status == 404 if "{id}" in path else answer.body["items"] == []
    assert (await world.get(COORDINATOR, address)).status == 200


@pytest.mark.parametrize(("decision", "body"), [("placing", {}), ("rejection", {"reason": "duplicate"})])
async def test_decisions_are_for_coordinators(world: World, decision: str, body: Any) -> None:
    need_id = await world.identified(HLP, need_code="work.job")
    assert (await world.decide(None, need_id, decision, body)).status == 401
    for actor in (FIRST, NGO, OFFICER):
        assert (await world.decide(actor, need_id, decision, body)).status == 403
    for actor in (STRANGER, OTHER_OPERATOR):
        assert (await world.decide(actor, need_id, decision, body)).problem == "placement-not-found"
    officer = Actor("officer-with-scope", MOMD, "operator", ALL, ("officer",), MOMD, True)
    refused = await world.decide(officer, need_id, decision, body)
    assert (refused.status, refused.body["moves"]) == (409, [])
    assert (await world.decide(COORDINATOR, need_id, decision, body, version=9)).problem == "stale"
    assert (await world.post(COORDINATOR, f"/v1/placements/{uuid4()}/{decision}", body, 1)).status == 404
    placement_id = (await world.placement(need_id)).id
    key = {"Idempotency-Key": "k"}
    assert (await world.call(COORDINATOR, "POST", f"/v1/placements/{placement_id}/{decision}", body, key)).status == 428
    assert (await world.decide(COORDINATOR, need_id, decision, body)).status == 200
    again = await world.decide(COORDINATOR, need_id, decision, body)
    assert (again.status, again.body["moves"]) == (409, [])


@pytest.mark.parametrize(
    ("decision", "body", "problem"),
    [
        ("placing", {"need_code": "no.such"}, "unknown-need-code"),
        ("placing", {"need_code": "Housing"}, "malformed-request"),
        ("placing", {"preferred_reservation_id": "x"}, "malformed-request"),
        ("rejection", {"reason": "no_capacity"}, "reason-unknown"),
        ("rejection", {"reason": "out_of_competence"}, "route-missing"),
        ("rejection", {"reason": "out_of_competence", "route": "a place in words"}, "malformed-request"),
    ],
)
async def test_a_bad_decision(world: World, decision: str, body: Any, problem: str) -> None:
    need_id = await world.identified(HLP, need_code="work.job")
    assert (await world.decide(COORDINATOR, need_id, decision, body)).problem == problem
    assert (await world.states(need_id))[0] == "triage"


async def test_an_unclear_need_gets_its_code_and_its_sensitivity_rises(world: World) -> None:
    need_id = await world.identified(NGO, need_code="other", match_settled=False)
    assert (await world.decide(COORDINATOR, need_id, "placing", {})).body["moves"] == ["reject"]
    from ihala_contracts.intake_v1 import NeedChanged

    await world.deliver(
        NeedChanged(need_id=need_id, operator_id=MOMD, urgency="routine", governorate="IQG15", match_settled=True, changed_at=world.now)
    )
    answer = await world.decide(COORDINATOR, need_id, "placing", {"need_code": "health.medical"})
    assert (answer.status, answer.body["need_code"], answer.body["sensitivity"]) == (200, "health.medical", "protected")


async def test_a_placement_shows_everything_that_was_tried(world: World) -> None:
    need_id = await world.identified(NGO)
    first = await world.offer(need_id, FIRST)
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    await world.offer(need_id, SECOND)
    placement_id = (await world.placement(need_id)).id
    shown = (await world.get(COORDINATOR, f"/v1/placements/{placement_id}")).body
    assert [attempt["state"] for attempt in shown["attempts"]] == ["reserved", "reserved"]
    assert shown["attempts"][0]["explanation"] == [{"code": "need", "result": "pass", "rule_version": 1}]
    assert [one["state"] for one in shown["referrals"]] == ["declined", "offered"]
    assert shown["excluded"] == [str(FIRST.organization_id)]
    assert [(move["act"], move["party"]) for move in shown["history"]] == [
        ("request", "origin"), ("offer", "system"), ("decline", "provider"), ("next", "system"), ("offer", "system"),
    ]  # fmt: skip
    listed = (await world.get(COORDINATOR, "/v1/placements?state=offering&limit=1")).body["items"]
    assert [item["placement_id"] for item in listed] == [str(placement_id)]
    assert (await world.get(COORDINATOR, "/v1/placements?state=triage")).body["items"] == []


async def test_the_document_lists_every_refusal(world: World) -> None:
    document = openapi_document(world.service)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] != [], path
            if method == "post":
                assert {"400", "401", "403", "404", "409", "412", "422", "428"} <= set(operation["responses"]), path


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
