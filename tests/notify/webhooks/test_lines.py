"""Lines, track and policy without any I/O: order, what holds the cursor, when something is tried again or given up."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ihala_kit.ids import new_id
from ihala_notify.subscriptions.filters import EVERYTHING
from ihala_notify.subscriptions.states import State
from ihala_notify.webhooks.ledger import MOST_WAITING, Ledger
from ihala_notify.webhooks.lines import Item, Lines
from ihala_notify.webhooks.loading import TEST, Hook
from ihala_notify.webhooks.policy import MOST_ATTEMPTS, MOST_REFUSED, PAUSES_SECONDS, Receiver, is_refusal
from ihala_notify.webhooks.sending import Answer
from ihala_notify.webhooks.track import Track

AT = datetime(2026, 11, 22, tzinfo=UTC)


def item(position: int, subject: str = "a", *, asked: bool = False) -> Item:
    return Item(new_id(), position, uuid4(), "t", subject, AT, b"{}", asked)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=40), st.integers(0, 10**6), st.booleans())
def test_whatever_fails_a_subject_keeps_its_order_and_everything_comes(subjects: list[str], seed: int, ordered: bool) -> None:
    chance, lines, track = random.Random(seed), Lines(ordered=ordered), Track(0)
    done: list[Item] = []
    track.take(range(1, len(subjects) + 1), len(subjects))
    for position, subject in enumerate(subjects, 1):
        lines.add(item(position, subject))
    at = AT
    under_way: list[Item] = []
    while len(done) < len(subjects):
        while len(under_way) < 8 and (found := lines.take()):
            under_way.append(found)
        one = under_way.pop(chance.randrange(len(under_way))) if under_way else None
        if one is None:
            at = lines.next_due() or at
        elif chance.random() < 0.3:
            lines.again(one, at + timedelta(seconds=chance.random()))
        else:
            lines.done(one)
            done.append(one)
            track.settle(one.position or 0)
        lines.release(at)
        open_positions = {each.position or 0 for each in lines.items()}
        assert track.cursor == min(open_positions, default=len(subjects) + 1) - 1
    assert len(lines) == 0 and track.cursor == len(subjects)
    if ordered:
        for subject in "abc":
            positions = [each.position or 0 for each in done if each.subject == subject]
            assert positions == sorted(positions)


def test_what_is_settled_ahead_is_not_taken_again() -> None:
    track = Track(0)
    assert track.take([1, 2, 3, 4], 4) == {1, 2, 3, 4}
    track.settle(2)
    track.settle(4)
    assert (track.cursor, track.ahead()) == (0, [2, 4])
    successor = Track(track.cursor, track.ahead())
    assert successor.take([1, 2, 3, 4, 5], 9) == {1, 3, 5}
    for position in (1, 3, 5):
        successor.settle(position)
    assert (successor.cursor, successor.ahead()) == (9, [])


def test_new_goes_before_what_was_asked_for() -> None:
    lines = Lines(ordered=True)
    for each in (item(1, asked=True), item(2, "b", asked=True), item(9), item(10)):
        lines.add(each)
    order = []
    while found := lines.take():
        order.append(found.position)
        lines.done(found)
    assert order == [9, 10, 1, 2]


def test_what_waits_holds_its_subject_alone() -> None:
    lines = Lines(ordered=True)
    for position, subject in ((1, "a"), (2, "a"), (3, "b")):
        lines.add(item(position, subject))
    first = lines.take()
    assert first is not None
    lines.again(first, AT + timedelta(minutes=1))
    assert [each.position for each in lines.behind(AT)] == [1, 2]
    other = lines.take()
    assert other is not None and other.position == 3 and lines.take() is None
    lines.release(AT + timedelta(minutes=1))
    again = lines.take()
    assert again is first and lines.take() is None


def test_twelve_tries_over_three_days() -> None:
    assert MOST_ATTEMPTS == 12 and 2.5 < sum(PAUSES_SECONDS) / 86_400 < 3.2
    receiver = Receiver(State.ACTIVE)
    for attempt in range(1, MOST_ATTEMPTS):
        pauses = {receiver.pause(attempt, None).total_seconds() for _ in range(50)}
        assert len(pauses) > 1 and all(0.8 < pause / PAUSES_SECONDS[attempt - 1] < 1.2 for pause in pauses)
    assert receiver.pause(1, 1800).total_seconds() == 1800


def test_a_delivery_is_given_up_only_while_others_come_through() -> None:
    receiver = Receiver(State.ACTIVE)
    receiver.failed(AT, 500)
    assert not receiver.gives_up(MOST_ATTEMPTS, AT)  # nothing came through since it began: the receiver is away
    receiver.worked()
    receiver.failed(AT + timedelta(days=2, hours=20), 500)
    assert receiver.gives_up(MOST_ATTEMPTS, AT) and not receiver.gives_up(MOST_ATTEMPTS - 1, AT)


@pytest.mark.parametrize(
    ("failures", "status", "later", "state"),
    [
        (4, 500, 0, State.ACTIVE), (5, 500, 0, State.DEGRADED), (5, 500, 3, State.DISABLED), (1, 410, 0, State.PAUSED),
        (40, None, 2.9, State.DEGRADED),
    ],
)  # fmt: skip
def test_what_becomes_of_a_receiver_that_fails(failures: int, status: int | None, later: float, state: State) -> None:
    receiver = Receiver(State.ACTIVE)
    for number in range(failures):
        receiver.failed(AT + timedelta(days=later) * (number / max(1, failures - 1)), status)
    assert receiver.state is state
    assert receiver.worked() is (state is State.DEGRADED)
    assert receiver.failures == 0 and receiver.failing_since is None


def test_a_held_receiver_is_tried_at_least_once_an_hour() -> None:
    assert max(Receiver(State.DEGRADED).pause(attempt, None) for attempt in range(1, 40)) == timedelta(hours=1)


def test_one_delivery_refused_again_and_again_holds_no_receiver() -> None:
    receiver = Receiver(State.ACTIVE)
    for number in range(11):
        receiver.failed(AT + timedelta(hours=number), 400, again=number > 0)
    assert (receiver.state, receiver.failures) == (State.ACTIVE, 1)


def test_what_is_probed_takes_turns() -> None:
    lines = Lines(ordered=False)
    for position in (1, 2):
        lines.add(item(position))
    for _ in range(2):
        found = lines.take()
        assert found is not None
        lines.again(found, AT)
    came = []
    for minutes in range(4):
        probe = lines.take_probe(AT + timedelta(minutes=minutes))
        assert probe is not None and lines.take_probe(AT + timedelta(minutes=9)) is None  # one at a time
        came.append(probe.position)
        lines.again(probe, AT + timedelta(minutes=minutes, seconds=1))
    assert came == [1, 2, 1, 2]


def one_ledger(*items: Item, ordered: bool = False) -> Ledger:
    """Return the ledger of a lane that begins with these in hand."""
    return Ledger(Hook(uuid4(), uuid4(), "", ordered, EVERYTHING, 1, Receiver(State.ACTIVE), 0, [], (None, None), None), items)


def send_all(ledger: Ledger, answer: Callable[[Item], int]) -> list[Item]:
    """Send what may be sent now, one after the other; return those that are given up."""
    sent = []
    while found := ledger.next(AT):
        status = answer(found)
        ledger.came(found, Answer(status, None if status == 204 else f"status_{status}", None, 1), AT)
        sent.append(found)
    return [each for each in sent if each.state == "failed"]


@pytest.mark.parametrize("ordered", [False, True])
def test_what_is_refused_for_good_leaves_room_for_what_is_new(ordered: bool) -> None:
    ledger = one_ledger(*(item(number, f"s{number}") for number in range(4000)), ordered=ordered)
    gone = send_all(ledger, lambda each: 422 if (each.position or 0) % 2 else 204)
    assert len(gone) == 2000 - MOST_REFUSED and ledger.lines.waiting == len(ledger.lines) == MOST_REFUSED
    assert gone == sorted(gone, key=lambda each: each.position or 0), "those that had their chance first"
    assert ledger.receiver.told == (State.DEGRADED, "too_many_refused")


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_what_fails_otherwise_is_never_given_up_early(status: int) -> None:
    ledger = one_ledger(*(item(number) for number in range(4000)))
    assert send_all(ledger, lambda each: status if (each.position or 0) % 2 else 204) == []
    assert MOST_WAITING <= ledger.lines.waiting < MOST_WAITING + 8 and not ledger.has_room
    assert ledger.receiver.told == (State.DEGRADED, "too_many_refused")


def test_nothing_is_given_up_early_by_a_receiver_that_refuses_all() -> None:
    ledger = one_ledger(*(item(number) for number in range(4000)))
    assert send_all(ledger, lambda each: 204 if (each.position or 0) < 500 else 404) == []
    assert ledger.receiver.told == (State.DEGRADED, "failing")


def test_one_subject_that_waits_says_nothing_of_what_is_refused() -> None:
    ledger = one_ledger(*(item(number) for number in range(2000)), ordered=True)
    assert send_all(ledger, lambda each: 500) == []
    assert ledger.receiver.told == (State.ACTIVE, None) and not ledger.has_room


def test_few_that_are_refused_have_all_their_tries_and_are_held_against_nobody() -> None:
    ledger = one_ledger(*(item(number) for number in range(2 * MOST_REFUSED)))
    assert send_all(ledger, lambda each: 400 if (each.position or 0) % 2 else 204) == []
    assert ledger.receiver.told == (State.ACTIVE, None)


def test_of_what_a_receiver_says_only_some_is_a_refusal() -> None:
    assert [status for status in (None, 204, 302, 400, 404, 408, 410, 413, 422, 425, 429, 499, 500, 503) if is_refusal(status)] == [
        400, 404, 413, 422, 499,
    ]  # fmt: skip


def test_what_a_test_is_answered_lets_nothing_else_wait() -> None:
    asked = item(0, asked=True)
    asked.type = TEST
    ledger = one_ledger(asked)
    found = ledger.next(AT)
    assert found is asked
    ledger.came(found, Answer(503, "status_503", None, 1, 3600.0), AT)
    ledger.add([item(1)])
    assert ledger.next(AT) is not None


def test_a_pause_that_was_asked_for_ends() -> None:
    ledger = one_ledger(item(1))
    taken = ledger.next(AT)
    assert taken is not None
    ledger.came(taken, Answer(429, "status_429", None, 1, 30.0), AT)
    ends = AT + timedelta(seconds=30)
    assert ledger.next_instant(AT) == ends and ledger.next(AT) is None
    assert ledger.to_keep(AT)[0].rests_until == ends
    ledger.release(ends)
    again = ledger.next(ends)
    assert again is taken
    ledger.came(again, Answer(200, None, None, 1), ends)
    assert ledger.next_instant(ends) is None  # else its lane would be woken for it without end
