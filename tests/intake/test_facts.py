"""What travels sealed to referral."""

from datetime import UTC, datetime

import pytest
from ihala_intake.details import Disabilities, PersonDetails
from ihala_intake.facts import facts_of

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (None, None), ({}, None), ({"seeing": "refused", "walking": "unknown"}, None), ({"seeing": "some"}, False),
        ({"seeing": "no", "walking": "a_lot"}, True), ({"hearing": "cannot", "seeing": "refused"}, True),
    ],
)  # fmt: skip
def test_a_disability_is_what_the_washington_group_counts(said: dict[str, str] | None, counts: bool | None) -> None:
    person = PersonDetails(call_name="x", disabilities=None if said is None else Disabilities(**said))
    assert facts_of(person, AT)["disability"] is counts
