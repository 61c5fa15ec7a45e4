"""What stands on the sheet of a letter, line by line, for `draw.py` to lay out: pure, and all of it plain text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ihala_kit.words import Language

from ihala_notify.letters.rules import Kind, Shows
from ihala_notify.letters.words import words
from ihala_notify.wording import text_in

BAGHDAD = ZoneInfo("Asia/Baghdad")
_SAID: Mapping[Kind, tuple[str, ...]] = {
    "support_letter": ("support_whom", "support_known", "support_ask", "support_not"),
    "referral_slip": ("", "free"),  # the first says where to go, as far as that is printed
}


@dataclass(frozen=True, slots=True)
class Line:
    """One fact. `ltr`: a number or a code, which stays as it is between Arabic letters. No value: a line to write on."""

    label: str
    value: str = ""
    ltr: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is printed, and what the square holds."""

    language: Language
    rtl: bool
    paper: str  # of ISO 216, as Typst calls it
    office: str
    title: str
    said: list[str]
    lines: list[Line]
    signature: str = ""  # empty: nobody signs
    code: str = ""
    address: str = ""  # empty: no square
    square: str = ""  # the square in words, for who cannot see it

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known for a sheet; of what was never told, nothing."""

    office: Mapping[str, Any]  # names, phone
    reference: str
    provider: Mapping[str, Any]
    service: Mapping[str, Any]  # address, opening_hours, documents_to_bring
    issued_at: datetime
    valid_until: datetime
    bearer: str | None = None


def news_of(language: Language, office: Mapping[str, Any], texts: Sequence[str], at: datetime | None) -> Sheet:
    """Return what tells somebody who has no phone of their request, in these texts. Without `at` it says no more than that there is news,
    and looks the same for everybody."""
    lines = [Line(words("phone", language), " ".join((office.get("phone") or "").split()), ltr=True)]
    if at is not None:
        lines.append(Line(words("issued", language), _day(at), ltr=True))
    return Sheet(
        language, language != "en", "a5", _named(office, language), words("bare" if at is None else "news", language), list(texts), lines
    )


def sheet_of(kind: Kind, shows: Shows, language: Language, facts: Facts, code: str, address: str) -> Sheet:
    """Return the sheet of a letter; a bare one is the same for every need, but for its code."""
    said = [words(part or f"slip_{shows}", language) for part in _SAID[kind]]
    return Sheet(
        language, language != "en", "a4" if kind == "support_letter" else "a5", _named(facts.office, language),
        words("bare" if shows == "bare" else kind, language), said, list(_lines(kind, shows, language, facts)),
        "" if shows == "bare" else words("signature", language), code, address, words("square", language),
    )  # fmt: skip


def _lines(kind: Kind, shows: Shows, language: Language, facts: Facts) -> Iterator[Line]:
    def line(label: str, value: str | None, *, ltr: bool = False, blank: bool = False) -> Iterator[Line]:
        plain = " ".join((value or "").split())
        if plain or blank:
            yield Line(words(label, language), plain, ltr)

    if shows != "bare":
        yield from line("bearer", facts.bearer, blank=True)
        yield from line("reference", facts.reference, ltr=True)
    if shows == "full":
        yield from line("organization", text_in(facts.provider.get("names"), language))
        for label, name in (("address", "address"), ("hours", "opening_hours"), ("documents", "documents_to_bring")):
            yield from line(label, text_in(facts.service.get(name), language))
        yield from line("organization_phone", facts.provider.get("phone"), ltr=True)
    yield from line("phone", facts.office.get("phone"), ltr=True)
    if shows != "bare":
        yield from line("issued", _day(facts.issued_at), ltr=True)
        yield from line("valid_until", _day(facts.valid_until), ltr=True)


def _named(office: Mapping[str, Any], language: Language) -> str:
    return text_in(office.get("names"), language) or words("office", language)


def _day(at: datetime) -> str:
    return f"{at.astimezone(BAGHDAD):%Y-%m-%d}"
