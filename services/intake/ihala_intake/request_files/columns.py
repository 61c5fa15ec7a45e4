"""The columns of the sheet and the words that may stand in them, in three languages: data, not code."""

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
LANGUAGES = ("en", "ar", "ckb")
NEEDED = ("call_name", "place")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its values go in a request, what kind they are, and its names."""

    key: str
    pointer: str
    kind: str
    names: dict[str, str]


def plain(text: str) -> str:
    """Return a header or a choice as it is compared."""
    shown = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) not in ("Cf", "Mn"))
    return " ".join("".join(shown).casefold().replace("_", " ").split())


@cache
def columns() -> dict[str, Column]:
    """Return the columns by key, in the order of the sheet."""
    return {
        row["key"]: Column(row["key"], row["pointer"], row["kind"], {tag: row[tag] for tag in LANGUAGES})
        for row in _rows("request_columns.csv")
    }


@cache
def by_header() -> dict[str, Column]:
    """Return the columns by every name that a header may have."""
    return {plain(name): column for column in columns().values() for name in (column.key, *column.names.values())}


@cache
def choices(kind: str) -> dict[str, str]:
    """Return the values of a kind by every word for them; empty for a kind without choices."""
    rows = [row for row in _rows("request_choices.csv") if row["kind"] == kind]
    return {plain(word): row["value"] for row in rows for word in (row["value"], *(row[tag] for tag in LANGUAGES))}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
