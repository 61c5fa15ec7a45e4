"""Letters that writers use one for the other become one letter: the table is data/folding.csv, for Python and for SQL alike.

What the table does not name separates words: so no Unicode version, no locale and no library decides anything. Keep the original; never
show what is folded.
"""

import csv
import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[1] / "data" / "folding.csv"
JOINED = ("عبد", "ابو", "ام", "بن")  # written apart from the name that follows, or not
_JOIN = f"(^| )({'|'.join(JOINED)}) (?=[^ ])"
_JOINS, _SPACES = re.compile(_JOIN), re.compile(" +")
FUNCTION = "search_folded"


@cache
def table() -> dict[str, str]:
    """Return what each letter becomes; a letter that stays is there too."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {chr(int(row["code"], 16)): row["becomes"] for row in csv.DictReader(file)}


class _Letters(dict[int, str]):
    def __missing__(self, code: int) -> str:
        return " "


@cache
def _letters() -> _Letters:
    return _Letters({ord(letter): becomes for letter, becomes in table().items()})


def folded(text: str) -> str:
    """Return the text in folded letters, words parted by one space."""
    plain = _SPACES.sub(" ", text.translate(_letters())).strip(" ")
    return _JOINS.sub(r"\1\2", plain)


def sql_function() -> str:
    """Return the statement that makes the same function in SQL, immutable. A change of the table needs a migration that runs it again."""
    alone = {letter: becomes for letter, becomes in table().items() if len(becomes) == 1 and letter != becomes}
    dropped = [letter for letter, becomes in table().items() if not becomes]
    kept = "".join(letter for letter, becomes in table().items() if letter == becomes)
    text = "$1"
    for letter, becomes in table().items():
        if len(becomes) > 1:
            text = f"replace({text}, {_quoted(letter)}, {_quoted(becomes)})"
    text = f"translate({text}, {_quoted(''.join(alone) + ''.join(dropped))}, {_quoted(''.join(alone.values()))})"
    text = f"btrim(regexp_replace({text}, {_quoted(f'[^{kept}]+')}, ' ', 'g'), ' ')"
    text = f"regexp_replace({text}, {_quoted(_JOIN)}, '\\1\\2', 'g')"
    head = f"CREATE OR REPLACE FUNCTION {FUNCTION}(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
    return f"{head} RETURN {text}"


def _quoted(text: str) -> str:
    """Return a text constant that holds nothing but ASCII, so that no one's editor reorders it."""
    return "U&'" + "".join(_escaped(letter) for letter in text) + "'"


def _escaped(letter: str) -> str:
    if letter in "'\\":
        return letter * 2
    return letter if letter.isascii() else f"\\+{ord(letter):06X}"
