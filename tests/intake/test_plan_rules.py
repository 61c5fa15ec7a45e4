"""The stages of a plan: cases of the rules, no database."""

from datetime import date
from typing import get_args

import pytest
from ihala_intake.plans import rules


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 15), 3, date(2026, 4, 15)), (date(2026, 11, 30), 3, date(2027, 2, 28)), (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)), (date(2026, 12, 31), 12, date(2027, 12, 31)), (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)  # fmt: skip
def test_months_later(day: date, months: int, later: date) -> None:
    assert rules.months_after(day, months) == later


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        ([], "plan"),
        ([("business", "planned")], "plan"),
        ([("reception", "done"), ("training", "done"), ("business", "done"), ("monitoring_3", "planned")], "training"),
        ([("monitoring_3", "done"), ("housing", "dropped")], "monitoring_3"),
    ],
)
def test_how_far_a_plan_has_come(steps: list[tuple[str, str]], stage: str) -> None:
    assert rules.stage_of(steps) == stage


def test_every_stage_has_words_in_three_languages() -> None:
    for stage in get_args(rules.Stage):
        words = rules.words(stage)
        assert len({words.en, words.ar, words.ckb}) == 3


def test_the_office_looks_again_after_3_6_and_12_months() -> None:
    assert list(rules.monitoring(date(2026, 1, 31)).items()) == [
        ("monitoring_3", date(2026, 4, 30)), ("monitoring_6", date(2026, 7, 31)), ("monitoring_12", date(2027, 1, 31)),
    ]  # fmt: skip
