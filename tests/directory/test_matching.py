"""Each criterion, and the order of those who serve: no database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_directory import matching
from ihala_directory.facts import Facts
from ihala_directory.matching import Candidate, Sought

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
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
        ("age", "fail", {"rules": {"age_max": 17}}, {"facts": Facts(age=18)}),
        ("age", "unknown", {"rules": {"age_max": 17}}, {}),
        ("sex", "pass", {"rules": {"sex": ["female"]}}, {"facts": Facts(sex="female")}),
        ("sex", "fail", {"rules": {"sex": ["female"]}}, {"facts": Facts(sex="male")}),
        ("sex", "unknown", {"rules": {"sex": ["female"]}}, {}),
        ("status", "fail", {"rules": {"statuses": ["group.idp"]}}, {"facts": Facts(status="group.host")}),
        ("language", "pass", {}, {"facts": Facts(languages=("kmr", "ar"))}),
        ("language", "unknown", {}, {"facts": Facts(languages=("kmr",))}),
        ("language", "fail", {"rules": {"languages": ["ckb"]}}, {"facts": Facts(languages=("ar",))}),
        ("language", "unknown", {"rules": {"languages": ["ckb"]}}, {}),
        ("accessibility", None, {}, {}),
        ("accessibility", "unknown", {}, {"facts": Facts(requirements=("step_free",))}),
        ("accessibility", "pass", {"accessibility": ["step_free"]}, {"facts": Facts(requirements=("step_free",))}),
        ("capacity", "pass", {"free": 1}, {}),
        ("capacity", "fail", {"free": 0}, {}),
        ("capacity", "unknown", {"figure_at": NOW - timedelta(days=31)}, {}),
    ],
)
def test_a_criterion(code: str, result: str | None, of: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = {one.code: one.result for one in matching.explain(candidate(**of), sought(**wanted))}
    assert found.get(code) == result


def test_who_serves_comes_first_then_what_is_known_then_near_then_free() -> None:
    best, fuller, far = candidate(free=9), candidate(free=2), candidate(point=MOSUL, free=99)
    hidden, stale, full = candidate(point=None), candidate(figure_at=NOW - timedelta(days=40)), candidate(free=0)
    order = matching.ranked([full, stale, hidden, far, fuller, best], sought())
    assert [one.candidate for one in order] == [best, fuller, far, hidden, stale, full]
    assert [one.serves for one in order] == [True] * 5 + [False]


def test_distance_is_along_the_earth() -> None:
    assert matching.ranked([candidate(point=MOSUL)], sought())[0].distance_km == pytest.approx(60.3, abs=0.5)


def test_what_failed_everywhere_else_what_failed_anywhere() -> None:
    def failing(*candidates: Candidate) -> list[str]:
        return [one.code for one in matching.failed_everywhere(matching.ranked(candidates, sought()))]

    assert failing(candidate(free=0), candidate(free=0, at_status="closed")) == ["capacity"]
    assert failing(candidate(free=0), candidate(at_status="closed")) == ["capacity", "service"]
    assert failing() == ["area"]


def test_only_what_rules_use_is_disclosed() -> None:
    assert matching.disclosed_attributes({"age_min": 16, "sex": ["female"], "statuses": []}) == ["age", "sex"]
    assert matching.disclosed_attributes({}) == []


@pytest.mark.parametrize(
    "data", [{}, {"age": "old", "sex": 3, "status": [], "languages": "ar", "requirements": None, "x": 1}, {"age": True}]
)
def test_facts_of_another_shape_are_not_known(data: dict[str, Any]) -> None:
    assert Facts.read(data) == Facts()


def test_facts_as_intake_writes_them() -> None:
    data = {"age": 34, "sex": "female", "status": "group.idp", "household_size": 4, "languages": ["kmr", "ar"], "requirements": []}
    assert Facts.read(data) == Facts(34, "female", "group.idp", 4, ("kmr", "ar"))
