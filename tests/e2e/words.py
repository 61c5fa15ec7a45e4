"""Names, phones and texts that no data file has, each remembered, so that they can be looked for wherever they must not be."""

import base64
import hashlib
import json
import random
import urllib.parse
from collections import defaultdict
from collections.abc import Iterable

from ihala_kit.folding import folded

ARABIC, KURDISH = "بتجحدرسشصطعفقكلمنهي", "بپتجچخدرزژسشفڤقکگلمنی"
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SHORTEST = 8  # bytes: a shorter form would stand in other texts by chance

Forms = dict[bytes, list[tuple[bytes, str]]]  # by how they begin


class Words:
    """Makes words, and keeps every one of them."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}  # word -> what it is

    def name(self, letters: str = ARABIC) -> str:
        """Return a name nobody has."""
        return self._keep("".join(random.choices(letters, k=8)), "a name")

    def latin(self) -> str:
        """Return a name in Latin letters."""
        return self._keep("".join(random.choices("bdfgklmnprstvz", k=9)).capitalize(), "a name")

    def phone(self) -> str:
        """Return a number that cannot exist (070), as people say it; it is looked for without what comes before."""
        digits = f"{random.randrange(10**7):07d}"
        self._keep(f"700{digits}", "a phone")
        return f"0700{digits}"

    def number(self) -> str:
        """Return the number of a paper, or of somebody's file elsewhere."""
        return self._keep(f"QX{random.randrange(10**12):012d}", "a number")

    def text(self) -> str:
        """Return something that was told: three words, each of which would be recognised."""
        return " ".join(self._keep("".join(random.choices(ARABIC, k=8)), "a text") for _ in range(3))

    def _keep(self, word: str, what: str) -> str:
        self.made[word] = what
        return word


class Search:
    """Looks for words in whatever form they may lie somewhere: as they are, folded, escaped, encoded, or under a hash without a key."""

    def __init__(self, words: Iterable[str]) -> None:
        self._plain: Forms = defaultdict(list)
        self._exact: Forms = defaultdict(list)
        for word in words:
            for forms, made in ((self._plain, {form.lower() for form in plain_forms(word)}), (self._exact, base64_forms(word))):
                for form in made:
                    if len(form) >= SHORTEST:
                        forms[form[:SHORTEST]].append((form, word))

    def in_bytes(self, content: bytes) -> set[str]:
        """Return which words stand in it."""
        return _found(self._plain, content.lower()) | _found(self._exact, content)


def _found(forms: Forms, content: bytes) -> set[str]:
    """Return the words of which a form stands there. Each byte is looked at once, however many forms there are."""
    begins = {begin for at in range(len(content) - SHORTEST + 1) if (begin := content[at : at + SHORTEST]) in forms}
    return {word for begin in begins for form, word in forms[begin] if form in content}


def plain_forms(word: str) -> set[bytes]:
    """Return how a word may be written where upper and lower case do not matter."""
    written = {word, folded(word), word.translate(EASTERN)} - {""}
    raw = word.encode()
    forms = {one.encode() for one in written}
    forms |= {json.dumps(one)[1:-1].encode() for one in written}
    forms |= {one.encode("unicode_escape") for one in written} | {repr(one.encode())[2:-1].encode() for one in written}
    forms |= {urllib.parse.quote(one).encode() for one in written} | {urllib.parse.quote(urllib.parse.quote(word)).encode()}
    forms |= {one.encode().hex().encode() for one in written} | {word.encode("utf-16-le"), word.encode("utf-16-be")}
    for spelled in (raw, folded(word).encode(), f"+964{word}".encode()):  # a hash that anybody could make is no secret
        forms |= {digest(spelled).hexdigest().encode() for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256)}
        forms |= {digest(spelled).digest() for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256)}
    return forms


def base64_forms(word: str) -> set[bytes]:
    """Return what a word becomes in base64, wherever in a longer text it stands."""
    raw, forms = word.encode(), set()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        core = whole[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]  # without letters that its neighbours share
        forms |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return forms
