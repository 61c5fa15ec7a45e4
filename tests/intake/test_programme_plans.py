"""A return programme sends the plan it made; a desk sees it, takes it over as it is or does not, and nothing goes back."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ProgrammePlanSent, ProgrammePlanSettled, Sensitivity

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROGRAMME, PROVIDER, STRANGER, Actor
from tests.intake.casework import TOLD, opened
from tests.intake.house import Answer, House
from tests.intake.samples import need, person, request
from tests.intake.test_plans import NUMBER, STEP, TEXT, imported, step
from tests.intake.test_waiting import arrival

PROGRAMMES = PROGRAMME.but(scopes=("intake:announce", "intake:plan", "intake:request"))
REFERENCE = {"system": "rp", "value": "RP-7"}
NAMED = {"system": "return-programme.de", "value": NUMBER, "name": "برنامج العودة", "made_on": "2026-05-01"}
PATH = "/v1/plans/programme"
HIDDEN = (TEXT, STEP, NUMBER, "RP-7", "work.business", "برنامج العودة")


def sent(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    first = step(stage="reception", ref="1", done_at="2026-05-20T09:00:00+03:00", by_whom="programme")
    goal = {"code": "work.business", "text": TEXT, "steps": list(steps) or [first, step(ref="2")]}
    return {"about": REFERENCE, "programme": NAMED, "goals": [goal], "agreed": True, "agreed_in": "ckb", **changes}


async def announced(house: House, **changes: Any) -> str:
    assert (await house.post("/v1/arrivals", PROGRAMMES, arrival(identifier=REFERENCE, **changes))).status == 202
    await house.events()
    return str(await house.scalar("SELECT id FROM waiting ORDER BY received_at DESC LIMIT 1"))


async def send(house: House, *steps: dict[str, Any], actor: Actor = PROGRAMMES, **changes: Any) -> Answer:
    answer = await house.post(PATH, actor, sent(*steps, **changes))
    assert (answer.status, answer.body) == (202, {"received": True}), answer.body
    return answer


async def listed(house: House, state: str = "waiting", actor: Actor = OFFICER) -> list[dict[str, Any]]:
    answer = await house.get(f"{PATH}?state={state}", actor)
    assert answer.status == 200, answer.body
    return list(answer.body["items"])


async def completed(house: House, arrival_id: str, *needs: dict[str, Any], actor: Actor = OFFICER) -> str:
    """Let a desk make a request of an arrival; return its first case."""
    body = request(
        *needs or (need("reintegration.plan"),),
        person=person(given_name=uuid4().hex[:8].translate(str.maketrans("0123456789", "ابتثجحخدذر"))),
    )
    made = await house.post(f"/v1/arrivals/{arrival_id}/completion", actor, body, if_match='"1"')
    assert made.status == 202, made.body
    return str(made.body["case_ids"][0])


async def adopted(house: House, case_id: str, version: int = 1, actor: Actor = OFFICER, **changes: Any) -> Answer:
    [item] = await listed(house, actor=COORDINATOR)
    body = {"case_id": case_id, **TOLD, **changes}
    return await house.post(f"{PATH}/{item['programme_plan_id']}/adoption", actor, body, if_match=f'"{version}"')


def of_plans(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, ProgrammePlanSent | ProgrammePlanSettled)]


async def test_a_plan_waits_with_its_arrival_and_is_taken_over_as_it_is(house: House) -> None:
    arrival_id = await announced(house)
    await send(house)
    [told] = of_plans(await house.events())
    [item] = await listed(house)
    assert isinstance(told, ProgrammePlanSent)
    assert (str(told.programme_plan_id), told.sensitivity) == (item["programme_plan_id"], Sensitivity.STANDARD)
    assert (item["arrival_id"], item["request_id"], item["sent_by"]) == (arrival_id, None, str(PROGRAMME.organization_id))
    assert [word for word in HIDDEN if word in str(item)] == []
    case_id = await completed(house, arrival_id)
    [item] = await listed(house)
    shown = await house.get(f"{PATH}/{item['programme_plan_id']}", OFFICER)
    assert (shown.etag, shown.body["about"], shown.body["agreed_in"]) == ('"2"', REFERENCE, "ckb")
    assert [one["ref"] for one in shown.body["goals"][0]["steps"]] == ["1", "2"]
    assert shown.body["request_id"] is not None
    made = await adopted(house, case_id, 2)
    assert (made.status, made.etag, made.body["case_id"], made.body["source"]) == (201, '"1"', case_id, "programme"), made.body
    assert (made.body["programme_number"], made.body["steps_done"], made.body["steps_all"]) == (NUMBER, 1, 2)
    [after] = await listed(house, "adopted")
    assert (after["plan_id"], after["next_at"]) == (made.body["plan_id"], None)
    [settled] = of_plans(await house.events())
    assert isinstance(settled, ProgrammePlanSettled)
    assert settled.state == "adopted"
    assert (await house.get(f"{PATH}/{item['programme_plan_id']}", OFFICER)).body["goals"] == []


async def test_it_lies_under_its_persons_key_and_each_look_is_logged(house: House) -> None:
    arrival_id = await announced(house)
    await send(house)
    [item] = await listed(house)
    path = f"{PATH}/{item['programme_plan_id']}"
    waiting = await house.scalar("SELECT person_id FROM waiting")
    await house.get(path, OFFICER)
    assert await house.chain(waiting) == 1
    await completed(house, arrival_id)
    known = await house.scalar("SELECT person_id FROM case_file")
    assert await house.scalar("SELECT array[person_id, key_id] FROM programme_plan") == [known, known]
    before = await house.chain(known)
    await house.get(path, OFFICER)
    assert await house.chain(known) == before + 1
    for table in ("programme_plan", "outbox", "idempotency", "due_work", "access_log"):
        rows = str(await house.scalar(f"SELECT string_agg(t::text, ' ') FROM {table} t"))
        assert [word for word in HIDDEN if word in rows or word.encode().hex() in rows] == [], table
    await house.erase(await house.scalar("SELECT id FROM need LIMIT 1"))
    assert (await house.get(path, OFFICER)).body["goals"] == []
    gone = await adopted(house, str(await house.scalar("SELECT id FROM case_file")), 2)
    assert (gone.status, gone.slug) == (410, "person-erased")


async def test_what_is_said_twice_is_one_plan_and_what_is_new_is_shown_again(house: House) -> None:
    case_id = await completed(house, await announced(house))
    answers = await asyncio.gather(*(house.post(PATH, PROGRAMMES, sent()) for _ in range(5)))
    assert {answer.status for answer in answers} == {202}
    assert len(of_plans(await house.events())) == 1
    first = await adopted(house, case_id)
    assert first.status == 201, first.body
    await send(house)  # the same words: nothing to do
    assert await listed(house) == []
    await send(house, step(stage="reception", ref="1"), step(ref="2", done_at="2026-11-01T09:00:00+03:00"), step(stage="training", ref="3"))
    [item] = await listed(house)
    assert (item["plan_id"], item["version"]) == (first.body["plan_id"], 3)
    newer = await adopted(house, case_id, 3)
    assert (newer.status, newer.body["plan_id"], newer.body["steps_done"], newer.body["steps_all"]) == (200, first.body["plan_id"], 2, 3)
    assert await house.scalar("SELECT (SELECT count(*) FROM plan) + (SELECT count(*) FROM programme_plan)") == 2


async def test_a_desk_that_typed_the_plan_in_itself_gets_no_second_one(house: House) -> None:
    case_id = await completed(house, await announced(house))
    typed = await house.post("/v1/plans", OFFICER, imported(case_id))
    await send(house)
    taken = await adopted(house, case_id)
    assert (taken.status, taken.body["plan_id"], taken.body["version"]) == (200, typed.body["plan_id"], 1)


async def test_a_plan_for_somebody_the_programme_brought_by_a_request(house: House) -> None:
    made = await house.post("/v1/requests", PROGRAMMES, request(need("reintegration.plan"), identifiers=[REFERENCE]))
    await send(house)
    [item] = await listed(house)
    assert (item["arrival_id"], item["request_id"]) == (None, made.body["request_id"])
    other = await adopted(house, await opened(house))
    assert (other.status, other.slug) == (409, "plan-of-another-person")
    assert (await adopted(house, str(uuid4()))).slug == "case-not-found"
    assert (await adopted(house, made.body["case_ids"][0])).status == 201


async def test_nobody_sends_a_plan_for_whom_another_brought(house: House) -> None:
    await announced(house)
    stranger = STRANGER.but(scopes=("intake:plan",))
    for actor, about in ((stranger, REFERENCE), (PROGRAMMES, {"system": "rp", "value": "RP-8"})):
        answer = await house.post(PATH, actor, sent(about=about))
        assert (answer.status, answer.slug, answer.body["pointer"]) == (422, "reference-unknown", "#/about")
        assert "RP-" not in str(answer.body)
    assert await listed(house) == []


async def test_who_sends_reads_nothing_back_and_neither_does_anybody_but_the_operator(house: House) -> None:
    case_id = await completed(house, await announced(house))
    await send(house)
    [item] = await listed(house)
    path = f"{PATH}/{item['programme_plan_id']}"
    for actor in (PROGRAMMES, HLP, NGO, STRANGER, OTHER_COORDINATOR, PROVIDER):
        everything = actor.but(scopes=("intake:read", "intake:case", "intake:request"), cleared=True, roles=("coordinator",))
        assert await listed(house, actor=everything) == []
        for answer in (
            await house.get(path, everything),
            await house.post(f"{path}/adoption", everything, {"case_id": case_id, **TOLD}, if_match='"1"'),
            await house.post(f"{path}/refusal", everything, {"reason": "other"}, if_match='"1"'),
        ):
            assert (answer.status, answer.slug) == (404, "programme-plan-not-found"), actor.client_id
    assert [(await house.get(one, PROGRAMMES)).status for one in (PATH, path)] == [403, 403]
    assert (await house.post(PATH, OFFICER, sent())).status == 403
    for call in (house.get(PATH, None), house.get(path, None), house.post(PATH, None, sent())):
        assert (await call).status == 401


async def test_a_refused_plan_is_destroyed_and_may_come_again_changed(house: House) -> None:
    await announced(house)
    await send(house)
    [item] = await listed(house)
    path = f"{PATH}/{item['programme_plan_id']}/refusal"
    assert (await house.post(path, OFFICER, {"reason": "person_does_not_want"}, if_match='"7"')).slug == "stale"
    refused = await house.post(path, OFFICER, {"reason": "person_does_not_want"}, if_match='"1"')
    assert (refused.status, refused.body["state"], refused.etag) == (200, "refused", '"2"')
    assert await house.scalar("SELECT details IS NULL FROM programme_plan")
    assert (await house.post(path, OFFICER, {"reason": "other"}, if_match='"2"')).slug == "programme-plan-over"
    await send(house)
    assert await listed(house) == []
    await send(house, step(ref="1"))
    assert [one["version"] for one in await listed(house)] == [3]


async def test_two_desks_at_once_take_it_over_once(house: House) -> None:
    case_id = await completed(house, await announced(house))
    await send(house)
    both = await asyncio.gather(*(adopted(house, case_id) for _ in range(2)))
    assert sorted(answer.status for answer in both) == [201, 412], [answer.body for answer in both]
    assert await house.scalar("SELECT count(*) FROM plan") == 1


async def test_it_ends_with_an_arrival_nobody_came_for_and_nothing_new_is_kept(house: House) -> None:
    arrival_id = await announced(house)
    await send(house)
    await house.post(f"/v1/arrivals/{arrival_id}/closure", OFFICER, {"reason": "went_elsewhere"}, if_match='"1"')
    [item] = await listed(house, "lapsed")
    assert item["reason"] == "arrival_over"
    await send(house, step(ref="9"))
    assert await listed(house) == []
    assert await house.scalar("SELECT details IS NULL FROM programme_plan")


async def test_a_plan_that_no_desk_takes_lapses(house: House) -> None:
    await completed(house, await announced(house))
    await send(house)
    await house.later(timedelta(days=181))
    assert [one["reason"] for one in await listed(house, "lapsed")] == ["time_over"]


async def test_a_plan_with_something_restricted_is_for_the_cleared_and_is_not_lost_by_a_desk_that_is_not(house: House) -> None:
    arrival_id = await announced(house)
    await send(house, goals=[{"code": "protection.gbv", "text": TEXT, "steps": []}])
    [told] = of_plans(await house.events())
    assert told.sensitivity is Sensitivity.RESTRICTED  # type: ignore[attr-defined]
    assert await listed(house) == []
    [item] = await listed(house, actor=COORDINATOR)
    assert (await house.get(f"{PATH}/{item['programme_plan_id']}", OFFICER)).slug == "programme-plan-not-found"
    case_id = await completed(house, arrival_id)
    refused = await adopted(house, case_id, 2, COORDINATOR)
    assert (refused.status, refused.slug, refused.body["pointer"]) == (422, "own-case-needed", "#/case_id")
    shown = await house.get(f"{PATH}/{item['programme_plan_id']}", COORDINATOR)
    assert shown.body["goals"][0]["code"] == "protection.gbv"


async def test_sending_and_taking_over_are_done_once_under_one_key(house: House) -> None:
    case_id = await completed(house, await announced(house))
    for _ in range(2):
        assert (await house.post(PATH, PROGRAMMES, sent(), key="plan-1")).status == 202
    [item] = await listed(house)
    path, body = f"{PATH}/{item['programme_plan_id']}/adoption", {"case_id": case_id, **TOLD}
    both = [await house.post(path, OFFICER, body, if_match='"1"', key="adopt-1") for _ in range(2)]
    assert [answer.status for answer in both] == [201, 201]
    assert both[0].body["plan_id"] == both[1].body["plan_id"]
    for missing in (await house.post(PATH, PROGRAMMES, sent(), key=None), await house.post(path, OFFICER, body, if_match='"1"', key=None)):
        assert (missing.status, missing.slug) == (400, "idempotency-key-missing")
    reused = await house.post(PATH, PROGRAMMES, sent(step(ref="5")), key="plan-1")
    assert (reused.status, reused.slug) == (422, "idempotency-key-reused")
    unversioned = await house.post(path, OFFICER, body)
    assert (unversioned.status, unversioned.slug) == (428, "precondition-required")


@pytest.mark.parametrize(("changes", "slug"), [
    ({"agreed": False}, "malformed-request"), ({"agreed_in": None}, "malformed-request"), ({"goals": []}, "malformed-request"),
    ({"programme": None}, "malformed-request"), ({"about": {"system": "rp"}}, "malformed-request"), ({"note": "x"}, "malformed-request"),
    ({"goals": [{"code": "work.job", "text": TEXT, "steps": [step()]}]}, "malformed-request"),
    ({"goals": [{"code": "work.job", "text": TEXT, "steps": [step(ref="1"), step(ref="1")]}]}, "malformed-request"),
    ({"goals": [{"code": "work.job", "text": TEXT, "need_id": str(uuid4())}]}, "malformed-request"),
    ({"goals": [{"code": "work.job", "text": "\u202eabc"}]}, "malformed-request"),
    ({"goals": [{"code": "work.job", "text": "ا" * 5000}]}, "malformed-request"),
    ({"goals": [{"code": "work.job", "text": TEXT}, {"code": "work.palace", "text": TEXT}]}, "unknown-need-code"),
    ({"begins_on": "2026-02-30"}, "malformed-request"),
])  # fmt: skip
async def test_what_cannot_be_is_refused_and_nothing_is_stored(house: House, changes: dict[str, Any], slug: str) -> None:
    await announced(house)
    answer = await house.post(PATH, PROGRAMMES, sent() | changes)
    assert (answer.status, answer.slug) == (422, slug)
    assert [word for word in HIDDEN if word in str(answer.body)] == []
    assert await house.scalar("SELECT count(*) FROM programme_plan") == 0
