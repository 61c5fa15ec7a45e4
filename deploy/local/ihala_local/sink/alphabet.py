"""How many SMS a text takes, counted as a network counts. By code of its own, not the sender's, so that the two cannot share a mistake."""

from dataclasses import dataclass

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = {10: "\f", 20: "^", 40: "{", 41: "}", 47: "\\", 60: "[", 61: "~", 62: "]", 64: "|", 101: "€"}
ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}  # in one SMS alone, in each of several
_DOUBLE = frozenset(ESCAPED.values())


@dataclass(frozen=True)
class Size:
    """`letters` as the alphabet counts them, `room` in so many `parts`."""

    alphabet: str
    letters: int
    parts: int
    room: int


def size_of(text: str, parts: int | None = None) -> Size:
    """Return the size; `parts` is how many there were, where that is known."""
    latin = all(letter in BASIC or letter in _DOUBLE for letter in text)
    alphabet = "GSM-7" if latin else "UCS-2"
    letters = sum(1 + (letter in _DOUBLE) for letter in text) if latin else len(text.encode("utf-16-be")) // 2
    alone, each = ROOM[alphabet]
    taken = parts or (1 if letters <= alone else -(-letters // each))
    return Size(alphabet, letters, taken, alone if taken == 1 else each * taken)
