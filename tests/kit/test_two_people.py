"""When two acts are surely the acts of two people."""

import pytest
from ihala_kit.two_people import Hand


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        (("a", "x"), ("a", "x"), False),
        (("a", "x"), ("a", "y"), True),
        (("a", None), ("a", None), False),
        (("a", "x"), ("a", None), False),  # who sits at the client now is not said: in doubt the same
        (("a", None), ("a", "x"), False),
        (("a", None), ("b", None), True),
        (("a", "x"), ("b", None), True),
        (("a", "x"), ("b", "y"), True),
        (("a", "x"), ("b", "x"), False),  # one officer at two clients
    ],
)
def test_two_people(one: tuple[str, str | None], other: tuple[str, str | None], two: bool) -> None:
    assert Hand(*one).is_another_than(Hand(*other)) is Hand(*other).is_another_than(Hand(*one)) is two
