"""A plan: agreed with the person, or made by a return programme before and taken over; worked on step by step; ended."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO, Actor
from tests.intake.casework import TOLD, done, finished, opened
from tests.intake.house import Answer, House
from tests.intake.samples import need

TEXT, STEP, NUMBER = "ورشة خياطة صغيرة في تلعفر", "شراء ماكينة", "RP-2026-00451"
PROGRAMME = {"system": "return-programme.de", "value": NUMBER, "name": "برنامج العودة", "made_on": "2026-05-01"}


def step(**changes: Any) -> dict[str, Any]:
    return {"stage": "business", "text": STEP, "by_whom": "provider", "due_on": "2026-12-15", **changes}


def plan(case_id: str, *steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    goal = {"code": "work.business", "text": TEXT, "steps": list(steps) or [step()]}
    return {"case_id": case_id, "goals": [goal], "begins_on": "2026-11-30", **TOLD, **changes}


def imported(case_id: str, *steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    first = step(stage="reception", ref="1", done_at="2026-05-20T09:00:00+03:00", by_whom="programme")
    return plan(case_id, *(steps or (first, step(ref="2"))), programme=PROGRAMME, **changes)


async def agreed(house: House, body: dict[str, Any], actor: Actor = OFFICER, status: int = 201) -> dict[str, Any]:
    answer = await house.post("/v1/plans", actor, body)
    assert answer.status == status, answer.body
    return dict(answer.body)


async def moved(house: House, made: dict[str, Any], what: str, body: Any, version: int = 1, actor: Actor = OFFICER) -> Answer:
    return await house.post(f"/v1/plans/{made['plan_id']}/{what}", actor, body, if_match=f'"{version}"')


async def test_a_plan_is_sealed_and_the_office_looks_again(house: House) -> None:
    case_id = await opened(house)
    made = await agreed(house, plan(case_id))
    [goal] = made["goals"]
    assert (made["source"], made["stage"], made["steps_all"], goal["text"], goal["code"]) == ("office", "plan", 4, TEXT, "work.business")
    assert [(one["stage"], one["due_on"]) for one in made["monitoring"]] == [
        ("monitoring_3", "2027-02-28"), ("monitoring_6", "2027-05-30"), ("monitoring_12", "2027-11-30"),
    ]  # fmt: skip
    shown = await house.get(f"/v1/plans/{made['plan_id']}", OFFICER)
    assert (shown.body["goals"], shown.etag) == (made["goals"], '"1"')
    assert [one["plan_id"] for one in (await house.get(f"/v1/plans?case_id={case_id}", OFFICER)).body["items"]] == [made["plan_id"]]
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'plan'") == 3
    for table in ("plan", "plan_goal", "plan_step"):
        rows = await house.scalar(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        assert [word for word in (TEXT, STEP, "work.business", TOLD["recorded_by"]) if word in rows] == []


async def test_stages_are_called_in_the_language_that_was_asked_for(house: House) -> None:
    made = await agreed(house, plan(await opened(house)))
    shown = await house.call("GET", f"/v1/plans/{made['plan_id']}", OFFICER, headers={"Accept-Language": "ckb"})
    assert shown.body["goals"][0]["steps"][0]["stage_words"] == "کار و پڕۆژە"


async def test_steps_and_goals_are_settled_one_by_one(house: House) -> None:
    made = await agreed(house, plan(await opened(house), step(), step(stage="training", text="دورة")))
    [goal] = made["goals"]
    first, second = [one["step_id"] for one in goal["steps"]]
    answer = await moved(house, made, f"steps/{first}/result", {"state": "done", "note": "وصلت الماكينة"})
    assert (answer.status, answer.body["stage"], answer.body["steps_done"], answer.etag) == (200, "business", 1, '"2"')
    assert answer.body["goals"][0]["steps"][0]["note"] == "وصلت الماكينة"
    assert (await moved(house, made, f"steps/{second}/result", {"state": "done"}, 1)).slug == "stale"
    assert (await moved(house, made, f"steps/{first}/result", {"state": "dropped"}, 2)).slug == "plan-ended"
    assert (await moved(house, made, f"steps/{uuid4()}/result", {"state": "done"}, 2)).slug == "plan-part-not-found"
    added = await moved(house, made, f"goals/{goal['goal_id']}/steps", step(text="تسويق"), 2)
    assert [one["text"] for one in added.body["goals"][0]["steps"]] == [STEP, "دورة", "تسويق"]
    more = await moved(house, made, "goals", {"code": "housing.repair", "text": "بيت آمن"}, 3)
    assert [one["code"] for one in more.body["goals"]] == ["work.business", "housing.repair"]
    reached = await moved(house, made, f"goals/{goal['goal_id']}/result", {"state": "partly_reached"}, 4)
    assert reached.body["goals"][0]["state"] == "partly_reached"
    assert (await moved(house, made, f"goals/{goal['goal_id']}/steps", step(), 5)).slug == "plan-ended"


async def test_a_case_has_one_plan_at_a_time_also_when_two_agree_at_once(house: House) -> None:
    case_id = await opened(house)
    both = await asyncio.gather(*(house.post("/v1/plans", OFFICER, plan(case_id)) for _ in range(2)))
    assert sorted(answer.status for answer in both) == [201, 409]
    assert {answer.slug for answer in both if answer.status == 409} == {"plan-exists"}
    made = next(answer.body for answer in both if answer.status == 201)
    ended = await moved(house, made, "end", {"reason": "another_plan"})
    assert (ended.body["state"], {one["state"] for one in ended.body["monitoring"]}) == ("ended", {"dropped"})
    assert (await moved(house, made, "end", {"reason": "other"}, 2)).slug == "plan-ended"
    await agreed(house, plan(case_id))


async def test_what_is_due_says_nothing_of_what_it_is(house: House) -> None:
    made = await agreed(house, plan(await opened(house)))
    due = await house.get("/v1/plans/steps?until=2027-02-28", OFFICER)
    assert [(one["stage"], one["due_on"]) for one in due.body["items"]] == [("business", "2026-12-15"), ("monitoring_3", "2027-02-28")]
    assert STEP not in str(due.body)
    assert (await house.get("/v1/plans/steps?until=2026-12-14", OFFICER)).body["items"] == []
    await moved(house, made, "end", {"reason": "other"})
    assert (await house.get("/v1/plans/steps?until=2027-02-28", OFFICER)).body["items"] == []


async def test_a_programmes_plan_is_taken_over_as_it_is(house: House) -> None:
    made = await agreed(house, imported(await opened(house)))
    assert (made["source"], made["programme"], made["programme_number"]) == ("programme", PROGRAMME["name"], NUMBER)
    assert (made["stage"], made["steps_done"], made["steps_all"], made["monitoring"]) == ("reception", 1, 2, [])
    rows = await house.scalar("SELECT string_agg(t::text, ' ') FROM plan t")
    assert [word for word in (NUMBER, PROGRAMME["system"], PROGRAMME["name"]) if str(word) in rows] == []


async def test_a_programmes_plan_that_comes_again_is_brought_up_to_date_not_made_again(house: House) -> None:
    case_id = await opened(house)
    made = await agreed(house, imported(case_id))
    same = await agreed(house, imported(case_id), status=200)
    assert (same["plan_id"], same["version"], same["steps_all"]) == (made["plan_id"], 1, 2)
    by_the_office = made["goals"][0]["steps"][1]["step_id"]
    await moved(house, made, f"steps/{by_the_office}/result", {"state": "dropped"})
    again = imported(
        case_id, step(stage="reception", ref="1", text="غيّره البرنامج"), step(ref="2", done_at="2026-11-01T09:00:00+03:00"),
        step(stage="training", ref="3"),
    )  # fmt: skip
    newer = await agreed(house, again, status=200)
    [goal] = newer["goals"]
    assert [(one["stage"], one["state"]) for one in goal["steps"]] == [
        ("reception", "done"),
        ("business", "dropped"),
        ("training", "planned"),
    ]
    assert (newer["plan_id"], newer["version"]) == (made["plan_id"], 3)
    assert await house.scalar("SELECT count(*) FROM plan") == 1


async def test_one_programmes_plan_belongs_to_one_case(house: House) -> None:
    first, second = await opened(house), await opened(house)
    await agreed(house, imported(first))
    answer = await house.post("/v1/plans", OFFICER, imported(second))
    assert (answer.status, answer.slug) == (409, "plan-of-another-case")
    assert first not in str(answer.body)


async def test_a_number_in_a_restricted_case_is_found_there_alone(house: House) -> None:
    await opened(house, WLCO, need("protection.gbv"))
    restricted = str(await house.scalar("SELECT id FROM case_file WHERE sensitivity = 'restricted'"))
    kept = await agreed(house, imported(restricted), COORDINATOR)
    assert (await agreed(house, imported(restricted), COORDINATOR, 200))["plan_id"] == kept["plan_id"]
    assert (await agreed(house, imported(await opened(house))))["plan_id"] != kept["plan_id"]
    assert (await house.post("/v1/plans", OFFICER, plan(restricted))).slug == "case-not-found"
    assert (await house.get(f"/v1/plans/{kept['plan_id']}", OFFICER)).slug == "plan-not-found"
    due = (await house.get("/v1/plans/steps?until=2027-12-31", OFFICER)).body["items"]
    assert restricted not in {one["case_id"] for one in due}


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"goals": []}, "malformed-request"),
        ({"begins_on": "9999-12-31"}, "malformed-request"),
        ({"goals": [{"code": "work.palace", "text": TEXT}]}, "unknown-need-code"),
        ({"goals": [{"code": "protection.gbv", "text": TEXT}]}, "own-case-needed"),
        ({"goals": [{"code": "work.job", "text": TEXT, "need_id": str(uuid4())}]}, "need-not-found"),
        ({"goals": [{"code": "work.job", "text": TEXT, "steps": [step(due_on="2026-02-30")]}]}, "malformed-request"),
        ({"goals": [{"code": "work.job", "text": TEXT, "steps": [step(stage="asylum")]}]}, "malformed-request"),
        ({"goals": [{"code": "work.job", "text": TEXT, "steps": [step(ref="1")]}]}, "malformed-request"),
        ({"programme": PROGRAMME}, "malformed-request"),
        ({"goals": [{"code": "work.job", "text": "\u202eabc"}]}, "malformed-request"),
        (
            {
                "programme": PROGRAMME,
                "goals": [{"code": "work.job", "text": TEXT, "steps": [step(ref="1", done_at="2199-01-01T00:00:00Z")]}],
            },
            "malformed-request",
        ),
        ({"case_id": str(uuid4())}, "case-not-found"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_stored(house: House, changes: dict[str, Any], slug: str) -> None:
    answer = await house.post("/v1/plans", OFFICER, plan(await opened(house)) | changes)
    assert answer.slug == slug
    assert await house.scalar("SELECT count(*) FROM plan") == 0


async def test_what_is_wrong_with_what_is_added_is_said_where_it_stands(house: House) -> None:
    made = await agreed(house, imported(await opened(house)))
    goal, before = made["goals"][0]["goal_id"], {"done_at": "2026-01-01T00:00:00Z"}
    for what, body, pointer in (
        ("goals", {"code": "work.palace", "text": TEXT}, "#/code"),
        ("goals", {"code": "protection.gbv", "text": TEXT}, "#/code"),
        ("goals", {"code": "work.job", "text": TEXT, "need_id": str(uuid4())}, "#/need_id"),
        ("goals", {"code": "work.job", "text": TEXT, "steps": [step(), step(**before)]}, "#/steps/1/done_at"),
        (f"goals/{goal}/steps", step(**before), "#/done_at"),
        (f"goals/{goal}/steps", step(ref="2"), "#/ref"),  # the programme has a step of that number
    ):
        refused = await moved(house, made, what, body)
        said = refused.body.get("pointer") or refused.body["errors"][0]["pointer"]
        assert (refused.status in (404, 422), said) == (True, pointer), refused.body
    assert (await house.get(f"/v1/plans/{made['plan_id']}", OFFICER)).body["goals"] == made["goals"]


async def test_only_the_operator_that_has_the_case_sees_and_changes_a_plan(house: House) -> None:
    case_id = await opened(house, NGO)
    made = await agreed(house, plan(case_id))
    for actor in (NGO, HLP, STRANGER, OTHER_COORDINATOR, PROVIDER):
        asks = actor.but(scopes=("intake:read", "intake:case"))
        assert (await house.get(f"/v1/plans?case_id={case_id}", asks)).status == 404
        assert (await house.get(f"/v1/plans/{made['plan_id']}", asks)).status == 404
        assert (await house.get("/v1/plans/steps?until=2030-01-01", asks)).body["items"] == []
        assert (await house.post("/v1/plans", asks, plan(case_id))).status == 404
        assert (await moved(house, made, "end", {"reason": "other"}, actor=asks)).status == 404
    assert (await house.get(f"/v1/plans/{made['plan_id']}", OFFICER.but(scopes=("intake:case",)))).status == 403
    assert (await house.get(f"/v1/plans/{made['plan_id']}", None)).status == 401


async def test_help_is_given_for_a_step(house: House) -> None:
    case_id = await opened(house)
    made = await agreed(house, plan(case_id))
    given = {
        "case_id": case_id, "kind": "grant", "code": "work.business", "amount": "1500000", "currency": "IQD", "recorded_by": "x",
        "given_at": "2025-12-01T09:00:00+03:00", "step_id": made["goals"][0]["steps"][0]["step_id"],
    }  # fmt: skip
    assert (await house.post("/v1/assistance", OFFICER, given)).body["step_id"] == given["step_id"]
    assert (await house.post("/v1/assistance", OFFICER, given | {"step_id": str(uuid4())})).slug == "plan-part-not-found"


async def test_a_closed_case_takes_no_plan_and_an_erased_person_leaves_no_word(house: House) -> None:
    case_id = await opened(house)
    made = await agreed(house, imported(case_id))
    await house.erase(await house.scalar("SELECT id FROM need LIMIT 1"))
    shown = (await house.get(f"/v1/plans/{made['plan_id']}", OFFICER)).body
    assert (shown["programme_number"], shown["goals"][0]["text"], shown["goals"][0]["steps"][0]["text"]) == (None, None, None)
    other = await opened(house)
    await finished(house, other)
    closure = {"reason": "goals_reached", "told": "spoken", "recorded_by": "x"}
    assert (await done(house, other, "closure", COORDINATOR, closure)).status == 200
    assert (await house.post("/v1/plans", OFFICER, plan(other))).slug == "case-closed"
