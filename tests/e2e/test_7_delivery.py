"""The checker of what subscribers received finds each kind of fault, and none where there is none."""

from typing import Any

import pytest

from tests.e2e import checker, delivery
from tests.e2e.ledger import Fact, Ledger
from tests.e2e.subscribers import Subscriber

OURS, THEIRS = "org-1", "org-2"
NAMES = {"زينب", "+9647001234567"}


def _facts() -> list[Fact]:
    moves = [
        ("e1", "offered", "r1", OURS, 1), ("e2", "accepted", "r1", OURS, 2), ("e3", "offered", "r2", OURS, 1),
        ("e4", "offered", "r3", THEIRS, 1),
    ]  # fmt: skip
    return [
        Fact(id_, f"referral.{name}", "referral", f"need of {about}", sequence, 1, {"referral_id": about, "organization_id": organization})
        for id_, name, about, organization, sequence in moves
    ]


def _ledger() -> Ledger:
    ledger = Ledger()
    for fact in _facts():
        ledger.add(fact)
    return ledger


def _event(id_: str, subject: str, sequence: int, **data: Any) -> dict[str, Any]:
    return {"id": id_, "type": "org.ihala.referral.offered", "subject": subject, "sequence": sequence, "data": data}


ALL = [_event("e1", "r1", 1), _event("e2", "r1", 2), _event("e3", "r2", 3)]


def _found(came: list[dict[str, Any]], *, repeats: bool) -> set[str]:
    faults = delivery.faults(_ledger(), [Subscriber("feed", OURS, repeats, came)], NAMES)
    return {fault.partition(":")[0] for fault in faults}


def test_all_in_order_is_no_fault() -> None:
    assert _found(ALL, repeats=False) == set()


@pytest.mark.parametrize(
    ("came", "kind"),
    [
        (ALL[1:], "lost"),
        ([*ALL, _event("e4", "r3", 4)], "others'"),
        ([*ALL, _event("e9", "r9", 4)], "others'"),  # nobody sent it
        ([ALL[1], ALL[0], ALL[2]], "order"),
        ([_event("e2", "r1", 1), _event("e1", "r1", 2), ALL[2]], "order"),  # in its feed the wrong way round already
        ([*ALL, ALL[0]], "twice"),
        ([ALL[0], ALL[1], _event("e3", "r2", 3, note="لـ زينب")], "personal"),
    ],
)
def test_each_kind_of_fault_is_found(came: list[dict[str, Any]], kind: str) -> None:
    assert _found(came, repeats=False) == {kind}


def test_where_repetitions_are_announced_they_are_none() -> None:
    assert _found([*ALL, ALL[1], ALL[0]], repeats=True) == set()


@pytest.mark.parametrize(
    ("looks", "left"),
    [
        ([["lost: a", "lost: b"], ["lost: b"], [], ["lost: c"]], []),
        ([["lost: a"], ["order: b"], []], ["order: b"]),  # that will not mend itself
        ([["lost: a"], ["lost: b"], ["lost: b"]], ["lost: b"]),  # it was on its way, and is no more
    ],
)
async def test_it_is_looked_as_long_as_something_moves(monkeypatch: pytest.MonkeyPatch, looks: list[list[str]], left: list[str]) -> None:
    monkeypatch.setattr(checker, "LOOK_AGAIN_SECONDS", 0)
    coming = iter(looks)

    async def look() -> list[str]:
        return next(coming, looks[-1])

    assert await checker.unmoved(look, within_seconds=0.05) == left
