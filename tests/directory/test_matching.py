"""Each criterion, and the order of those who serve: no database."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_directory import matching
from ihala_directory.commands.reservations import ASKED_ALONE
from ihala_directory.facts import Facts
from ihala_directory.matching import By, Candidate, RuleBody, Rules, Sought, kept, words
from ihala_directory.matching.criteria import CRITERIA, failing
from ihala_directory.matching.judging import SETTABLE
from pydantic import ValidationError

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SUNDAYS = {"days": ["SU"], "opens_at": "08:00", "closes_at": "14:00"}  # NOW is a Sunday, 12:00 in Baghdad
TELAFAR, MOSUL = (36.379, 42.448), (36.335, 43.119)


def candidate(**more: Any) -> Candidate:
    good = Candidate(
        service_at_location_id=uuid4(), service_id=uuid4(), organization_id=uuid4(), organization_status="active",
        agreement_until=date(2026, 3, 1), cleared=False, restricted=False, service_status="active", entry_condition="none", rules={},
        languages=["ar"], accessibility=[], at_status="open", point=TELAFAR, free=3, figure_at=NOW,
    )  # fmt: skip
    return replace(good, **more)


def sought(**more: Any) -> Sought:
    return replace(Sought(at=NOW, restricted=False, point=TELAFAR), **more)


ONE = UUID(int=7)


@pytest.mark.parametrize(
    ("code", "result", "of", "wanted"),
    [
        ("organization", "pass", {}, {}),
        ("organization", "fail", {"organization_status": "suspended"}, {}),
        ("agreement", "pass", {}, {}),
        ("agreement", "fail", {"agreement_until": date(2026, 2, 28)}, {}),
        ("agreement", "fail", {"agreement_until": None}, {}),
        ("agreement", "pass", {}, {"at": datetime(2026, 3, 1, 20, 59, tzinfo=UTC)}),
        ("agreement", "fail", {}, {"at": datetime(2026, 3, 1, 21, tzinfo=UTC)}),  # midnight in Baghdad
        ("need", "fail", {"restricted": True}, {}),
        ("cleared", None, {}, {}),
        ("cleared", "fail", {"restricted": True}, {"restricted": True}),
        ("cleared", "pass", {"restricted": True, "cleared": True}, {"restricted": True}),
        ("service", "fail", {"service_status": "paused"}, {}),
        ("service", "fail", {"at_status": "closed"}, {}),
        ("origin", "fail", {"organization_id": ONE}, {"origin_id": ONE}),
        ("origin", None, {}, {"origin_id": ONE}),
        ("excluded", "fail", {"service_at_location_id": ONE}, {"excluded": frozenset({ONE})}),
        ("consent", "pass", {}, {}),
        ("consent", "fail", {"organization_id": ONE}, {"objections": frozenset({ONE})}),
        ("consent", "pass", {"organization_id": ONE}, {"recipients": frozenset({ONE})}),
        ("consent", "fail", {}, {"recipients": frozenset({ONE})}),
        ("entry_condition", None, {}, {}),
        ("entry_condition", "fail", {"entry_condition": "police_report"}, {}),
        ("entry_condition", "unknown", {"entry_condition": "court_order"}, {"by_hand": True}),
        ("age", None, {}, {"facts": Facts(age=3)}),
        ("age", "pass", {"rules": {"age_min": 16}}, {"facts": Facts(age=16)}),
        ("age", "fail", {"rules": {"age_min": 16}}, {"facts": Facts(age=15)}),
        ("adult", None, {}, {"facts": Facts(age=15)}),
        ("adult", "fail", {"organization_kind": "private", "rules": {"age_min": 15}}, {"facts": Facts(age=17)}),
        ("adult", "pass", {"organization_kind": "private"}, {"facts": Facts(age=18)}),
        ("adult", "unknown", {"organization_kind": "private"}, {}),
        ("age", "fail", {"rules": {"age_max": 17}}, {"facts": Facts(age=18)}),
        ("age", "unknown", {"rules": {"age_max": 17}}, {}),
        ("sex", "pass", {"rules": {"sex": ["female"]}}, {"facts": Facts(sex="female")}),
        ("sex", "fail", {"rules": {"sex": ["female"]}}, {"facts": Facts(sex="male")}),
        ("sex", "unknown", {"rules": {"sex": ["female"]}}, {}),
        ("area", "pass", {"areas": ["IQG15"]}, {"areas": frozenset({"IQG15Q08", "IQG15"})}),
        ("area", "unknown", {"areas": ["IQG15Q08N01"]}, {"areas": frozenset({"IQG15Q08", "IQG15"})}),
        ("status", "fail", {"rules": {"statuses": ["group.idp"]}}, {"facts": Facts(status="group.host")}),
        ("status", None, {"rules": {"statuses": ["group.idp"]}, "organization_kind": "private"}, {"facts": Facts(status="group.host")}),
        ("language", "pass", {}, {"facts": Facts(languages=("kmr", "ar"))}),
        ("language", "unknown", {}, {"facts": Facts(languages=("kmr",))}),
        ("language", "fail", {"rules": {"languages": ["ckb"]}}, {"facts": Facts(languages=("ar",))}),
        ("language", "unknown", {"rules": {"languages": ["ckb"]}}, {}),
        ("accessibility", None, {}, {}),
        ("accessibility", "unknown", {}, {"facts": Facts(requirements=("step_free",))}),
        ("accessibility", "pass", {"accessibility": ["step_free"]}, {"facts": Facts(requirements=("step_free",))}),
        ("household", "pass", {"rules": {"household_min": 4}}, {"facts": Facts(household_size=4)}),
        ("household", "fail", {"rules": {"household_max": 3}}, {"facts": Facts(household_size=4)}),
        ("household", "unknown", {"rules": {"household_max": 3}}, {}),
        ("documents", None, {}, {"facts": Facts(requirements=("no_documents",))}),
        ("documents", "unknown", {"rules": {"documents": ["deed"]}}, {}),
        ("documents", "pass", {"rules": {"documents": ["deed"]}}, {"facts": Facts(documents=("deed", "card"))}),
        ("documents", "unknown", {"rules": {"documents": ["deed"]}}, {"facts": Facts(documents=("card",))}),  # shown, refuses nobody
        ("woman_counsellor", None, {"woman_counsellor": True}, {}),
        ("woman_counsellor", "pass", {"woman_counsellor": True}, {"facts": Facts(requirements=("woman_staff",))}),
        ("woman_counsellor", "unknown", {}, {"facts": Facts(requirements=("woman_staff",))}),
        ("accessibility", None, {}, {"facts": Facts(requirements=("woman_staff",))}),
        ("hours", None, {}, {}),
        ("hours", "pass", {"schedules": [SUNDAYS]}, {}),
        ("hours", "fail", {"schedules": [SUNDAYS], "closures": [{"from": "2026-02-20", "until": "2026-04-01"}]}, {}),
        ("hours", "fail", {"closures": [{"from": "2026-02-20", "until": "2026-04-01"}]}, {}),
        ("hours", None, {"closures": [{"from": "2025-02-20", "until": "2025-04-01"}]}, {}),
        ("hours", "fail", {"schedules": [SUNDAYS], "closures": [{"from": "2026-03-01", "until": "2026-03-07"}]}, {"urgency": "emergency"}),
        ("hours", "pass", {"schedules": [SUNDAYS], "closures": [{"from": "2026-03-01", "until": "2026-03-07"}]}, {}),
        ("hours", "fail", {"schedules": [SUNDAYS]}, {"holidays": frozenset({date(2026, 3, 1)}), "urgency": "emergency"}),
        ("capacity", "pass", {"free": 1}, {}),
        ("capacity", "fail", {"free": 0}, {}),
        ("capacity", "unknown", {"figure_at": NOW - timedelta(days=31)}, {}),
    ],
)
def test_a_criterion(code: str, result: str | None, of: dict[str, Any], wanted: dict[str, Any]) -> None:
    there, asked = candidate(**of), sought(**wanted)
    assert {one.code: one.result for one in matching.explain(there, asked)}.get(code) == result
    if code in ASKED_ALONE:
        assert failing(there, asked, {code}) == ({code} if result == "fail" else set())


def test_what_is_asked_alone_is_no_setting() -> None:
    assert not SETTABLE & ASKED_ALONE
    assert {code for code, _ in CRITERIA} >= ASKED_ALONE


def test_who_serves_comes_first_then_what_is_known_then_near_then_free() -> None:
    best, fuller, far = candidate(free=9), candidate(free=2), candidate(point=MOSUL, free=99)
    hidden, stale, full = candidate(point=None), candidate(figure_at=NOW - timedelta(days=40)), candidate(free=0)
    order = matching.ranked([full, stale, hidden, far, fuller, best], sought())
    assert [one.candidate for one in order] == [best, fuller, far, hidden, stale, full]
    assert [one.serves for one in order] == [True] * 5 + [False]


def rules(**more: Any) -> Rules:
    return Rules(number=7, body=RuleBody(**more))


@pytest.mark.parametrize(
    ("better", "worse", "by"),
    [
        ({}, {"figure_at": NOW - timedelta(days=40)}, By.KNOWN),
        ({"woman_counsellor": True}, {"point": TELAFAR}, By.WOMAN_COUNSELLOR),
        ({"languages": ["ar"]}, {"languages": ["ckb"]}, By.LANGUAGE),
        ({"free": 1}, {"point": MOSUL, "free": 90}, By.DISTANCE),
        ({"wait_days": 3}, {"wait_days": 30}, By.WAIT),
        ({"wait_days": 3}, {"waited_days": 40.5}, By.WAIT),
        ({"answers": 9.0, "answers_in_time": 9.0, "answers_at": NOW}, {"answers": 9.0, "answers_in_time": 2.0, "answers_at": NOW},
         By.ANSWER_RATE),
        ({}, {"answers": 9.0, "answers_in_time": 2.0, "answers_at": NOW}, By.ANSWER_RATE),  # who has no record yet is not punished
        ({"free": 40}, {"free": 2}, By.PLACES),
        ({}, {"figure_at": NOW - timedelta(days=20)}, By.FIGURE_AGE),
    ],
)  # fmt: skip
def test_one_comes_before_the_other_and_why(better: dict[str, Any], worse: dict[str, Any], by: By) -> None:
    wanted = sought(facts=Facts(languages=("ar",), requirements=("woman_staff",)))
    first, second = matching.ranked([candidate(**worse), candidate(**better)], wanted)
    assert all(getattr(first.candidate, name) == value for name, value in better.items())
    assert matching.ahead_by(first.rank, second.rank, RuleBody(), "routine") is by


def test_an_emergency_goes_to_whoever_opens_first() -> None:
    open_now, tomorrow = candidate(schedules=[SUNDAYS], point=MOSUL), candidate(schedules=[SUNDAYS | {"days": ["MO"]}])
    assert matching.ranked([tomorrow, open_now], sought())[0].candidate is tomorrow
    assert matching.ranked([tomorrow, open_now], sought(urgency="emergency"))[0].candidate is open_now


def test_few_old_answers_are_no_record() -> None:
    once = candidate(answers=9.0, answers_in_time=1.0, answers_at=NOW - timedelta(days=180))
    assert once.answers_by(NOW) == pytest.approx(9 / 16)
    assert matching.ranked([once], sought())[0].rank == matching.ranked([candidate()], sought())[0].rank


def test_an_operator_sets_what_may_be_set() -> None:
    far, wanted = candidate(rules={"age_min": 18}), sought(facts=Facts(age=12))
    assert not matching.matched(far, wanted).serves
    assert {one.code: one.result for one in matching.explain(far, wanted, rules(criteria={"age": "show"}))}["age"] == "unknown"
    assert "age" not in {one.code for one in matching.explain(far, wanted, rules(criteria={"age": "off"}))}
    assert not matching.matched(far, sought(), rules(criteria={"age": "prove"})).serves
    old = candidate(figure_at=NOW - timedelta(days=9))
    assert {one.code: one for one in matching.explain(old, sought(), rules(figure_good_for_days=8))}["capacity"].result == "unknown"
    assert {one.rule_version for one in matching.explain(old, sought(), rules())} == {7}
    order = [{"by": "places"}]
    near, many = candidate(free=1), candidate(free=2, point=MOSUL)
    assert matching.ranked([near, many], sought(), rules(order=order))[0].candidate is many


@pytest.mark.parametrize(
    "body",
    [
        {"criteria": {"consent": "off"}},  # what binds is no setting
        {"criteria": {"age": "maybe"}},
        {"order": []},
        {"order": [{"by": "wait"}, {"by": "wait"}]},
        {"order": [{"by": "distance", "step": 0}]},
        {"figure_good_for_days": 0},
        {"opens_within_days": {"urgent": 15}},
        {"price": 1},
    ],
)
def test_rules_that_are_none(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RuleBody.model_validate(body)


def test_every_result_is_said_in_three_languages() -> None:
    said = words.texts()
    assert all(set(texts) == {"ar", "ckb", "en"} and all(texts.values()) for texts in said.values())
    codes = {code for code, _ in CRITERIA} | {"hours"}
    assert codes <= {code for code, _ in said}
    assert {(code, result) for code in SETTABLE for result in ("pass", "fail", "unknown")} <= set(said)
    assert {(by.value, "ahead") for by in By} <= set(said)


def test_what_is_kept_is_judged_as_it_was_and_says_nothing_of_the_person() -> None:
    wanted = sought(facts=Facts(34, "female", "group.idp", 4, ("kmr", "ar"), ("woman_staff", "step_free")), urgency="urgent")
    offered = [
        candidate(rules={"age_min": 40, "statuses": ["group.idp"]}, wait_days=3, schedules=[SUNDAYS]),
        candidate(rules={"sex": ["female"]}, point=MOSUL, answers=5.0, answers_in_time=4.0, answers_at=NOW),
        candidate(free=0, woman_counsellor=True),
        candidate(figure_at=NOW - timedelta(days=50), closures=[{"from": "2026-01-01", "until": "2027-01-01"}]),
    ]  # fmt: skip
    matches = matching.ranked(offered, wanted)
    stored = json.loads(json.dumps(kept.keep(matches)))
    assert not {"34", "group.idp", "kmr", "step_free", "woman_staff"} & set(re.findall(r"[\w.]+", json.dumps(stored)))
    read = kept.read(stored)
    assert read is not None
    body = RuleBody()
    assert [one.results(body, "urgent") for one in read] == [match.results for match in matches]
    assert [one.rank(body, "urgent")[0] for one in read] == [match.rank[0] for match in matches]
    assert kept.first(read, body, "urgent")[0] == matches[0].candidate.service_at_location_id
    loose = RuleBody(criteria={"age": "show"}, order=[{"by": "wait"}])
    again = matching.ranked(offered, wanted, Rules(number=0, body=loose))
    assert kept.first(read, loose, "urgent")[0] == again[0].candidate.service_at_location_id
    assert kept.read(kept.keep_chosen(matches[0])) is None


def test_distance_is_along_the_earth() -> None:
    assert matching.ranked([candidate(point=MOSUL)], sought())[0].distance_km == pytest.approx(60.3, abs=0.5)


def test_what_failed_everywhere_else_what_failed_anywhere() -> None:
    def failing(*candidates: Candidate) -> list[str]:
        return [one.code for one in matching.failed_everywhere(matching.ranked(candidates, sought()))]

    assert failing(candidate(free=0), candidate(free=0, at_status="closed")) == ["capacity"]
    assert failing(candidate(free=0), candidate(at_status="closed")) == ["capacity", "service"]
    assert failing() == ["area"]


def test_only_what_rules_use_is_disclosed() -> None:
    assert matching.disclosed_attributes("ingo", {"age_min": 16, "sex": ["female"], "statuses": []}) == ["age", "sex"]
    assert matching.disclosed_attributes("ingo", {}) == []
    rules = {"statuses": ["group.idp"], "languages": ["ar"]}
    assert [matching.disclosed_attributes(kind, rules) for kind in ("ingo", "private")] == [["languages", "status"], ["languages"]]


@pytest.mark.parametrize(
    "data", [{}, {"age": "old", "sex": 3, "status": [], "languages": "ar", "requirements": None, "x": 1}, {"age": True}]
)
def test_facts_of_another_shape_are_not_known(data: dict[str, Any]) -> None:
    assert Facts.read(data) == Facts()


def test_facts_as_intake_writes_them() -> None:
    data = {"age": 34, "sex": "female", "status": "group.idp", "household_size": 4, "languages": ["kmr", "ar"], "requirements": []}
    assert Facts.read(data) == Facts(34, "female", "group.idp", 4, ("kmr", "ar"))
