"""Who may give a case to whom, and who may end it: every combination that matters."""

import pytest
from ihala_intake.casework.rules import may_assign, may_close

OFFICER, COORDINATOR = frozenset({"officer"}), frozenset({"coordinator", "officer"})


@pytest.mark.parametrize(
    ("roles", "me", "now", "to", "allowed"),
    [
        (COORDINATOR, "n", None, "z", True),
        (COORDINATOR, "n", "k", "z", True),
        (COORDINATOR, None, "k", "z", True),
        (OFFICER, "z", None, "z", True),  # takes what nobody has
        (OFFICER, "z", "z", "k", True),  # gives away her own
        (OFFICER, "z", None, "k", False),  # gives what nobody has to another
        (OFFICER, "z", "k", "z", False),  # takes from a colleague
        (OFFICER, "z", "k", "m", False),
        (OFFICER, None, None, "z", False),  # a system that does not say which officer acts
    ],
)
def test_assigning(roles: frozenset[str], me: str | None, now: str | None, to: str, allowed: bool) -> None:
    assert may_assign(roles, me, now, to) is allowed


@pytest.mark.parametrize(
    ("roles", "me", "officer", "proposed_by", "allowed"),
    [
        (COORDINATOR, "n", "z", "z", True),
        (COORDINATOR, "n", None, None, True),
        (COORDINATOR, None, "z", None, True),
        (COORDINATOR, "n", "n", None, False),  # her own case
        (COORDINATOR, "n", "z", "n", False),  # her own proposal
        (OFFICER, "z", "k", "k", False),
        (OFFICER, None, None, None, False),
    ],
)
def test_closing(roles: frozenset[str], me: str | None, officer: str | None, proposed_by: str | None, allowed: bool) -> None:
    assert may_close(roles, me, officer, proposed_by) is allowed
