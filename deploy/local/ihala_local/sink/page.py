"""The page that shows what was sent: a card for each phone or mailbox, what it got in its order, and what the numbers do."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

from ihala_kit.words import Language, Words

from ihala_local.sink import words
from ihala_local.sink.alphabet import size_of
from ihala_local.sink.kept import Messages
from ihala_local.sink.outage import WAYS
from ihala_local.sink.script import fate_of

SHOWN = 200
STYLE = (Path(__file__).parent / "page.css").read_text("utf-8")
LANGUAGES: dict[Language, str] = {"ar": "العربية", "ckb": "کوردی", "en": "English"}
RIGHT_TO_LEFT = ("ar", "ckb")
KURDISH = frozenset("ڕڵۆێەگپچژڤ")
WELL = frozenset({"arrived", "late"})
PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="5">
<link rel="icon" href="data:,">
<title>{title} · Ihala</title>
<style>{style}</style>
</head>
<body>
<header class="top"><h1>{title}</h1><nav>{languages}</nav><p>{about}</p></header>
<aside><ul class="ways">{ways}</ul><details open><summary>{numbers}</summary>{script}</details></aside>
<main>{cards}</main>
</body>
</html>
"""


def page_of(messages: Messages, away: Collection[str], language: Language) -> str:
    """Return the page with the newest 200 of what came, in this language."""
    came = sorted([*messages.by_id.values(), *messages.refused.values()], key=lambda each: str(each["received_at"]))
    return PAGE.format(
        language=language, direction="rtl" if language in RIGHT_TO_LEFT else "ltr", style=STYLE, title=_say(words.TITLE, language),
        about=_say(words.ABOUT, language), numbers=_say(words.NUMBERS, language), script=_script(language),
        languages=" ".join(_other(each, language) for each in LANGUAGES), ways=_ways(came, away, language),
        cards="\n".join(_cards(came[-SHOWN:], language)) or f'<p class="none">{_say(words.NOTHING, language)}</p>',
    )  # fmt: skip


def state_of(message: dict[str, Any], at: datetime) -> str:
    """Return what became of a message by `at`: one of `words.STATES`."""
    if message["way"] == "mail":
        return ("unknown" if message["to"].startswith("unknown") else "busy") if "tries" in message else "arrived"
    fate = fate_of(message["to"])
    if fate.status:
        return "unknown" if fate.status == 0x0B else "busy"
    if fate.state is None:
        return "silent"
    if at < datetime.fromisoformat(message["received_at"]) + timedelta(seconds=fate.after):
        return "late"
    return {"DELIVRD": "arrived", "EXPIRED": "off"}.get(fate.state, "never")


def language_in(text: str) -> Language:
    """Return the language a text is written in, by its letters."""
    if KURDISH & set(text):
        return "ckb"
    return "ar" if any("\u0600" <= letter <= "\u06ff" for letter in text) else "en"


def _cards(came: list[dict[str, Any]], language: Language) -> Iterable[str]:
    """Yield a card for each address, the one that got the newest message first; in it, the oldest first as on a phone."""
    by_address: dict[str, list[dict[str, Any]]] = {}
    for message in reversed(came):
        by_address.setdefault(message["to"], []).append(message)
    for address, found in by_address.items():
        kind = "mail" if "@" in address else "phone"
        inside = "\n".join(_bubble(message, language) for message in reversed(found))
        yield f'<section class="{kind}"><h2><bdi dir="ltr">{escape(address)}</bdi></h2>\n{inside}</section>'


def _bubble(message: dict[str, Any], language: Language) -> str:
    """Return one message. dir="auto" takes the direction from the text itself, so a number inside stays readable."""
    text, state = message["text"], state_of(message, datetime.now(UTC))
    subject = f'<p dir="auto"><strong>{escape(message["subject"])}</strong></p>' if message.get("subject") else ""
    said = f'<p dir="auto">{escape(text)}</p>' if text else ""
    tries = f" · {message['tries']} {_say(words.TRIES, language)}" if message.get("tries", 1) > 1 else ""
    at = message["received_at"]
    return (
        f'<article lang="{language_in(text)}" class="{"well" if state in WELL else "ill"}">{subject}{said}'
        f'<footer><span class="state {state}">{_say(words.STATES[state], language)}{tries}</span> {_size(message, language)}'
        f'<span>{escape(_way(message["way"]))}</span> <time datetime="{at}"><bdi dir="ltr">{at[11:19]}</bdi></time></footer></article>'
    )


def _size(message: dict[str, Any], language: Language) -> str:
    """Return how many SMS it took: a box for each part, and letters of room."""
    if message["way"] == "mail":
        return ""
    size = size_of(message["text"], message.get("parts"))
    boxes = "<i></i>" * size.parts
    return (
        f'<span class="parts" title="{size.parts} {_say(words.PARTS, language)}">{boxes}</span> '
        f'<bdi dir="ltr">{size.letters}/{size.room} {size.alphabet}</bdi> '
    )


def _ways(came: list[dict[str, Any]], away: Collection[str], language: Language) -> str:
    """Return the three ways: how much came by each, and a button to take it away or bring it back."""
    counts = {way: sum(_family(message["way"]) == way and "tries" not in message for message in came) for way in WAYS}
    return "".join(
        f'<li class="{"away" if way in away else "there"}"><strong>{counts[way]}</strong> {_say(words.WAYS[way], language)}'
        f"{' · ' + _say(words.AWAY, language) if way in away else ''}"
        f'<form method="post" action="/outage"><input type="hidden" name="way" value="{way}">'
        f'<input type="hidden" name="language" value="{language}">'
        f'<button name="away" value="{"no" if way in away else "yes"}">'
        f"{_say(words.BRING_BACK if way in away else words.TAKE_AWAY, language)}</button></form></li>"
        for way in WAYS
    )


def _script(language: Language) -> str:
    rows = "".join(
        f'<tr><th><bdi dir="ltr">…{digits}</bdi></th><td>{_say(what, language)}</td></tr>' for digits, what in words.SCRIPT.items()
    )
    rest = f"<tr><th>{_say(words.OTHERS, language)}</th><td>{_say(words.ARRIVES, language)}</td></tr>"
    return f"<table>{rows}{rest}</table><p>{_mails(language)}</p>"


def _mails(language: Language) -> str:
    said = _say(words.MAILS, language)
    for name in ("unknown…@", "busy…@"):
        said = said.replace(name, f'<bdi dir="ltr">{name}</bdi>')
    return said


def _other(each: Language, language: Language) -> str:
    current = ' aria-current="page"' if each == language else ""
    return f'<a href="/?language={each}" lang="{each}"{current}>{LANGUAGES[each]}</a>'


def _family(way: str) -> str:
    return "http" if way == "rapidpro" else way


def _way(way: str) -> str:
    return {"smpp": "SMPP", "http": "HTTP", "rapidpro": "HTTP", "mail": "SMTP"}[way]


def _say(text: Words, language: Language) -> str:
    return escape(text.spoken(language))
