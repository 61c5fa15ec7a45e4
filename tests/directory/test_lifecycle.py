"""What may happen to a reservation in each state, and that the counters of a place always follow."""

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ihala_directory import lifecycle
from ihala_directory.lifecycle import ENDED, MOVES, Act, MoveNotOpen, State
from ihala_directory.tables import Reservation, ServiceAtLocation

AT = datetime(2026, 1, 4, 9, tzinfo=UTC)
OPEN = {State.RESERVED, State.CLAIMED}


def place(figure: int = 5, held: int = 0, used: int = 0, kind: str = "slot") -> ServiceAtLocation:
    return ServiceAtLocation(
        id=uuid4(), service_id=uuid4(), location_id=uuid4(), organization_id=uuid4(), operator_id=uuid4(), capacity_kind=kind,
        figure=figure, figure_at=AT, confirmed=True, held=held, used=used, changed_at=AT, version=1,
    )  # fmt: skip


def reservation(state: State) -> Reservation:
    return Reservation(
        id=uuid4(), need_id=uuid4(), operator_id=uuid4(), organization_id=uuid4(), service_id=uuid4(), service_at_location_id=uuid4(),
        state=state, reserved_at=AT, version=1,
    )  # fmt: skip


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_state_and_act(state: State, act: Act) -> None:
    at, one = place(held=int(state in OPEN), used=int(state is State.TAKEN)), reservation(state)
    if (state, act) not in MOVES:
        with pytest.raises(MoveNotOpen):
            lifecycle.move(at, one, act, AT, "test")
        assert (one.state, one.version) == (state, 1)
        return
    lifecycle.move(at, one, act, AT, "test")
    assert at.held == int(one.state in OPEN)
    assert at.used == int(one.state in (State.TAKEN, State.USED))
    assert (one.ended_at is not None) == (one.state in ENDED)


def test_ended_states_never_change() -> None:
    assert not {state for state, _ in MOVES} & ENDED


@pytest.mark.parametrize("state", sorted(OPEN | {State.TAKEN}))
def test_every_open_state_can_end(state: State) -> None:
    at, one = place(held=1), reservation(state)
    assert lifecycle.end(at, one, AT, "withdrawn")
    assert lifecycle.has_ended(one)
    assert not lifecycle.end(at, one, AT, "withdrawn")


@pytest.mark.parametrize(
    ("kind", "started", "reason", "state"),
    [
        ("slot", True, "completed", State.RETURNED),
        ("slot", True, "failed", State.RETURNED),
        ("stock", False, "withdrawn", State.RETURNED),
        ("stock", True, "withdrawn", State.USED),
        ("stock", False, "completed", State.USED),
    ],
)
def test_a_slot_comes_back_and_a_stock_that_was_begun_does_not(kind: str, started: bool, reason: str, state: State) -> None:
    at, one = place(used=1, kind=kind), reservation(State.TAKEN)
    one.started_at = AT if started else None
    assert lifecycle.end(at, one, AT, reason) is (state is State.RETURNED)
    assert one.state == state
    assert lifecycle.free(at) == (5 if state is State.RETURNED else 4)


def test_free_is_the_figure_less_what_is_held_and_taken_since() -> None:
    assert lifecycle.free(place(5, held=2, used=1)) == 2
    assert lifecycle.free(place(5, held=2, used=-1)) == 4  # one taken before the figure was given came back
    assert lifecycle.free(place(1, held=3)) == 0  # the provider lowered its figure below what is held


def test_nothing_is_held_or_taken_that_is_not_free() -> None:
    for act in (lifecycle.hold, lifecycle.take_unheld):
        with pytest.raises(MoveNotOpen):
            act(place(0))


def test_a_new_figure_counts_from_now() -> None:
    at = place(5, held=2, used=3)
    assert lifecycle.confirm(at, 4, AT)
    assert (lifecycle.free(at), at.used, at.held) == (2, 0, 2)
    assert not lifecycle.confirm(at, 3, AT)


def test_no_places_until_the_figure_is_confirmed() -> None:
    at = place(5)
    at.confirmed = False
    assert lifecycle.free(at) == 0
    assert lifecycle.confirm(at, 1, AT)
    assert lifecycle.free(at) == 1


@given(st.integers(0, 4), st.lists(st.tuples(st.integers(0, 6), st.sampled_from([None, *Act])), max_size=60))
def test_the_counters_equal_the_reservations_whatever_happens(figure: int, steps: list[tuple[int, Act | None]]) -> None:
    at, held = place(figure), []
    for number, act in steps:
        if act is None and lifecycle.free(at):
            lifecycle.hold(at)
            held.append(reservation(State.RESERVED))
        elif act is not None and number < len(held) and lifecycle.is_open(held[number], act):
            lifecycle.move(at, held[number], act, AT, "test")
        assert at.held == sum(one.state in OPEN for one in held)
        assert at.used == sum(one.state in (State.TAKEN, State.USED) for one in held)
        assert at.held + at.used <= figure
