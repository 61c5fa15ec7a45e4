"""Each move as receiver, origin, coordinator, officer, another provider, stranger and nobody; and what a bad request gets."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.public_routes import PUBLIC_ROUTES, in_fhir
from ihala_kit.http import openapi_document

from tests.referral.actors import ALL, COORDINATOR, FIRST, NGO, Actor
from tests.referral.cast import CAST, IN_TEN_DAYS, OTHER_OPERATOR, READER, brought_to
from tests.referral.world import World

MET = {"item": "housing.hlp", "result": "met"}

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
    ("failure", {"reason": "moved"}, "accepted", {"provider", "coordinator"}),
    ("hold", {"reason": "waiting_for_person", "resume_by": IN_TEN_DAYS}, "in_service", {"provider", "coordinator"}),
    ("resumption", {}, "on_hold", {"provider", "coordinator"}),
    ("review", {}, "in_service", {"provider"}),
    ("completion", {"outcomes": [{"item": "housing.hlp", "result": "met"}]}, "in_service", {"provider"}),
    ("cancellation", {"reason": "need_changed"}, "offered", {"origin", "coordinator"}),
    ("cancellation", {"reason": "need_changed"}, "accepted", {"coordinator"}),
]


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
        ("in_service", "completion", {"outcomes": [MET, {"item": "legal.documents", "result": "met"}]}, "outcome-not-asked"),
        ("in_service", "completion", {"outcomes": [MET, {"item": "roof", "result": "met"}, MET]}, "outcome-not-asked"),
    ],
)
async def test_a_bad_body_of_a_later_move(world: World, state: str, act: str, body: Any, problem: str) -> None:
    referral_id = await brought_to(world, state)
    assert (await world.move(FIRST, referral_id, act, body)).problem == problem


async def test_nobody_was_reached_before_the_acceptance(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    world.advance(days=1)
    assert (await world.move(FIRST, referral_id, "acceptance", {})).status == 200
    accepted_at = (await world.referral(referral_id)).accepted_at
    for at, status in ((accepted_at - timedelta(minutes=2), 422), (accepted_at.replace(second=0, microsecond=0), 200)):
        answer = await world.move(FIRST, referral_id, "start", {"first_contact_at": at.isoformat()})
        assert answer.status == status and answer.body.get("type") in (None, "urn:ihala:problem:date-not-allowed")
    assert (await world.referral(referral_id)).first_contact_at == accepted_at


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


async def test_the_document_lists_every_refusal(world: World) -> None:
    document = openapi_document(world.service)
    every = [(method, path, one) for path, operations in document["paths"].items() for method, one in operations.items()]
    for method, path, operation in every:
        public = ("referral", method.upper(), path) in PUBLIC_ROUTES
        assert public == (operation["security"] == []), path
        if method == "post" and not public and not in_fhir(path):  # a search by POST changes nothing
            versioned = any(one["name"] == "If-Match" for one in operation["parameters"])
            refusals = {"400", "401", "403", "409", "422"} | ({"412", "428"} if versioned else set())
            assert refusals | ({"404"} if "{" in path else set()) <= set(operation["responses"]), path
