"""Numbers, hours and telephone numbers as people write them into cells."""

import re
from datetime import datetime, time
from math import isfinite

from ihala_kit.untrusted.cells import CellValue, Wrong, latin, text

_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?::00)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def number(value: CellValue) -> float:
    """Return a number. Raises Wrong."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    plain = latin(text(value)).replace(" ", "")
    if re.fullmatch(r"\d{1,3}(,\d{3})+", plain):
        plain = plain.replace(",", "")
    if len(plain) > 20 or not _NUMBER.fullmatch(plain):
        raise Wrong("not_a_number")
    return float(plain)


def whole(value: CellValue, least: int, most: int) -> int:
    """Return a whole number between two others. Raises Wrong."""
    try:
        found = number(value)
    except Wrong:
        raise Wrong("not_a_whole_number") from None
    if not isfinite(found) or int(found) != found:
        raise Wrong("not_a_whole_number")
    if not least <= found <= most:
        raise Wrong("out_of_range", least=least, most=most)
    return int(found)


def hour(value: CellValue) -> str:
    """Return a time of day, "08:00". Raises Wrong."""
    if isinstance(value, datetime | time):
        return f"{value.hour:02}:{value.minute:02}"
    found = _TIME.fullmatch(latin(text(value)))
    if found is None or int(found[1]) > 24 or int(found[2]) > 59 or (found[1] == "24" and found[2] != "00"):
        raise Wrong("not_a_time")
    return f"{int(found[1]):02}:{found[2]}"


def phone(value: CellValue) -> str:
    """Return a telephone number as it is dialled from abroad; one without a country is Iraqi. Raises Wrong."""
    plain = re.sub(r"[\s().\-]+", " ", latin(text(value))).strip()
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    elif plain.startswith("0"):
        plain = "+964 " + plain[1:]
    elif plain.startswith("964"):
        plain = "+" + plain
    if not re.fullmatch(r"\+[0-9 ]{6,20}", plain):
        raise Wrong("not_a_phone")
    return plain
