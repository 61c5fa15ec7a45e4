"""When a person is asked, by whom and how: cases of the policy, no database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import NeedState, Sensitivity, Urgency
from ihala_intake.following import policy
from ihala_kit.auth import Caller

STANDARD, PROTECTED, RESTRICTED = Sensitivity.STANDARD, Sensitivity.PROTECTED, Sensitivity.RESTRICTED


@pytest.mark.parametrize(
    ("code", "urgency", "sensitivity", "days"),
    [
        ("education.enrolment", Urgency.ROUTINE, STANDARD, [30]),
        ("legal.advice", Urgency.URGENT, PROTECTED, [30]),
        ("work.job", Urgency.ROUTINE, STANDARD, [30, 90]),
        ("housing.repair", Urgency.URGENT, STANDARD, [30, 90]),
        ("housing.repair", Urgency.EMERGENCY, STANDARD, [3]),
        ("basic.food", Urgency.EMERGENCY, STANDARD, [3]),
        ("protection", Urgency.EMERGENCY, RESTRICTED, [14]),
        ("protection", Urgency.ROUTINE, RESTRICTED, [14]),
    ],
)
def test_when_the_person_is_asked(code: str, urgency: Urgency, sensitivity: Sensitivity, days: list[int]) -> None:
    terms = policy.terms(code, urgency, sensitivity)
    served = datetime(2026, 1, 1, tzinfo=UTC)
    assert [terms.due_at(served, number) for number in (1, 2, 3)] == [
        *(served + timedelta(days=after) for after in days), *([None] * (3 - len(days))),
    ]  # fmt: skip
    assert terms.own_worker is (sensitivity is RESTRICTED)
    assert ("phone" in terms.ways) is (sensitivity is not RESTRICTED)


@pytest.mark.parametrize(
    ("origin", "organization", "officer", "me", "is_worker"),
    [
        ("centre", "centre", None, None, True),
        ("centre", "operator", None, "noor", False),
        ("centre", "operator", "noor", "noor", True),
        ("operator", "operator", None, None, False),
        ("operator", "operator", "noor", "sara", False),
        ("operator", "operator", "noor", None, False),
        ("operator", "operator", "noor", "noor", True),
    ],
)
def test_who_works_with_her(origin: str, organization: str, officer: str | None, me: str | None, *, is_worker: bool) -> None:
    ids = {"operator": uuid4(), "centre": uuid4()}
    caller = Caller("c", ids[organization], "x", acting_officer=me)
    assert policy.is_own_worker(caller, operator_id=ids["operator"], origin_id=ids[origin], officer=officer) is is_worker


@pytest.mark.parametrize("state", list(NeedState))
def test_which_needs_are_still_asked_about(state: NeedState) -> None:
    assert policy.may_be_asked(state, 1) is (state is NeedState.SERVED)
    assert policy.may_be_asked(state, 2) is (state in (NeedState.VERIFIED, NeedState.UNVERIFIED))


def test_a_day_is_a_day_in_iraq() -> None:
    assert policy.same_day(datetime(2026, 1, 1, 21, 30, tzinfo=UTC), datetime(2026, 1, 2, 20, 30, tzinfo=UTC))
    assert not policy.same_day(datetime(2026, 1, 1, 20, 30, tzinfo=UTC), datetime(2026, 1, 1, 21, 30, tzinfo=UTC))


def test_every_version_asks_in_three_languages() -> None:
    for number in (1, 2):
        words = policy.question(1, number)
        assert len({words.en, words.ar, words.ckb}) == 3
