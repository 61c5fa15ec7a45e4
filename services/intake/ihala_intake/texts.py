"""Texts that people type: what is refused because nobody could read it as it stands. Pure."""

import unicodedata
from datetime import date
from typing import Literal

Wrong = Literal["control_character", "direction_override", "name_without_letters", "not_in_latin_letters", "impossible_date"]

# They turn the writing around, so that a reader sees another text than is stored. The marks U+200E, U+200F and U+061C and the joiners
# U+200C and U+200D stay: Arabic beside Latin, and Kurdish, are written with them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset("\n\r\t")
_UNREADABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def wrong_with(text: str) -> Wrong | None:
    """Return why a text of one or more lines is refused, or None."""
    if not _TURNING.isdisjoint(text):
        return "direction_override"
    return "control_character" if any(unicodedata.category(sign) in _UNREADABLE and sign not in _BREAKS for sign in text) else None


def wrong_with_name(text: str) -> Wrong | None:
    """Return why a name is refused, or None: one line, with a letter or (a code) a digit in it."""
    if not _BREAKS.isdisjoint(text):
        return "control_character"
    wrong = wrong_with(text)
    if wrong is not None:
        return wrong
    return None if any(sign.isalnum() for sign in text) else "name_without_letters"


def wrong_with_transliteration(text: str) -> Wrong | None:
    """Return why a name is refused as written in Latin letters, or None."""
    letters = [sign for sign in text if sign.isalpha() and unicodedata.category(sign) != "Lm"]  # ʿ and ʾ are modifiers
    if not letters or not all(unicodedata.name(sign, "").startswith("LATIN") for sign in letters):
        return "not_in_latin_letters"
    return wrong_with_name(text)


def wrong_with_when(text: str) -> Wrong | None:
    """Return why a year, month or day (YYYY, YYYY-MM, YYYY-MM-DD) is none, or None."""
    year, month, day = first_day(text)
    try:
        date(year, month, day)
    except ValueError:
        return "impossible_date"
    return None if 1900 <= year <= 2200 else "impossible_date"


def first_day(text: str) -> tuple[int, int, int]:
    """Return year, month and day of the first day that a year, month or day names."""
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, 1, 1)[:3]
    return year, month, day
