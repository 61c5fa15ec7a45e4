"""Who is called, and what follows from a call."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.ids import new_id
from ihala_notify.calls import rules
from ihala_notify.calls.errors import CallMoveNotAllowed, CallResultNotAllowed
from ihala_notify.calls.tables import CallTask

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
PLAIN = {"handed_over": False, "over": False, "declined": False}


def a_call(**more: Any) -> CallTask:
    about = {"id": new_id(), "state": "open", "tries": 0, "version": 1, "due_at": AT} | more
    return CallTask(**about)


@pytest.mark.parametrize(
    ("sensitivity", "template", "reason", "about", "called"),
    [
        ("standard", "referral-accepted", "wishes_a_call", {}, True),
        ("protected", "referral-accepted", "no_receipt", {}, True),
        ("standard", "referral-accepted", "wishes_a_call", {"declined": True}, False),
        ("standard", "referral-accepted", "messages_stopped", {}, True),
        ("protected", "referral-accepted", "messages_stopped", {"declined": True}, False),
        ("restricted", "referral-accepted", "messages_stopped", {"handed_over": True}, False),
        ("restricted", "referral-accepted", "no_safe_way", {"handed_over": True}, False),
        ("standard", "referral-accepted", "no_receipt", {"over": True}, False),
        ("standard", "consent-withdrawn", "no_receipt", {"over": True}, True),
        ("restricted", "referral-accepted", "no_contact", {}, False),
        ("restricted", "referral-accepted", "late", {}, False),
        ("restricted", "referral-accepted", "wishes_a_call", {}, True),
        ("restricted", "referral-accepted", "no_receipt", {"handed_over": True}, True),
    ],
)
def test_who_is_called(sensitivity: str, template: str, reason: str, about: dict[str, bool], called: bool) -> None:
    assert rules.is_called_about(Sensitivity(sensitivity), template, reason, **PLAIN | about) is called


@pytest.mark.parametrize(
    ("reason", "why"),
    [("wishes_a_slip", "wishes_a_slip"), ("number_unusable", "no_way"), ("permanent_001", "not_delivered"), (None, "not_delivered")],
)
def test_why_somebody_calls(reason: str | None, why: str) -> None:
    assert rules.why(reason) == why


def test_one_call_is_one_officers_for_two_hours() -> None:
    call = a_call()
    rules.take(call, "ann", AT)
    rules.take(call, "ann", AT)
    with pytest.raises(CallMoveNotAllowed):
        rules.take(call, "bea", AT + rules.TAKEN_FOR - timedelta(seconds=1))
    with pytest.raises(CallMoveNotAllowed):
        rules.record(call, "bea", "reached", AT)
    rules.take(call, "bea", AT + rules.TAKEN_FOR)
    assert (call.state, call.taken_by, call.version) == ("taken", "bea", 4)


@pytest.mark.parametrize(
    ("result", "state"), [("reached", "done"), ("asked_not_to_call", "done"), ("wrong_number", "given_up"), ("not_reached", "open")]
)
def test_what_follows(result: rules.Result, state: str) -> None:
    call = a_call(state="taken", taken_by="ann", taken_at=AT)
    rules.record(call, "ann", result, AT)
    assert (call.state, call.result, call.due_at is None, call.ended_at) == (
        state,
        result,
        state != "open",
        None if state == "open" else AT,
    )


def test_nobody_reached_three_times_is_given_up_a_day_apart() -> None:
    call, at = a_call(), AT
    for left in (2, 1, 0):
        rules.take(call, "ann", at)
        rules.record(call, "ann", "not_reached", at)
        assert call.due_at == (at + timedelta(days=1) if left else None)
        at += timedelta(days=1)
    assert (call.state, call.tries, call.ended_at) == ("given_up", 3, AT + timedelta(days=2))


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_slip_waits_for_a_visit_and_is_not_for_who_has_a_phone(rank: int) -> None:
    assert rules.due_within("wishes_a_slip", rank) > 4 * rules.due_within("wishes_a_call", rank)
    taken = {"state": "taken", "taken_by": "ann", "taken_at": AT, "rank": rank}
    slip, call = a_call(reason="wishes_a_slip", **taken), a_call(reason="wishes_a_call", **taken)
    wrong: list[tuple[CallTask, rules.Result]] = [(slip, "wrong_number"), (call, "handed_over")]
    for one, result in wrong:
        with pytest.raises(CallResultNotAllowed):
            rules.record(one, "ann", result, AT)
    rules.record(slip, "ann", "not_reached", AT)
    assert slip.due_at == AT + rules.SLIP_WITHIN[rank]
    rules.take(slip, "ann", AT)
    rules.record(slip, "ann", "handed_over", AT)
    assert (slip.state, slip.result) == ("done", "handed_over")


@pytest.mark.parametrize("state", ["done", "given_up", "dropped"])
def test_what_has_ended_is_not_taken(state: str) -> None:
    with pytest.raises(CallMoveNotAllowed) as refused:
        rules.take(a_call(state=state, due_at=None, ended_at=AT), "ann", AT)
    assert refused.value.members == {"state": state}
