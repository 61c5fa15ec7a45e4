"""How a person lives, asked by a questionnaire: sealed, scored, explained; only ever a suggestion."""

from typing import Any
from uuid import uuid4

import pytest

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO, Actor
from tests.intake.casework import TOLD, done, finished, opened
from tests.intake.house import House
from tests.intake.samples import need
from tests.intake.test_assessment_rules import SETTLED

OWN_WORDS = "أريد أن يعود أولادي إلى المدرسة"
HARD = SETTLED | {"roof": "unfit", "leave_soon": True, "food_days": 4, "income": None, "own_words": OWN_WORDS}


def answers(case_id: str, given: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {"case_id": case_id, "questionnaire": "situation", "answers": given or HARD, "recorded_by": TOLD["recorded_by"], **changes}


async def assessed(house: House, body: dict[str, Any], actor: Actor = OFFICER) -> dict[str, Any]:
    answer = await house.post("/v1/assessments", actor, body)
    assert answer.status == 201, answer.body
    return dict(answer.body)


async def test_answers_are_sealed_scored_and_explained_and_the_need_stays_as_it_is(house: House) -> None:
    case_id = await opened(house)
    made = await assessed(house, answers(case_id))
    assert (made["score"], made["suggested"], made["questionnaire_version"]) == (13, "urgent", 1)
    assert {one["question"]: one["score"] for one in made["reasons"]} == {"roof": 4, "leave_soon": 4, "food_days": 5}
    assert made["answers"] == HARD
    assert await house.scalar("SELECT string_agg(DISTINCT urgency, ' ') FROM need") == "routine"
    shown = (await house.get(f"/v1/assessments/{made['assessment_id']}", OFFICER)).body
    listed = (await house.get(f"/v1/assessments?case_id={case_id}", OFFICER)).body["items"]
    assert [shown] == listed == [made]
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'assessment'") == 3
    row = await house.scalar("SELECT a::text FROM assessment a")
    assert [word for word in (OWN_WORDS, "unfit", "leave_soon", TOLD["recorded_by"]) if word in row] == []


async def test_reasons_and_questions_are_in_the_language_asked_for(house: House) -> None:
    made = await assessed(house, answers(await opened(house)))
    shown = await house.call("GET", f"/v1/assessments/{made['assessment_id']}", OFFICER, headers={"Accept-Language": "ar"})
    assert shown.body["reasons"][0]["words"] == "أين تنام؟"
    assert [(one["code"], one["version"]) for one in (await house.get("/v1/assessments/questionnaires", OFFICER)).body["items"]] == [
        ("situation", 1)
    ]
    one = (await house.get("/v1/assessments/questionnaires/situation?version=1", OFFICER)).body
    assert one["questions"][0]["words"] == {"en": "Where do you sleep?", "ar": "أين تنام؟", "ckb": "لە کوێ دەخەویت؟"}
    assert one["questions"][1]["when"] == {"question": "roof", "is": ["own", "guest", "camp", "unfit"]}
    for path in ("situation?version=99", "horoscope"):
        assert (await house.get(f"/v1/assessments/questionnaires/{path}", OFFICER)).slug == "questionnaire-not-found"


async def test_a_later_assessment_stands_beside_the_first(house: House) -> None:
    case_id = await opened(house)
    await assessed(house, answers(case_id))
    await assessed(house, answers(case_id, SETTLED))
    listed = (await house.get(f"/v1/assessments?case_id={case_id}", OFFICER)).body["items"]
    assert [one["suggested"] for one in listed] == ["urgent", "routine"]


async def test_answers_that_do_not_fit_are_named_and_never_repeated(house: House) -> None:
    given = SETTLED | {"roof": "قصر الملك", "food_days": 990417, "medicine": "no", "سر": "x"}
    refused = await house.post("/v1/assessments", OFFICER, answers(await opened(house), given))
    assert (refused.status, refused.slug) == (422, "malformed-request")
    del given["سر"]
    refused = await house.post("/v1/assessments", OFFICER, answers(await opened(house), given | {"phone_07701234567": "x"}))
    assert (refused.status, refused.slug) == (422, "answers-do-not-fit")
    assert {(one["pointer"], one["code"]) for one in refused.body["errors"]} == {
        ("#/answers/roof", "unknown_choice"), ("#/answers/food_days", "out_of_range"), ("#/answers", "unknown_question"),
    }  # fmt: skip
    assert [word for word in ("قصر", "990417", "07701234567") if word in str(refused.body)] == []
    assert await house.scalar("SELECT count(*) FROM assessment") == 0


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"questionnaire": "horoscope"}, "questionnaire-not-found"),
        ({"version": 99}, "questionnaire-not-found"),
        ({"need_id": str(uuid4())}, "need-not-found"),
        ({"case_id": str(uuid4())}, "case-not-found"),
        ({"answers": SETTLED | {"own_words": "a\u202eb"}}, "malformed-request"),
        ({"answers": SETTLED | {"own_words": "x" * 5000}}, "malformed-request"),
        ({"answers": SETTLED | {"food_days": 1.5}}, "malformed-request"),
        ({"answers": {f"q{n}": 1 for n in range(201)}}, "malformed-request"),
    ],
)
async def test_refusals(house: House, changes: dict[str, Any], slug: str) -> None:
    answer = await house.post("/v1/assessments", OFFICER, answers(await opened(house)) | changes)
    assert answer.slug == slug


async def test_only_the_operator_that_has_the_case_assesses(house: House) -> None:
    case_id = await opened(house, NGO)
    made = await assessed(house, answers(case_id))
    for actor in (NGO, HLP, STRANGER, OTHER_COORDINATOR, PROVIDER):
        asks = actor.but(scopes=("intake:read", "intake:case"))
        assert (await house.get(f"/v1/assessments?case_id={case_id}", asks)).status == 404
        assert (await house.get(f"/v1/assessments/{made['assessment_id']}", asks)).status == 404
        assert (await house.post("/v1/assessments", asks, answers(case_id))).status == 404
    assert (await house.get(f"/v1/assessments/{made['assessment_id']}", OFFICER.but(scopes=("intake:case",)))).status == 403
    assert (await house.get(f"/v1/assessments/{made['assessment_id']}", None)).status == 401


async def test_a_restricted_case_is_assessed_by_the_cleared_alone(house: House) -> None:
    await opened(house, WLCO, need("protection.gbv"))
    restricted = str(await house.scalar("SELECT id FROM case_file WHERE sensitivity = 'restricted'"))
    assert (await house.post("/v1/assessments", OFFICER, answers(restricted))).slug == "case-not-found"
    made = await assessed(house, answers(restricted), COORDINATOR)
    assert (await house.get(f"/v1/assessments/{made['assessment_id']}", OFFICER)).slug == "assessment-not-found"


async def test_a_closed_case_is_not_assessed_and_an_erased_person_leaves_no_answer(house: House) -> None:
    case_id = await opened(house)
    made = await assessed(house, answers(case_id))
    await finished(house, case_id)
    closure = {"reason": "goals_reached", "told": "spoken", "recorded_by": "x"}
    assert (await done(house, case_id, "closure", COORDINATOR, closure)).status == 200
    assert (await house.post("/v1/assessments", OFFICER, answers(case_id))).slug == "case-closed"
    await house.erase(await house.scalar("SELECT id FROM need LIMIT 1"))
    shown = (await house.get(f"/v1/assessments/{made['assessment_id']}", OFFICER)).body
    assert (shown["answers"], shown["score"], shown["reasons"], shown["suggested"]) == (None, None, [], "urgent")
