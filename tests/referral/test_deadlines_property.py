"""Whatever the calendars: a deadline moves only by a question's rest or by being counted again, levels stay in order, and counting again
comes to the same."""

from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ihala_contracts.intake_v1 import Urgency
from ihala_referral import clock
from ihala_referral.calendar import Calendar, calendar
from ihala_referral.calendars.recount import recompute
from ihala_referral.deadlines import ACTING
from ihala_referral.policy import Acting, Timing, current
from ihala_referral.states import State
from ihala_referral.tables import Referral

BEGIN = datetime(2026, 11, 22, 6, tzinfo=UTC)
COLUMNS = tuple(ACTING)
DAYS_OFF = st.frozensets(st.dates(date(2026, 11, 20), date(2027, 2, 28)), max_size=40)
CALENDARS = st.builds(
    lambda week, opens, hours, days: replace(
        calendar(), week=week, opens=time(opens), closes=time(opens + hours), holidays=days
    ),
    st.frozensets(st.integers(0, 6), min_size=3), st.integers(5, 11), st.integers(3, 10), DAYS_OFF,
)  # fmt: skip
THREE = st.fixed_dictionaries(dict.fromkeys(Acting, CALENDARS))
URGENCIES = st.sampled_from(list(Urgency))
INSTANTS = st.timedeltas(timedelta(), timedelta(days=9)).map(lambda later: BEGIN + later)
WORKS = st.lists(
    st.tuples(st.sampled_from(["acknowledge", "ask", "answer", "wind"]), st.timedeltas(timedelta(), timedelta(days=4))), max_size=8
)


def timing(urgency: Urgency, calendars: dict[Acting, Calendar]) -> Timing:
    return current(BEGIN.date()).of(urgency).on(calendars)


def offered(urgency: Urgency, found: Timing, at: datetime = BEGIN) -> Referral:
    one = Referral(id=uuid4(), state=State.OFFERED, fired=[], rests=[], urgency=urgency, rounds=0, offered_at=at)
    clock.start_offer(one, found, at)
    return one


def instants(one: Referral) -> dict[str, datetime | None]:
    return {column: getattr(one, column) for column in COLUMNS}


def in_order(one: Referral) -> bool:
    levels = [one.level_1_at, one.level_2_at, one.level_3_at, one.expires_at]
    known = [at for at in levels if at is not None]
    return len(known) == 4 and known == sorted(known)


@settings(max_examples=50)
@given(URGENCIES, THREE, WORKS)
def test_a_deadline_moves_by_a_rest_alone(urgency: Urgency, calendars: dict[Acting, Calendar], works: list[tuple[str, timedelta]]) -> None:
    found = timing(urgency, calendars)
    one, now = offered(urgency, found), BEGIN
    for act, later in works:
        now += later
        before = instants(one)
        if act == "acknowledge" and one.state is State.OFFERED:
            one.state = State.ACKNOWLEDGED
        elif act == "ask" and one.state is not State.INFO_REQUESTED:
            clock.rest(one, found, now)
            one.state = State.INFO_REQUESTED
        elif act == "answer" and one.state is State.INFO_REQUESTED:
            rested_at, until = one.rested_at, min(now, one.answer_by or now)
            clock.go_on(one, found, now)
            one.state = State.ACKNOWLEDGED
            assert rested_at is not None
            rested = sum((ends - begins for begins, ends in zip(one.rests[::2], one.rests[1::2], strict=True)), timedelta())
            latest = {"level_2_at": BEGIN + timedelta(days=5) + rested} if urgency is Urgency.URGENT else {}
            for name in ("decide_by", "level_2_at"):
                stood = before[name]
                assert stood is not None
                moved = found.put_off(stood, rested_at, until, ACTING[name])
                assert getattr(one, name) == min(moved, latest.get(name, moved))
            assert in_order(one)
            continue
        after = instants(one)
        assert all(after[name] == before[name] for name in COLUMNS if name != "answer_by")


@settings(max_examples=50)
@given(URGENCIES, THREE, INSTANTS)
def test_levels_come_one_after_the_other_before_the_end(urgency: Urgency, calendars: dict[Acting, Calendar], at: datetime) -> None:
    found = timing(urgency, calendars)
    assert in_order(offered(urgency, found, at))
    clock.start_contact(one := offered(urgency, found, at), found, at - timedelta(days=1), at)
    assert in_order(one)
    if urgency is Urgency.URGENT:
        second = offered(urgency, found, at).level_2_at
        assert second is not None and second <= at + timedelta(days=5)


@settings(max_examples=50)
@given(URGENCIES, THREE, THREE, st.timedeltas(timedelta(), timedelta(days=20)), st.lists(st.sampled_from(["acknowledge", "level_1"])))
def test_counting_again_keeps_what_fired_and_comes_to_the_same(
    urgency: Urgency, old: dict[Acting, Calendar], new: dict[Acting, Calendar], later: timedelta, fired: list[str]
) -> None:
    one, found = offered(urgency, timing(urgency, old)), timing(urgency, new)
    one.fired = sorted(set(fired))
    before, now = instants(copy(one)), BEGIN + later
    moves = recompute(one, found, BEGIN, now)
    done = {"acknowledge": "acknowledge_by", "level_1": "level_1_at"}
    assert not moves.keys() & {done[what] for what in one.fired}
    for name, (was, then) in moves.items():
        assert was == before[name] and then == getattr(one, name)
        if then < was and name != "level_1_at":  # which waits for nobody when the coordinator hears of it
            assert then >= now
    assert {name: at for name, at in instants(one).items() if name not in moves} == {n: at for n, at in before.items() if n not in moves}
    assert recompute(one, found, BEGIN, now + timedelta(minutes=1)) == {}
    if urgency is Urgency.EMERGENCY:
        assert moves == {}


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.ROUTINE])
def test_counting_again_by_the_same_calendars_moves_nothing_also_after_rests(urgency: Urgency) -> None:
    found = current(BEGIN.date()).of(urgency)
    one = offered(urgency, found)
    for begin, end in ((1, 3), (5, 6)):
        clock.rest(one, found, BEGIN + timedelta(hours=begin))
        clock.go_on(one, found, BEGIN + timedelta(hours=end))
    one.state = State.ACKNOWLEDGED
    assert len(one.rests) == 4
    assert recompute(one, found, BEGIN, BEGIN + timedelta(hours=7)) == {}
