"""Whether a text that must name nobody holds what names somebody: a number to call, a paper's number, an address on the net. Pure.

A name alone cannot be told from any other word: whoever writes is asked to leave names out.
"""

import re
import unicodedata
from typing import Literal

Found = Literal["holds_a_number", "holds_an_address", "holds_a_reference"]

_DATES = re.compile(r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-–/]\d{4})\b")
_LONG_NUMBER = re.compile(r"\d(?:[\s\-–—_.,·/()]*\d){6,}")  # seven digits: no house, year or count is so long
_ADDRESS = re.compile(r"@|https?:|www\.|\b(?:t\.me|wa\.me|fb\.com|facebook\.com|instagram\.com)\b", re.IGNORECASE)
_REFERENCE = re.compile(r"\b[A-Z]{2,4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", re.IGNORECASE)


def what_names_somebody(text: str) -> Found | None:
    """Return what the text must not hold, or None."""
    plain = _plain(text)
    if _ADDRESS.search(plain):
        return "holds_an_address"
    if _REFERENCE.search(plain):
        return "holds_a_reference"
    return "holds_a_number" if _LONG_NUMBER.search(_DATES.sub(" ", plain)) else None


def _plain(text: str) -> str:
    """Return the text with digits of every script as 0-9 and without signs that nobody sees."""
    seen = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) not in ("Cf", "Mn"))
    return "".join(str(unicodedata.digit(sign)) if unicodedata.digit(sign, None) is not None else sign for sign in seen)
