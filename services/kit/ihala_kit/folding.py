"""Letters that writers use one for the other become one letter: the table is data/folding.csv, for all services and languages alike.

What the table does not name separates words: so no Unicode version, no locale and no library decides anything. Keep the original; never
show what is folded.
"""

import csv
import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "folding.csv"
JOINED = ("عبد", "ابو", "ام", "بن")  # written apart from the name that follows, or not
JOIN = f"(^| )({'|'.join(JOINED)}) (?=[^ ])"
_JOINS, _SPACES = re.compile(JOIN), re.compile(" +")


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
