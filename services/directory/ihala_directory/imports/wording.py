"""What a report says, by code, in three languages: from `faults.csv`. Only codes, numbers and names of ours are put into it."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from ihala_kit.words import Language, Words

from ihala_directory.imports.choices import lists
from ihala_directory.imports.columns import columns

OUTCOMES = ("created", "changed", "unchanged", "not_loaded")
NOTES = ("encoding_windows_1256", "column_unknown")  # said, but nothing is refused for them
_MOST_NAMED = 60


@cache
def _wording() -> dict[str, tuple[Words, Words]]:
    with Path(__file__).with_name("faults.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: (_words(row, "wrong"), _words(row, "right")) for row in csv.DictReader(file)}


def _words(row: dict[str, str], of: str) -> Words:
    return Words(row[f"{of}_en"], row[f"{of}_ar"], row[f"{of}_ckb"])


def codes() -> list[str]:
    """Return all codes of a report; they are stable."""
    return list(_wording())


def said(code: str, params: dict[str, Any], language: Language) -> tuple[str | None, str]:
    """Return what is wrong (none for what is not) and what would be right."""
    wrong, right = _wording()[code]
    values = defaultdict(lambda: "…", params)
    if "list" in values:
        values["allowed"] = ", ".join(list(lists()[values.pop("list")])[:_MOST_NAMED])
    return wrong.spoken(language).format_map(values) or None, right.spoken(language).format_map(values)


def column_name(key: str | None, language: Language) -> str | None:
    """Return a column's name as the template has it in this language; an HSDS name is the same in all."""
    column = columns().get(key or "")
    return column.header.spoken(language) if column else key
