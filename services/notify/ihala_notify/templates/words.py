"""What one sentence may not hold: links, numbers, markup, questions, words of violence, letters of another script. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from ihala_kit.folding import folded
from ihala_kit.words import Language

_FILE = Path(__file__).parent.parent / "data" / "forbidden.yaml"
_PLACEHOLDER = re.compile(r"\{[a-z_]{1,30}\}")
_MARKUP = re.compile(r"[<>`\\|~^*_#]|&#?\w+;|\]\s*\(")
# A scheme, "www", an @, or a dot between two letters: phones make a link of each.
_LINK = re.compile(r"\w\s*:\s*//|//\w|\bwww\b|@|[^\W\d][.。｡․·](?=[^\W_])|\w[.。｡․·](?=[^\W\d_])", re.IGNORECASE)
_HTTPS = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:/[A-Za-z0-9/-]*)?(?=\s|$|[.،,])")
_NUMBER = re.compile(r"\d(?:[\s.,()/+-]*\d){4,}")  # a colon parts hours
_PARTED = re.compile(r"\d(?:[^\w{}]*\d){4,}")  # by whatever else, once hours are out
_HOURS = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])")
_ZERO_WIDTH_NON_JOINER: Final = "\u200c"  # Kurdish and Persian are typed with it
_KURDISH: Final = frozenset("ێۆڕڵڤەپچگژھ")
_NOT_ARABIC: Final = frozenset("ێۆڕڵە")  # the others stand in names of places that Arabic writes, too
_SCRIPTS: Final[dict[Language, str]] = {"ar": "ARABIC", "ckb": "ARABIC", "en": "LATIN"}
_ENOUGH_TO_TELL = 20  # letters, of a Kurdish text without one that Arabic has not
_WRITTEN_ON: Final = "وفبلكک"  # and, so, by, for, like: written together with the word that follows


def faults_in(sentence: str, language: Language, hosts: frozenset[str]) -> Iterator[tuple[str, str | None]]:
    """Yield codes, each with what may stand there where that can be said."""
    linked = _HTTPS.sub(lambda link: " " if link[1] in hosts else link[0], unicodedata.normalize("NFKC", sentence))
    said = _PLACEHOLDER.sub(" ", linked)
    if "{" in said or "}" in said:
        yield "placeholder_malformed", "{name}"
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} for letter in sentence.replace(_ZERO_WIDTH_NON_JOINER, "")):
        yield "hidden_letter", None
    if any(letter.isdecimal() and not letter.isascii() for letter in sentence):
        yield "digit_not_latin", "0-9"
    if _MARKUP.search(said):
        yield "markup", None
    if _LINK.search(_PLACEHOLDER.sub("x", linked)):  # also one that a fact would complete
        yield "link", " ".join(sorted(hosts)) or None
    if _NUMBER.search(said) or _PARTED.search(_HOURS.sub("x", said)):
        yield "number", "{phone}"
    if re.search("[?؟¿⁇⁈]", said):
        yield "question", None
    yield from ((code, None) for code in _by_words(said, language))
    if not _in_its_script(said, language):
        yield "wrong_script", None


def never_said(said: str) -> bool:
    """Tell whether a text, whatever its language, holds a word of violence, or asks for a reply."""
    return any(True for language in _SCRIPTS for _ in _by_words(said, language))


def _by_words(said: str, language: Language) -> Iterator[str]:
    words = [_forms(word, language) for word in folded(said.lower()).split()]
    begun, bare = frozenset[str]().union(*words), _joined(words)
    for what, code in (("violence", "violence"), ("replies", "asks_for_reply")):
        single, phrases = _list(what, language)
        if any(word.startswith(single) for word in begun) or any(f" {phrase} " in bare for phrase in phrases):
            yield code


def _forms(word: str, language: Language) -> frozenset[str]:
    """Return the word, and in Arabic what is left without what is written on to its front: up to two letters, and the article."""
    forms = [word]
    if language == "ar":
        for _ in range(2):
            forms += [each[1:] for each in forms[-1:] if each[0] in _WRITTEN_ON and len(each) > 3]
        forms += [each[2:] for each in forms if each.startswith("ال") and len(each) > 4]
    return frozenset(forms)


def _joined(words: Iterable[frozenset[str]]) -> str:
    return f" {' '.join(min(forms, key=len) for forms in words)} "


def _in_its_script(said: str, language: Language) -> bool:
    letters = [letter for letter in said if letter.isalpha()]
    if not all(unicodedata.name(letter, "").startswith(_SCRIPTS[language]) for letter in letters):
        return False
    if language == "ar":
        return _NOT_ARABIC.isdisjoint(letters)
    return language == "en" or len(letters) < _ENOUGH_TO_TELL or not _KURDISH.isdisjoint(letters)


@cache
def _list(what: str, language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return beginnings of words, and phrases."""
    document: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    entries = [folded(str(entry).lower()) for entry in document[what][language]]
    phrases = (_joined(_forms(word, language) for word in entry.split()).strip() for entry in entries if " " in entry)
    return tuple(entry for entry in entries if " " not in entry), tuple(phrases)
