"""Our words on letters and on the page behind their squares: data/letter_words.csv. Arabic and Kurdish await a native reader."""

import csv
from functools import cache
from importlib.resources import files

from ihala_kit.words import Language


def words(code: str, language: Language) -> str:
    """Return our words by their code."""
    return _table()[code][language]


@cache
def _table() -> dict[str, dict[str, str]]:
    with (files("ihala_notify") / "data" / "letter_words.csv").open("r", encoding="utf-8") as file:
        return {row["code"]: row for row in csv.DictReader(file)}
