"""The words of a report, by code (data/request_report.csv)."""

import csv
from functools import cache

from ihala_kit.words import Language

from ihala_intake.request_files.columns import DATA, LANGUAGES, columns

NOTES = frozenset({"column_unknown", "column_twice"})  # a file with them is taken all the same
OUTCOMES = frozenset({"taken", "known", "would_be_taken"})


def said(code: str, language: Language) -> str:
    """Return what a code means; what has no words of its own is a value that cannot be taken."""
    return _words().get(code, _words()["other"])[language]


def column_name(key: str | None, language: Language) -> str | None:
    """Return how a column is called."""
    return columns()[key].names[language] if key else None


@cache
def _words() -> dict[str, dict[str, str]]:
    with (DATA / "request_report.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: {tag: row[tag] for tag in LANGUAGES} for row in csv.DictReader(file)}
