"""A cell is read as people write it."""

from datetime import date, datetime, time
from typing import Any

import pytest
from ihala_kit.untrusted.cells import Wrong, day, latin, parts, text


@pytest.mark.parametrize(("value", "plain"), [
    (None, ""), (True, "yes"), (False, "no"), (5.0, "5"), (2.5, "2.5"), (1e16, "1e+16"), (date(2026, 4, 3), "2026-04-03"),
    (time(8, 30), "08:30:00"), ("  a\xa0b\r\n", "a b"), ("\ufeff\u200fزينب\u200e", "زينب"), ("'=1", "=1"), ("'tis", "'tis"),
    ("می\u200cخوام", "می\u200cخوام"), ("\u202eevil", "\u202eevil"),  # what joins stays, and what turns text round is refused later
])  # fmt: skip
def test_text(value: Any, plain: str) -> None:
    assert text(value) == plain


def test_digits_of_either_script() -> None:
    assert latin("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ٢٬٥٠٠٫٥") == "0123456789 0123456789 2500.5"


@pytest.mark.parametrize(("written", "iso"), [
    ("3/4/2026", "2026-04-03"), ("٢٠٢٦-٠٤-٠٣", "2026-04-03"), ("2026/4/3 00:00:00", "2026-04-03"), (date(2026, 4, 3), "2026-04-03"),
    (datetime(2026, 4, 3, 9), "2026-04-03"), ("31/2/2026", None), ("soon", None), ("", None), (46115, None), ("3/4/26", None),
])  # fmt: skip
def test_days_stand_before_months(written: Any, iso: str | None) -> None:
    if iso is not None:
        assert day(written) == iso
        return
    with pytest.raises(Wrong, match="not_a_date"):
        day(written)


def test_lists_with_any_comma() -> None:
    assert parts(" a; b،c؛ a |d\ne,, ") == ["a", "b", "c", "d", "e"]
    assert parts(None) == []
