"""How criteria are said, in three languages: data, rendered when an explanation is read; what is stored are codes and versions.

The texts speak of the service, not of the person. Arabic and Kurdish await a native reader, as those of the list of needs do.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("texts.csv")
CHECKED = False


@cache
def texts() -> dict[tuple[str, str], dict[str, str]]:
    """Return all texts by code and result; `ahead` as a result says why a candidate comes before the next."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {(row["code"], row["result"]): {tag: row[tag] for tag in ("ar", "ckb", "en")} for row in csv.DictReader(file)}


def of(said: Iterable[tuple[str, str]]) -> dict[str, dict[str, dict[str, str]]]:
    """Return the texts of what occurs, by code, then by result."""
    known, found = texts(), dict[str, dict[str, dict[str, str]]]()
    for code, result in sorted(said):
        if (code, result) in known:
            found.setdefault(code, {})[result] = known[code, result]
    return found
