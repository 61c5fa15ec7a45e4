"""How a fact is written in a text: dates and numbers as CLDR has them for Iraq, in Latin digits, and so that nothing turns round between
letters of the other direction."""

import unicodedata
from datetime import date, time
from enum import StrEnum
from functools import cache
from typing import Final, TypeVar

from babel import Locale
from babel.dates import format_date
from ihala_kit.words import Language

Fact = str | int | date | time
T = TypeVar("T", date, time)


class Kind(StrEnum):
    """What a placeholder stands for."""

    TEXT = "text"
    PHONE = "phone"
    REFERENCE = "reference"
    DATE = "date"
    TIME = "time"
    COUNT = "count"


KINDS: Final = {
    "reference": Kind.REFERENCE, "phone": Kind.PHONE, "organization": Kind.TEXT, "organization_phone": Kind.PHONE, "address": Kind.TEXT,
    "hours": Kind.TEXT, "documents": Kind.TEXT, "date": Kind.DATE, "time": Kind.TIME, "count": Kind.COUNT,
}  # fmt: skip
RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb"})
_LRM, _RLM = "\u200e", "\u200f"  # marks that every phone knows; isolates show as boxes on older ones


@cache
def locale_of(language: Language) -> Locale:
    """Return the language as Iraq writes it (en: day before month)."""
    return Locale.parse({"ar": "ar_IQ", "ckb": "ckb_IQ", "en": "en_GB"}[language])


def plural_form(number: int, language: Language) -> str:
    """Return CLDR's name of the form that goes with a number: one, two, few, many, other …"""
    return locale_of(language).plural_form(number)


def plural_forms(language: Language) -> frozenset[str]:
    """Return all forms that the language has."""
    return frozenset(locale_of(language).plural_form.tags | {"other"})


def laid(name: str, value: Fact, language: Language) -> str:
    """Return the value on one line, without a full stop of its own, and so that it reads the right way round."""
    match KINDS[name]:
        case Kind.DATE:
            return dated(_as(date, value), language)
        case Kind.TIME:
            return f"{_as(time, value):%H:%M}"
        case Kind.COUNT:
            return str(value)
        case Kind.TEXT:
            return _kept(_on_one_line(value), language)
        case _:
            return _number(_on_one_line(value), language)


def dated(value: date, language: Language) -> str:
    """Return a day in words: Thursday 3 December 2026."""
    locale = locale_of(language)
    return f"{format_date(value, 'EEEE', locale)} {format_date(value, 'long', locale)}"


def _as(kind: type[T], value: Fact) -> T:
    return value if isinstance(value, kind) else kind.fromisoformat(str(value))


def _on_one_line(value: Fact) -> str:
    return " ".join(str(value).split()).rstrip(".")


def _number(plain: str, language: Language) -> str:
    """Keep "+964…" and "NIN-…" from turning round between Arabic letters."""
    return f"{_LRM}{plain.replace(' ', '')}{_LRM}" if language in RIGHT_TO_LEFT else plain


def _kept(plain: str, language: Language) -> str:
    """Keep the direction of a name in the other letters, with its brackets and numbers."""
    own = next((way for letter in plain if (way := unicodedata.bidirectional(letter)) in {"L", "R", "AL"}), None)
    if own is None or (own != "L") == (language in RIGHT_TO_LEFT):
        return plain
    mark = _LRM if own == "L" else _RLM
    return f"{mark}{plain}{mark}"
