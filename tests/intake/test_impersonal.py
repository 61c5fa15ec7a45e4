"""A text that must name nobody: what is found in it, and what is not."""

import pytest
from ihala_intake.ways_in.impersonal import Found, what_names_somebody

CASES: list[tuple[str, Found | None]] = [
    ("انقطاع الماء عن 350 منزلًا منذ 2025-11-03 في حي القادسية، شارع 12", None),
    ("Since 3/11/2025 the school has no teacher; it was the same in 2017-2019.", None),
    ("بین ساڵانی ٢٠١٧ و ٢٠١٩", None),
    ("اتصل بنا على 07701234567", "holds_a_number"),
    ("٠٧٧٠ ١٢٣ ٤٥٦٧", "holds_a_number"),
    ("۰۷۷۰-۱۲۳-۴۵۶۷", "holds_a_number"),
    ("0 7 7 0 1 2 3 4 5 6 7", "holds_a_number"),
    ("0770\u200b123\u200b4567", "holds_a_number"),
    ("０７７０１２３４５６７", "holds_a_number"),
    ("passport A1234567", "holds_a_number"),
    ("id 199012345678", "holds_a_number"),
    ("write to somebody@example.org", "holds_an_address"),
    ("see @somebody", "holds_an_address"),
    ("HTTPS://example.org/x", "holds_an_address"),
    ("wa.me/x", "holds_an_address"),
    ("the case NIN-7K3F-92QX", "holds_a_reference"),
    ("nin-7k3f-92qx", "holds_a_reference"),
]


@pytest.mark.parametrize(("text", "found"), CASES)
def test_what_names_somebody(text: str, found: Found | None) -> None:
    assert what_names_somebody(text) == found
