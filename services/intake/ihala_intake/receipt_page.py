"""The receipt of a consent as a page to print, from right to left where its language is: pure.

It names nobody: whoever finds the paper learns no name, phone or need. The square holds the code and nothing else. What is restricted
has a neutral sheet with the code alone.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from zoneinfo import ZoneInfo

import segno
from ihala_kit.words import Language

BAGHDAD = ZoneInfo("Asia/Baghdad")
STYLE = (
    "body{font:16px/1.6 'Noto Naskh Arabic','Segoe UI',Tahoma,sans-serif;margin:1rem auto;max-width:40rem;padding:0 1rem}"
    "dl{display:grid;grid-template-columns:minmax(8rem,1fr) 2fr;gap:.2rem 1rem}dt{color:#444}dd{margin:0}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:start}"
    "bdi{unicode-bidi:isolate}.code{font-size:1.6rem;letter-spacing:.1em}svg{display:block}"
)


@dataclass(frozen=True)
class Went:
    """What one organisation read under one revision; `to` is its name, None where it is not printed."""

    to: str | None
    categories: Sequence[str]
    revision: int
    last_read_at: datetime


@dataclass(frozen=True)
class Receipt:
    """What is printed. Names of organisations are public ones; None stands for one that is not named on paper."""

    code: str
    printed_at: datetime
    state: str
    basis: str
    purpose: str
    categories: Sequence[str]
    recipients: Sequence[str | None]
    objections: Sequence[str | None]
    until: datetime
    how: str
    revision: int
    went: Sequence[Went] | None  # None: not told to whom prints it
    reported: bool = False  # by law, and the person was told so


def page(receipt: Receipt, language: Language) -> str:
    """Return the whole sheet in `language`."""
    say = _Words(language)
    parts = [f"<dl>{''.join(_lines(say, receipt))}</dl>", f"<p>{say.of('take_back')}</p>"]
    if receipt.reported:
        parts.insert(1, f"<p>{say.of('reported')}</p>")
    if receipt.went is not None:
        parts.insert(1, f"<h2>{say.of('went')}</h2>{_went(say, receipt.went)}")
    return _sheet(say, "title", receipt.code, receipt.printed_at, "".join(parts))


def neutral_page(code: str, printed_at: datetime, language: Language) -> str:
    """Return the sheet of what is restricted: the code, the day and nothing that says what it is about."""
    say = _Words(language)
    return _sheet(say, "neutral_title", code, printed_at, f"<p>{say.of('neutral_text')}</p>")


def square(code: str) -> str:
    """Return the QR code of `code`, which is all that it holds, as SVG."""
    return segno.make_qr(code, error="m").svg_inline(scale=5, border=2)


def _sheet(say: "_Words", title: str, code: str, printed_at: datetime, content: str) -> str:
    direction = "ltr" if say.language == "en" else "rtl"
    return (
        f'<!doctype html><html lang="{say.language}" dir="{direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{say.of(title)}</title><style>{STYLE}</style></head><body>'
        f'<h1>{say.of(title)}</h1>{square(code)}<p>{say.of("code")}: <bdi class="code">{escape(code)}</bdi></p>{content}'
        f"<p>{say.of('printed')}: {say.day(printed_at)}</p></body></html>"
    )


def _lines(say: "_Words", receipt: Receipt) -> Iterable[str]:
    yield say.line("state", say.of(receipt.state) if receipt.basis == "consent" else say.of(receipt.basis))
    yield say.line("said", f"{say.of(receipt.how)} (<bdi>{receipt.revision}</bdi>)")
    if receipt.state not in ("given", "awaited"):
        return
    yield say.line("purpose", say.of(receipt.purpose))
    yield say.line("categories", say.joined(say.of(one) for one in receipt.categories))
    yield say.line("recipients", say.joined(map(say.organization, receipt.recipients)) if receipt.recipients else say.of("anybody"))
    if receipt.objections:
        yield say.line("objections", say.joined(map(say.organization, receipt.objections)))
    yield say.line("until", say.day(receipt.until))


def _went(say: "_Words", went: Sequence[Went]) -> str:
    if not went:
        return f"<p>{say.of('nothing_went')}</p>"
    head = "".join(f"<th>{say.of(name)}</th>" for name in ("when", "who", "what", "revision"))
    rows = [
        f"<tr><td>{say.day(one.last_read_at)}</td><td>{say.organization(one.to)}</td>"
        f"<td>{say.joined(say.of(category) for category in one.categories)}</td><td><bdi>{one.revision}</bdi></td></tr>"
        for one in went
    ]
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


class _Words:
    """Our words in one language, escaped."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def of(self, code: str) -> str:
        return escape(_table()[code][self.language])

    def line(self, name: str, shown: str) -> str:
        return f"<dt>{self.of(name)}</dt><dd>{shown}</dd>"

    def organization(self, name: str | None) -> str:
        return f"<bdi>{escape(name)}</bdi>" if name else self.of("an_organization")

    def joined(self, parts: Iterable[str]) -> str:
        return (", " if self.language == "en" else "، ").join(parts)

    def day(self, at: datetime) -> str:
        return f"<bdi>{at.astimezone(BAGHDAD):%Y-%m-%d}</bdi>"


@cache
def _table() -> dict[str, dict[str, str]]:
    with (files("ihala_intake") / "data" / "receipt_words.csv").open("r", encoding="utf-8") as file:
        return {row["code"]: row for row in csv.DictReader(file)}
