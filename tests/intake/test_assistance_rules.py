"""What adds up, and what is alike: cases of the rules, no database."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from ihala_intake.giving import rules


@pytest.mark.parametrize(
    ("amount", "currency", "fits"),
    [
        ("250000", "IQD", True), ("250000.125", "IQD", True), ("10.50", "USD", True), ("10.505", "USD", False),
        ("10.5", "JPY", False), ("10", "JPY", True), ("10", "XXX", False), ("10", "usd", False), ("10", "EURO", False),
    ],
)  # fmt: skip
def test_an_amount_fits_its_currency(amount: str, currency: str, *, fits: bool) -> None:
    assert rules.fits(Decimal(amount), currency) is fits


def test_parts_add_up_as_decimals_do() -> None:
    assert rules.adds_up(Decimal("0.3"), [Decimal("0.1"), Decimal("0.2")])
    assert not rules.adds_up(Decimal("0.3"), [Decimal("0.1"), Decimal("0.1")])


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        (["planned", "planned"], "promised"), (["paid", "planned"], "partly_given"), (["paid", "paid"], "given"),
        (["paid", "cancelled"], "given"), (["cancelled", "cancelled"], "cancelled"), ([], "cancelled"),
    ],
)  # fmt: skip
def test_what_the_parts_make_of_the_whole(parts: list[str], state: str) -> None:
    assert rules.state_after(parts) == state


@pytest.mark.parametrize(("kind", "days"), [("cash", 90), ("in_kind", 60), ("grant", 365)])
def test_how_far_apart_help_may_be_the_same(kind: str, days: int) -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    since, until = rules.around(kind, at)
    assert (at - since).days == (until - at).days == days


def test_codes_of_one_domain_are_alike() -> None:
    assert rules.alike("housing.repair", "housing.allowance")
    assert not rules.alike("housing.repair", "basic.items")
