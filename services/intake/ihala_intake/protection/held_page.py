"""The page of all that is held: to be read and printed by the person, from right to left where their language is. Pure."""

import csv
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from ihala_kit.words import Language

from ihala_intake.models.protection import HeldView, ReaderView

BAGHDAD = ZoneInfo("Asia/Baghdad")
STYLE = (
    "body{font:16px/1.6 'Noto Naskh Arabic','Segoe UI',Tahoma,sans-serif;margin:2rem auto;max-width:48rem;padding:0 1rem}"
    "h2{border-bottom:1px solid #999;margin-top:2rem}dl{display:grid;grid-template-columns:minmax(9rem,1fr) 2fr;gap:.2rem 1rem}"
    "dt{color:#444}dd{margin:0}section{break-inside:avoid;margin:1rem 0}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:start}bdi{unicode-bidi:isolate}"
)
_HIDDEN = frozenset({"id", "origin_id", "household_id", "case_id", "need_id", "request_id", "consent_id", "referral_id"})


def page(view: HeldView, language: Language) -> str:
    """Return the whole page in `language`; every value is escaped and isolated, so that none turns the direction of another."""
    words = _Words(language)
    kinds = [_kind(words, name, rows) for name, rows in view.held.items()]
    return (
        f'<!doctype html><html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{words.of("page", "title")}</title><style>{STYLE}</style></head><body>'
        f"<h1>{words.of('page', 'title')}</h1><p>{words.of('page', 'intro')}</p>"
        f"<p>{words.of('page', 'made_at')}: {words.value(view.at.isoformat())}</p>{''.join(kinds)}"
        f"<h2>{words.of('page', 'readers')}</h2>{_readers(words, view.readers)}</body></html>"
    )


class _Words:
    """Our words in one language; a code without a word stays a code."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def of(self, kind: str, code: str) -> str:
        """Return the word for a code of ours."""
        found = _table().get((kind, code))
        return escape((found[self.language] or found["ar"]) if found else code)

    def value(self, value: Any) -> str:
        """Return what stands in a field: yes and no, times of Baghdad, codes in words, other text as it was written."""
        if isinstance(value, bool):
            return self.of("page", "yes" if value else "no")
        if isinstance(value, dict):
            return f"<dl>{''.join(self.line(name, inner) for name, inner in value.items() if _is_there(inner))}</dl>"
        if isinstance(value, list):
            return "، ".join(self.value(one) for one in value) if self.language != "en" else ", ".join(self.value(one) for one in value)
        return f"<bdi>{self._text(str(value))}</bdi>"

    def line(self, name: str, value: Any) -> str:
        """Return one field."""
        return f"<dt>{self.of('field', name)}</dt><dd>{self.value(value)}</dd>"

    def _text(self, text: str) -> str:
        if text == "unreadable":
            return self.of("page", text)
        if ("value", text) in _table():
            return self.of("value", text)
        return escape(_time(text) or text)


def _kind(words: _Words, name: str, rows: list[dict[str, Any]]) -> str:
    shown = ("".join(words.line(field, value) for field, value in row.items() if field not in _HIDDEN and _is_there(value)) for row in rows)
    return f"<h2>{words.of('table', name)}</h2>" + "".join(f"<section><dl>{lines}</dl></section>" for lines in shown)


def _readers(words: _Words, readers: list[ReaderView]) -> str:
    if not readers:
        return f"<p>{words.of('page', 'nobody')}</p>"
    head = "".join(f"<th>{words.of('page', name)}</th>" for name in ("when", "who", "what"))
    lines = [
        f"<tr><td>{words.value(one.at.isoformat())}</td><td>{_office(words, one)}</td>"
        f"<td>{words.value(one.categories or one.what)}</td></tr>"
        for one in readers
    ]
    return f"<table><tr>{head}</tr>{''.join(lines)}</table>"


def _office(words: _Words, reader: ReaderView) -> str:
    name = reader.office.get(words.language) or next(iter(reader.office.values()), None)
    return f"<bdi>{escape(name)}</bdi>" if name else words.value(reader.kind or "unknown")


def _is_there(value: Any) -> bool:
    return value not in (None, "", [], {})


def _time(text: str) -> str | None:
    if len(text) < 19 or text[10:11] != "T":
        return None
    try:
        return f"{datetime.fromisoformat(text).astimezone(BAGHDAD):%Y-%m-%d %H:%M}"
    except ValueError:
        return None


@cache
def _table() -> dict[tuple[str, str], dict[str, str]]:
    with (files("ihala_intake") / "data" / "held_words.csv").open("r", encoding="utf-8") as file:
        return {(row["kind"], row["code"]): row for row in csv.DictReader(file)}
