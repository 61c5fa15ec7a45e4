"""What providers write of themselves, as far as a message may repeat it: it is sent in our name, to phones that others may read. Pure."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from ihala_notify.templates.words import never_said

LEFT_OUT_FIRST: Final = ("documents", "hours", "address")  # of these a message does without, if it must
KEPT: Final = 4096  # the same providers are spoken of again and again
_ZERO_WIDTH_NON_JOINER: Final = "\u200c"
# What a phone makes a link of. An abbreviation ("a.m.", "P.O.") is none; where one could become one its dot gets a space behind it.
_ENDS_A_HOST: Final = (
    "com|org|net|info|biz|edu|gov|mil|int|app|dev|link|site|online|shop|store|xyz|top|club|live|page|web|help|ngo|ong|foundation|charity|"
    "care|mobi|name|pro|media|news|support|world|website|space|cloud|click|[a-z]{2}"
)
_LINK = re.compile(
    rf":\s*//|\bwww\b|\w@\w|[a-z0-9-][.。｡](?:{_ENDS_A_HOST})(?![\w-])|(?<![\d.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\d.])", re.IGNORECASE
)
_DOT_WITHIN = re.compile(r"(?<=[^\W_]|\u200c)[.。｡．․](?=[^\W\d_]{2})")
_MARKUP = re.compile(r"[<>`]|&#?\w+;|\]\s*\(")
_PHONE = re.compile(r"\d(?:[\s.()/+-]*\d){8,}")  # of nine digits or more; a year or an hour has fewer
_MAY_HOLD_A_PHONE: Final = frozenset({"address", "hours"})  # "call before you come" is for the person; in a name or a list it is not


@lru_cache(maxsize=KEPT)
def quoted(placeholder: str, text: str) -> str | None:
    """Return what a provider wrote for this placeholder as a message may say it; None when none may: words of violence, a request to
    reply, a link, markup, a number to call where none belongs."""
    plain = _visible(text)
    seen = unicodedata.normalize("NFKC", plain).replace(_ZERO_WIDTH_NON_JOINER, "")
    if _LINK.search(seen) or _MARKUP.search(seen) or never_said(seen):
        return None
    if placeholder not in _MAY_HOLD_A_PHONE and _PHONE.search(seen):
        return None
    return _DOT_WITHIN.sub(". ", plain)


def _visible(text: str) -> str:
    """Return it on one line, without letters that cannot be seen: they part a word that is looked for, or turn what follows."""
    shown = (letter for letter in " ".join(text.split()) if letter == _ZERO_WIDTH_NON_JOINER or unicodedata.category(letter)[0] != "C")
    return "".join(shown)
