"""Values of cells as people write them: digits of either script, dates day first, lists with any of three commas."""

import re
from datetime import date, datetime, time

CellValue = str | int | float | bool | date | datetime | time | None

_DIGITS = {ord(sign): str(number % 10) for number, sign in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\ufeff\u202a\u202b\u202c\u2066\u2067\u2068\u2069"))
_LIST = re.compile(r"[;,،؛|\n]")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_ISO = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")


class Wrong(Exception):
    """The value of a cell is not what its column takes; `code` and `params` as in a Fault."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def text(value: CellValue) -> str:
    """Return the value as text, without invisible marks and outer spaces; empty for no value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    plain = str(value).translate(_INVISIBLE).replace("\xa0", " ").replace("\r\n", "\n").strip()
    # A quote that a sheet, or our own export, put before a sign that would begin a formula.
    return plain[1:] if plain[:1] == "'" and plain[1:2] in {"=", "+", "-", "@"} else plain


def latin(value: str) -> str:
    """Return the text with European digits and the decimal point."""
    return value.translate(_DIGITS).replace("٫", ".").replace("٬", "")


def day(value: CellValue) -> str:
    """Return a date, ISO 8601; 3/4/2026 is the third of April. Raises Wrong (not_a_date)."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    plain = latin(text(value)).removesuffix("T00:00:00").removesuffix(" 00:00:00")
    if found := _ISO.fullmatch(plain):
        year, month, of_month = found.groups()
    elif found := _DAY_FIRST.fullmatch(plain):
        of_month, month, year = found.groups()
    else:
        raise Wrong("not_a_date")
    try:
        return date(int(year), int(month), int(of_month)).isoformat()
    except ValueError:
        raise Wrong("not_a_date") from None


def parts(value: CellValue) -> list[str]:
    """Return the parts of a list, each once, in their order."""
    found = [one.strip() for one in _LIST.split(text(value))]
    return list(dict.fromkeys(one for one in found if one))
