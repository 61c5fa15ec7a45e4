"""How many SMS a text takes, and what is in each. Pure.

Latin letters go in GSM-7 (160 in one SMS, 153 in each of several), all else in UCS-2 (70, 67). A letter of GSM-7's extension table counts
two, a letter beyond 16 bits counts two; neither is cut in half. Source: 3GPP TS 23.038 6.2.1 and 23.040 9.2.3.24.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65}
_ESCAPE: Final = 0x1B
_CODES: Final = {letter: bytes([code]) for code, letter in enumerate(_BASIC) if code != _ESCAPE} | {
    letter: bytes([_ESCAPE, code]) for letter, code in _EXTENSION.items()
}
MOST_PARTS = 255  # the header has one octet for it


class Alphabet(StrEnum):
    """In which letters an SMS is written."""

    GSM7 = "gsm-7"
    UCS2 = "ucs-2"


_ROOM: Final = {Alphabet.GSM7: (160, 153), Alphabet.UCS2: (70, 67)}  # letters in one SMS, and in each of several


class TextTooLong(ValueError):
    """A text of more than 255 parts."""


@dataclass(frozen=True, slots=True)
class Sms:
    """A text as SMS: `parts` in order, as octets (GSM-7 unpacked, one letter an octet; UCS-2 big-endian)."""

    alphabet: Alphabet
    letters: int  # as the alphabet counts them
    parts: tuple[bytes, ...]


def sms_of(text: str) -> Sms:
    """Return the text as SMS; an empty one is one empty SMS. Raises TextTooLong."""
    alphabet = Alphabet.GSM7 if all(letter in _CODES for letter in text) else Alphabet.UCS2
    units = list(_units(text, alphabet))
    octets = 1 if alphabet is Alphabet.GSM7 else 2
    letters = sum(map(len, units)) // octets
    alone, each = _ROOM[alphabet]
    parts = (b"".join(units),) if letters <= alone else tuple(_filled(units, each * octets))
    if len(parts) > MOST_PARTS:
        raise TextTooLong
    return Sms(alphabet, letters, parts)


def _units(text: str, alphabet: Alphabet) -> Iterator[bytes]:
    """Yield what must stay together: a letter, with its escape or both halves. Half of a letter alone is written as �."""
    for letter in text:
        if alphabet is Alphabet.GSM7:
            yield _CODES[letter]
        else:
            yield "\ufffd".encode("utf-16-be") if "\ud800" <= letter <= "\udfff" else letter.encode("utf-16-be")


def _filled(units: list[bytes], octets: int) -> Iterator[bytes]:
    """Yield parts of at most so many octets."""
    part = bytearray()
    for unit in units:
        if len(part) + len(unit) > octets:
            yield bytes(part)
            part = bytearray()
        part += unit
    yield bytes(part)
