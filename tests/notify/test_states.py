"""How a message stands, in words, and what receipts mean."""

import re
from datetime import timedelta
from typing import get_args

import pytest
from ihala_notify.states import EXPLAINED, Status, again_after, all_told, status_of, told_by_smpp


@pytest.mark.parametrize(
    ("state", "attempts", "failure", "status"),
    [
        ("waiting", 0, None, "created"), ("waiting", 1, None, "sending"), ("sending", 1, None, "sending"), ("sent", 1, None, "sending"),
        ("delivered", 1, None, "delivered"), ("failed", 1, "temporary", "temporary-failure"),
        ("failed", 1, "permanent", "permanent-failure"),
        ("failed", 48, "technical", "technical-failure"), ("failed", 1, None, "permanent-failure"), ("dropped", 0, None, "cancelled"),
    ],
)  # fmt: skip
def test_each_state_has_a_status(state: str, attempts: int, failure: str | None, status: str) -> None:
    assert status_of(state, attempts, failure) == status


def test_each_status_has_words_in_three_languages() -> None:
    assert set(EXPLAINED) == set(get_args(Status))
    for words in EXPLAINED.values():
        assert words.en and not re.search("[a-z]", words.ar + words.ckb)


@pytest.mark.parametrize(
    ("state", "error", "told"),
    [
        ("DELIVRD", "000", "delivered"), ("EXPIRED", "027", "temporary"), ("UNDELIV", "027", "temporary"), ("UNDELIV", "001", "permanent"),
        ("REJECTD", "", "permanent"), ("DELETED", "", "permanent"), ("UNKNOWN", "", None), ("ACCEPTD", "", None),
        ("ENROUTE", "", None), ("SKIPPED", "", None),
    ],
)  # fmt: skip
def test_what_an_smsc_means(state: str, error: str, told: str | None) -> None:
    assert told_by_smpp(state, error) == told


@pytest.mark.parametrize(
    ("rounds", "attempts", "minutes"),
    [(0, 1, 15), (0, 9, 15), (1, 2, 30), (4, 5, 240), (5, 6, None), (9, 48, None), (6, 1, 15), (7, 2, 30), (11, 6, None)],
)
def test_what_was_not_reached_rests_twice_as_long_each_time(rounds: int, attempts: int, minutes: int | None) -> None:
    assert again_after(rounds, attempts) == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([], None), (["delivered", None], None), (["delivered", "delivered"], "delivered"), (["temporary", None], "temporary"),
        (["temporary", "permanent"], "permanent"), ([None, "permanent"], "permanent"),
    ],
)  # fmt: skip
def test_all_parts_together(parts: list[str | None], told: str | None) -> None:
    assert all_told(parts) == told
