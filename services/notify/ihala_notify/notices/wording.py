"""What a digest says, as text and as HTML, in the three languages: numbers in the plural forms of CLDR, values safe in mixed direction.

Nothing in it is about a person: kinds and how many, references, instants, links. Pure, but that data/digests.yaml is read once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml
from babel import Locale
from ihala_kit.words import Language

from ihala_notify.notices import times
from ihala_notify.notices.kinds import Kind, Notice

MOST_OF_A_KIND = 20
_FILE = Path(__file__).parent.parent / "data" / "digests.yaml"
_APART: Final = "\u2066{}\u2069"  # left-to-right isolate: a reference, a time or a link keeps its order between Arabic letters
_PATHS: Final = {"referral": "referrals", "need": "needs", "service": "services"}
_SERVICES: Final = {"referral": "referral", "need": "intake", "service": "directory"}


@dataclass(frozen=True, slots=True)
class Links:
    """Where links lead: to the pages where officers work, or, where there are none, to the API at the gateway's address."""

    gateway: str
    desk: str | None = None

    def of(self, notice: Notice) -> str:
        """Return the address of what a notice is about; whoever opens it signs in."""
        base = self.desk or f"{self.gateway}/{_SERVICES[notice.about]}/v1"
        return f"{base}/{_PATHS[notice.about]}/{notice.id}"

    def stop(self, token: str) -> str:
        """Return the address that stops the digests."""
        return f"{self.gateway}/notify/v1/digests/stop/{token}"


@dataclass(frozen=True, slots=True)
class Said:
    """A mail's words."""

    subject: str
    text: str
    html: str


def plural(forms: Mapping[str, str], number: int, language: Language) -> str:
    """Return the form for a number, with it put in, in Latin digits."""
    chosen = forms.get(Locale.parse(language).plural_form(number)) or forms["other"]
    return chosen.format(n=number)


def digest(found: Mapping[Kind, Sequence[Notice]], references: Mapping[UUID, str], language: Language, links: Links, stop: str) -> Said:
    """Return the mail of what there is; `stop` is the address that stops it."""
    words = _words()[language]
    number = sum(len(each) for each in found.values())
    subject = plural(words["subject"], number, language)
    parts = [(plural(words["kinds"][kind], len(some), language), _lines(some, references, words, links)) for kind, some in found.items()]
    more = {kind: len(some) - MOST_OF_A_KIND for kind, some in found.items() if len(some) > MOST_OF_A_KIND}
    rests = [plural(words["more"], more[kind], language) if kind in more else "" for kind in found]
    text = "\n\n".join("\n".join([title, *(f"- {_plain(line)}" for line in lines), *([rest] if rest else [])])
                       for (title, lines), rest in zip(parts, rests, strict=True))  # fmt: skip
    html = "".join(
        f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{_marked(line, words)}</li>' for line in lines)}</ul>"
        + (f"<p>{escape(rest)}</p>" if rest else "")
        for (title, lines), rest in zip(parts, rests, strict=True)
    )
    end = f"{words['sign_in']}\n{words['stop']}\n{_APART.format(stop)}"
    foot = f'<p>{escape(words["sign_in"])}</p><p><a href="{escape(stop)}">{escape(words["stop"])}</a></p>'
    return Said(subject, f"{text}\n\n{end}\n", _sheet(language, subject, html + foot))


def confirmation(code: str, language: Language) -> Said:
    """Return the mail that brings a code."""
    words = _words()[language]["code"]
    text = f"{words['here']} {_APART.format(code)}\n\n{words['not_you']}\n"
    html = f'<p>{escape(words["here"])} <strong><bdi dir="ltr">{code}</bdi></strong></p><p>{escape(words["not_you"])}</p>'
    return Said(words["subject"], text, _sheet(language, words["subject"], html))


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    until: str | None
    link: str
    by: str  # "until" in the language


def _lines(some: Sequence[Notice], references: Mapping[UUID, str], words: Mapping[str, Any], links: Links) -> list[_Line]:
    return [
        _Line(_name(each, references), times.local(each.due_at) if each.due_at else None, links.of(each), words["until"])
        for each in some[:MOST_OF_A_KIND]
    ]  # fmt: skip


def _name(notice: Notice, references: Mapping[UUID, str]) -> str:
    """Return the need's reference where this organisation may know it, else the end of the id: enough to tell two apart."""
    known = references.get(notice.need_id) if notice.need_id else None
    return known or f"…{notice.id.hex[-8:]}"


def _plain(line: _Line) -> str:
    until = f" · {line.by} {_APART.format(line.until)}" if line.until else ""
    return f"{_APART.format(line.name)}{until}\n  {_APART.format(line.link)}"


def _marked(line: _Line, words: Mapping[str, Any]) -> str:
    until = f' · {escape(line.by)} <bdi dir="ltr">{line.until}</bdi>' if line.until else ""
    return f'<a href="{escape(line.link)}"><bdi dir="ltr">{escape(line.name)}</bdi></a>{until}'


def _sheet(language: Language, title: str, content: str) -> str:
    direction = "ltr" if language == "en" else "rtl"
    side = "left" if language == "en" else "right"  # mail programs that drop `dir` keep the side
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f'<body dir="{direction}" style="font:16px/1.7 sans-serif;text-align:{side}">{content}</body></html>'
    )


@cache
def _words() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))["languages"]
    return found
