"""How a name sounds, whatever letters it is written in: Arabic, Kurdish or Latin. Pure.

A sound is one sign: consonants in small letters (`T` is ث and th, `S` ش and sh, `D` what some say as d and others as z: ض ظ dh), long
vowels `A W Y`, short ones `a i u`. Arabic writes no short vowels, Kurdish and Latin do, so leaving one out costs little, and leaving out a
consonant costs most.
"""

import unicodedata
from functools import cache
from itertools import groupby
from typing import Final

_ARABIC: Final = {
    "ا": "A", "آ": "A", "أ": "A", "إ": "i", "ٱ": "A", "ى": "A", "ة": "a", "ە": "a", "ب": "b", "پ": "b", "ت": "t", "ط": "t", "ث": "T",
    "ج": "j", "چ": "j", "ژ": "j", "ح": "h", "ه": "h", "ھ": "h", "ہ": "h", "خ": "x", "د": "d", "ض": "D", "ذ": "z", "ز": "z", "ظ": "D",
    "ر": "r", "ڕ": "r", "س": "s", "ص": "s", "ش": "S", "غ": "g", "گ": "g", "ك": "k", "ک": "k", "ق": "k", "ف": "f", "ڤ": "f", "ل": "l",
    "ڵ": "l", "م": "m", "ن": "n", "و": "W", "ۆ": "W", "ؤ": "W", "ۇ": "W", "ي": "Y", "ی": "Y", "ێ": "Y", "ې": "Y", "ئ": "", "ء": "",
    "ع": "",
}  # fmt: skip
_TOGETHER: Final = {
    "kh": "x", "gh": "g", "sh": "S", "th": "T", "dh": "D", "ch": "j", "ph": "f", "ck": "k", "ou": "W", "oo": "W", "ee": "Y", "ei": "Y",
    "ai": "Y", "ay": "Y", "ey": "Y", "aa": "A", "au": "W", "aw": "W",
    "ئی": "i", "ئي": "i", "ئێ": "i", "ئو": "u", "ئۆ": "u", "ئە": "a", "ئا": "A",
    "عو": "u", "عی": "i", "عە": "a",
}  # fmt: skip
_LATIN: Final = {
    "a": "a", "b": "b", "c": "k", "d": "d", "e": "i", "f": "f", "g": "g", "h": "h", "i": "i", "j": "j", "k": "k", "l": "l", "m": "m",
    "n": "n", "o": "u", "p": "b", "q": "k", "r": "r", "s": "s", "t": "t", "u": "u", "v": "f", "w": "W", "x": "x", "y": "Y", "z": "z",
    "ç": "j", "ş": "S", "ê": "Y", "î": "Y", "û": "W", "ı": "i",
}  # fmt: skip
_SOFT_C: Final = ("e", "i", "ê", "î", "y")

# What it costs to leave a sound out; every other consonant 1.
_LEFT_OUT: Final = {"a": 0.1, "i": 0.1, "u": 0.1, "A": 0.2, "W": 0.35, "Y": 0.35, "h": 0.3}
# What it costs to hear one for the other; every other pair what leaving both out costs.
_CLOSE: Final = {
    "aA": 0.0, "uW": 0.05, "iY": 0.05, "ai": 0.1, "au": 0.1, "iu": 0.1, "iA": 0.15, "uA": 0.2, "aY": 0.45, "aW": 0.45, "uY": 0.3, "iW": 0.3,
    "AY": 0.4, "AW": 0.4, "WY": 0.4, "fW": 0.4, "gk": 0.3, "kx": 0.4, "gx": 0.4, "hx": 0.5, "Tt": 0.2, "Ts": 0.1, "Ss": 0.4, "dz": 0.3,
    "sz": 0.6, "dt": 0.5, "gj": 0.4, "jk": 0.6, "Sj": 0.5, "bf": 0.6, "Tz": 0.4, "jz": 0.5, "Dd": 0.05, "Dz": 0.05, "Ds": 0.6, "Dt": 0.5,
}  # fmt: skip
_KEY: Final = {"T": "s", "S": "s", "x": "k", "g": "k", "z": "d", "D": "d"}
_NO_KEY: Final = frozenset("aiuAWYh")


def sounds(word: str) -> str:
    """Return the sounds of one word, doubled ones once; empty when nothing in it sounds."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word).lower())
    found: list[str] = []
    at = 0
    while at < len(text):
        pair, letter = text[at : at + 2], text[at]
        if pair in _TOGETHER:
            found.append(_TOGETHER[pair])
            at += 2
            continue
        found.append(_sound(letter, text[at + 1 : at + 2]))
        at += 1
    return "".join(sound for sound, _ in groupby("".join(found)))


def key(heard: str) -> str:
    """Return the consonants alone, in wide classes, so that spellings of all three kinds meet; never empty."""
    first = heard[:1] if heard[:1] in "WY" else ""
    kept = (_KEY.get(sound, sound) for sound in heard if sound not in _NO_KEY)
    return first + "".join(sound for sound, _ in groupby(kept)) or heard or "-"


def alike(one: str, other: str) -> float:
    """Return how alike two words sound, 0 to 1; both as `sounds` gives them."""
    weight = (_weight(one) + _weight(other)) / 2
    return max(0.0, 1 - _distance(one, other) / weight) if weight else 0.0


def _sound(letter: str, following: str) -> str:
    if letter == "c" and following in _SOFT_C:
        return "j"  # Kurdish in Latin letters: Cemil
    if letter in _ARABIC:
        return _ARABIC[letter]
    if letter in _LATIN:
        return _LATIN[letter]
    plain = unicodedata.normalize("NFD", letter)[:1]
    return _LATIN.get(plain, _ARABIC.get(plain, ""))


def _weight(heard: str) -> float:
    return sum(_left_out(sound) for sound in heard)


def _left_out(sound: str) -> float:
    return _LEFT_OUT.get(sound, 1.0)


@cache
def _cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return _CLOSE.get(one + other, _CLOSE.get(other + one, _left_out(one) + _left_out(other)))


def _distance(one: str, other: str) -> float:
    """Return what it costs to turn one into the other, by the cheapest way."""
    before = [0.0]
    for sound in other:
        before.append(before[-1] + _left_out(sound))
    for left in one:
        without = _left_out(left)
        row = [before[0] + without]
        for n, right in enumerate(other):
            row.append(min(before[n + 1] + without, row[n] + _left_out(right), before[n] + _cost(left, right)))
        before = row
    return before[-1]
