"""What is sensitive, and by when somebody must act."""

from datetime import timedelta

import pytest
from ihala_intake.casework.complaint_rules import act_within, is_sensitive, topics
from ihala_intake.codes import _rows


@pytest.mark.parametrize("topic", ["staff_conduct", "fee_asked", "exploitation_abuse", "discrimination", "confidentiality", "threat"])
def test_what_is_about_harm_is_sensitive(topic: str) -> None:
    assert is_sensitive(topic, raised=False, restricted=False)


def test_an_ordinary_topic_is_sensitive_when_raised_or_of_a_restricted_case() -> None:
    assert not is_sensitive("waiting_time", raised=False, restricted=False)
    assert is_sensitive("waiting_time", raised=True, restricted=False)
    assert is_sensitive("waiting_time", raised=False, restricted=True)


def test_what_is_sensitive_is_looked_at_first() -> None:
    assert act_within(sensitive=True, begun=False) == timedelta(days=1)
    assert all(act_within(sensitive=True, begun=begun) < act_within(sensitive=False, begun=begun) for begun in (False, True))


def test_every_topic_has_words_in_three_languages() -> None:
    rows = _rows("complaint_topics.csv")
    assert {row["code"] for row in rows} == set(topics())
    assert [row["code"] for row in rows if not (row["en"] and row["ar"] and row["ckb"])] == []
