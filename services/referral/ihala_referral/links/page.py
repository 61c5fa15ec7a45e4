"""The page of a one-time link, as HTML that needs no script: pure. Every part that is not ours is escaped.

Its forms name no address: they go to where the page came from, so that the page never holds its own link.
"""

import base64
import csv
import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from zoneinfo import ZoneInfo

from ihala_kit.words import Language

from ihala_referral import consequences
from ihala_referral.links.answering import Turn
from ihala_referral.links.offer import Offer, name_in
from ihala_referral.states import Act, Party

BAGHDAD = ZoneInfo("Asia/Baghdad")
NAMES: dict[Language, str] = {"ar": "العربية", "ckb": "کوردی", "en": "English"}
LONGEST_COMMENT = 500
STYLE = (files("ihala_referral") / "data" / "link.css").read_text("utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def ask(language: Language, *, wrong: bool = False) -> str:
    """Return the page that asks for the code: one and the same for every link, whatever became of it."""
    say = _Words(language)
    notice = say.notice("wrong") if wrong else ""
    form = (
        f'<section><form method="post"><label for="code">{say.of("code")}</label><input class="code" id="code" name="code" dir="ltr" '
        f'inputmode="numeric" autocomplete="one-time-code" maxlength="20" required aria-describedby="hint"><small id="hint">'
        f"{say.of('code_hint')}</small>{say.kept()}<button>{say.of('go')}</button></form></section>"
    )
    links = "".join(_choice(one, f'<a href="?lang={one}" lang="{one}" hreflang="{one}">{NAMES[one]}</a>', language) for one in NAMES)
    return _sheet(say, links, f"<p>{say.of('lead')}</p>{notice}{form}<p>{say.of('call')}</p>")


def show(turn: Turn, language: Language) -> str:
    """Return the page with the offer and what can be answered, or with what was recorded."""
    say = _Words(language)
    if turn.ticket is None:
        assert turn.decided is not None, "an offer without a ticket was decided"
        done = f'<p class="say done" role="status"><strong>{say.of(turn.decided)}</strong></p><p>{say.of(turn.decided + "_text")}</p>'
        return _sheet(say, "", done + f"<section>{_facts(say, turn.offer, decided=True)}</section>")
    ticket = f'<input type="hidden" name="ticket" value="{escape(turn.ticket)}">'
    languages = "".join(
        _choice(one, f'<button name="lang" value="{one}" lang="{one}">{NAMES[one]}</button>', language) for one in NAMES
    )  # fmt: skip
    notices = [code for code in ("need_changed" if turn.offer.need_changed else None, turn.note) if code]
    content = "".join(say.notice(code) for code in notices)
    content += f"<section>{_facts(say, turn.offer)}<p>{say.of('no_identity')}</p></section>{_answers(say, turn.offer, ticket + say.kept())}"
    return _sheet(say, f'<form method="post">{ticket}<nav>{languages}</nav></form>', content, bare=True)


def _answers(say: "_Words", offer: Offer, hidden: str) -> str:
    seen = "" if offer.acknowledged else _section(say, "acknowledge", "quiet", f"<small>{say.of('acknowledge_text')}</small>", hidden)
    tick = f'<label class="tick"><input type="checkbox" name="sure" value="1" required><span>{say.of("sure")}</span></label>'
    options = "".join(
        f'<option value="{code}">{escape(words)}</option>' for code, words in _reasons(offer, say.language)
    )  # fmt: skip
    why = (
        f'<label for="reason">{say.of("reason")}</label><select id="reason" name="reason" required>'
        f'<option value="">{say.of("choose")}</option>'
        f'{options}</select><label for="comment">{say.of("comment")}</label><textarea id="comment" name="comment" rows="3" '
        f'maxlength="{LONGEST_COMMENT}" dir="auto"></textarea>'
    )
    return seen + _section(say, "accept", "", tick, hidden) + _section(say, "decline", "quiet", why, hidden)


def _section(say: "_Words", act: str, kind: str, fields: str, hidden: str) -> str:
    button = f'<button name="act" value="{act}">{say.of(act)}</button>'
    return (
        f'<section class="{kind}" aria-labelledby="{act}"><h2 id="{act}">{say.of(act)}</h2>'
        f'<form method="post">{hidden}{fields}{button}</form></section>'
    )


def _facts(say: "_Words", offer: Offer, *, decided: bool = False) -> str:
    lines = [("reference", f"<bdi>{escape(offer.reference)}</bdi>"), ("office", say.name(name_in(offer.office, say.language)))]
    lines.append(("service", say.name(name_in(offer.service, say.language))))
    if not decided:
        lines += [
            ("need", say.name(offer.need.spoken(say.language) if offer.need else None)), ("urgency", say.of(offer.urgency.value)),
            ("governorate", say.name(offer.governorate.spoken(say.language) if offer.governorate else None)),
            ("acknowledge_by", say.time(offer.acknowledge_by)), ("decide_by", say.time(offer.decide_by)),
        ]  # fmt: skip
    return f"<dl>{''.join(f'<dt>{say.of(name)}</dt><dd>{shown}</dd>' for name, shown in lines if shown)}</dl>"


def _reasons(offer: Offer, language: Language) -> Iterable[tuple[str, str]]:
    """Yield what a receiver may say here: nothing that first needs a question or names a rule of its own."""
    for reason in consequences.reasons():
        open_here = Act.DECLINE in reason.acts and Party.PROVIDER in reason.by and reason.in_force(offer.today)
        if open_here and not (reason.after_question or reason.criterion):
            yield reason.code, reason.title.spoken(language)


def _choice(one: Language, switch: str, language: Language) -> str:
    return f'<span aria-current="true" lang="{one}">{NAMES[one]}</span>' if one == language else switch


def _sheet(say: "_Words", languages: str, content: str, *, bare: bool = False) -> str:
    choice = languages if bare or not languages else f"<nav>{languages}</nav>"
    direction = "ltr" if say.language == "en" else "rtl"
    return (
        f'<!doctype html><html lang="{say.language}" dir="{direction}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>{say.of("title")}</title>'
        f"<style>{STYLE}</style></head><body><main>{choice}<h1>{say.of('title')}</h1>{content}</main></body></html>"
    )


class _Words:
    """Our words in one language, escaped."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def of(self, code: str) -> str:
        return escape(_table()[code][self.language])

    def notice(self, code: str) -> str:
        return f'<p class="say" role="alert">{self.of(code)}</p>'

    def kept(self) -> str:
        """Return the field by which a form keeps the language."""
        return f'<input type="hidden" name="lang" value="{self.language}">'

    def name(self, name: str | None) -> str:
        return f"<bdi>{escape(name)}</bdi>" if name else ""

    def time(self, at: datetime | None) -> str:
        if at is None:
            return ""
        local = at.astimezone(BAGHDAD)
        return f'<time datetime="{local:%Y-%m-%dT%H:%M%z}"><bdi>{local:%Y-%m-%d %H:%M}</bdi></time>'


@cache
def _table() -> dict[str, dict[str, str]]:
    with (files("ihala_referral") / "data" / "link_words.csv").open("r", encoding="utf-8") as file:
        return {row["code"]: row for row in csv.DictReader(file)}
