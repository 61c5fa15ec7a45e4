"""The deadlines of domain section 6, and what a rest does to them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from ihala_contracts.intake_v1 import Urgency
from ihala_referral import clock
from ihala_referral.calendar import calendar
from ihala_referral.policy import current, policy
from ihala_referral.states import State
from ihala_referral.tables import Referral

SUNDAY = datetime(2026, 11, 22, 6, tzinfo=UTC)  # 09:00 in Mosul
HOURS = timedelta(hours=1)


def offered(urgency: Urgency, at: datetime = SUNDAY) -> Referral:
    one = Referral(id=uuid4(), state=State.OFFERED, fired=[], urgency=urgency, rounds=0, offered_at=at)
    clock.start_offer(one, current(SUNDAY.date()).of(urgency), at)
    return one


def days(*numbers: int) -> list[datetime]:
    """Return instants so many working days after Sunday nine o'clock."""
    return [calendar().after(SUNDAY, number) for number in numbers]


def test_emergency_counts_hours_day_and_night() -> None:
    for begins in (SUNDAY, SUNDAY + timedelta(days=5, hours=14)):
        one = offered(Urgency.EMERGENCY, begins)
        found = [one.acknowledge_by, one.level_1_at, one.level_2_at, one.level_3_at, one.decide_by, one.expires_at]
        assert found == [begins + n * HOURS for n in (2, 2, 4, 6, 6, 8)]


@pytest.mark.parametrize(
    ("urgency", "acknowledge", "decide", "levels", "expire"),
    [(Urgency.URGENT, 1, 3, (1, 2, 3), 4), (Urgency.ROUTINE, 3, 10, (3, 7, 10), 13)],
)
def test_urgent_and_routine_count_working_days(
    urgency: Urgency, acknowledge: int, decide: int, levels: tuple[int, int, int], expire: int
) -> None:
    one = offered(urgency)
    assert [one.acknowledge_by, one.decide_by, one.expires_at] == days(acknowledge, decide, expire)
    assert [one.level_1_at, one.level_2_at, one.level_3_at] == days(*levels)


def test_an_urgent_need_is_never_five_calendar_days_without_a_coordinator() -> None:
    for hour in range(24 * 7):
        begins = SUNDAY + hour * HOURS
        one = offered(Urgency.URGENT, begins)
        assert one.level_1_at is not None and one.level_2_at is not None
        assert one.level_1_at <= one.level_2_at <= begins + timedelta(days=5)


def test_first_contact_of_an_emergency_counts_from_the_request_whatever_the_attempts() -> None:
    one = offered(Urgency.EMERGENCY)
    clock.start_contact(one, current(SUNDAY.date()).of(Urgency.EMERGENCY), SUNDAY - 20 * HOURS, SUNDAY)
    assert one.first_contact_by == one.level_1_at == SUNDAY + 4 * HOURS
    assert one.expires_at == SUNDAY + 10 * HOURS


def test_a_late_acceptance_of_an_emergency_still_gets_time_before_it_fails() -> None:
    one = offered(Urgency.EMERGENCY)
    clock.start_contact(one, current(SUNDAY.date()).of(Urgency.EMERGENCY), SUNDAY - 30 * HOURS, SUNDAY)
    assert one.first_contact_by == SUNDAY - 6 * HOURS
    assert one.level_1_at == SUNDAY and one.expires_at == SUNDAY + 6 * HOURS


def test_first_contact_otherwise_counts_from_the_acceptance() -> None:
    one = offered(Urgency.URGENT)
    clock.start_contact(one, current(SUNDAY.date()).of(Urgency.URGENT), SUNDAY - 200 * HOURS, SUNDAY)
    assert [one.first_contact_by] == days(3)


@pytest.mark.parametrize("urgency", Urgency)
def test_a_question_stops_the_decision_clock_and_nothing_else(urgency: Urgency) -> None:
    one, timing = offered(urgency), current(SUNDAY.date()).of(urgency)
    before = [one.decide_by, one.expires_at]
    clock.rest(one, timing, SUNDAY)
    later = SUNDAY + HOURS
    clock.go_on(one, timing, later)
    assert [one.decide_by, one.expires_at] == [timing.put_off(at, SUNDAY, later) for at in before if at]
    assert [b - a for a, b in zip(before, [one.decide_by, one.expires_at], strict=True) if a and b] == [HOURS, HOURS]
    assert (one.rested_at, one.answer_by) == (None, None)


def test_an_answer_after_its_deadline_does_not_lengthen_the_rest() -> None:
    one, timing = offered(Urgency.EMERGENCY), current(SUNDAY.date()).of(Urgency.EMERGENCY)
    clock.rest(one, timing, SUNDAY)
    clock.go_on(one, timing, SUNDAY + 24 * HOURS)
    assert one.decide_by == SUNDAY + 8 * HOURS  # two hours of rest, not twenty-four


def test_a_version_stays_what_it_was() -> None:
    assert policy(1) is policy(1)
    assert policy(1).offers_before_a_human_decides == 3
    assert [policy(1).of(urgency).offers_at_once for urgency in Urgency] == [2, 1, 1]
