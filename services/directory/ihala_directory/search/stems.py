"""What is left of a folded word without its article, clitics and endings: light, the same for what is sought and what is found.

It need not be a word. Arabic and Kurdish share their letters, so the endings of both are taken off; what that makes alike is told apart
by the synonyms, broken plurals too.
"""

import re
from functools import lru_cache

LEAST = 3  # letters that must be left
_ARTICLE = re.compile("^(?:و|ف)?(?:ب|ك|ل)?ال(?=.{3})|^(?:و|ف)?لل(?=.{3})")
_ENDINGS = ("هكان", "كان", "هكه", "تها", "يات", "ات", "ون", "ين", "ان", "يه", "ها", "هم", "كم", "نا", "ه", "ي")
_TWICE = re.compile(r"(.)\1+")
_ENGLISH = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))
_SIBILANT = re.compile("(?:s|x|z|ch|sh)es$")


@lru_cache(20_000)
def stem(word: str) -> str:
    """Return the stem of one folded word."""
    return _english(word) if word.isascii() else _arabic(word)


def _english(word: str) -> str:
    if len(word) <= LEAST or any(map(str.isdigit, word)):
        return word
    for ending, instead in _ENGLISH:
        if not word.endswith(ending) or len(word) - len(ending) < LEAST or word.endswith("ss"):
            continue
        if ending == "es" and not _SIBILANT.search(word):
            continue
        word = word[: -len(ending)] + instead
        break
    word = _TWICE.sub(r"\1", word)
    return word[:-1] if word.endswith("e") and len(word) > LEAST else word


def _arabic(word: str) -> str:
    if len(word) <= LEAST:
        return _TWICE.sub(r"\1", word) if len(word) == LEAST else word
    word = _TWICE.sub(r"\1", _ARTICLE.sub("", word))
    shorter = True
    while shorter:
        shorter = False
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= LEAST:
                word, shorter = word[: -len(ending)], True
                break
    return word


def without_clitic(word: str) -> str | None:
    """Return a folded Arabic word without a first letter that may be a word of its own (and, with, for, so, like), if it has one."""
    return word[1:] if len(word) > LEAST and word[0] in "وبلفك" else None
