"""The columns of the sheet, from `columns.csv`: who does what, where, for whom. One row is one service at one location.

`path` says where a value stands in a draft of the column's part. What an empty cell leaves out stays as it is.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ihala_kit.words import Words

from ihala_directory.imports.choices import Choices, lists
from ihala_directory.places import folded

NOTES: Final = {
    "own_id": Words(
        "Your own number or code for it: by it the next import finds the same entry again.",
        "الرقم أو الرمز الخاص بكم: به يتعرّف الاستيراد التالي على القيد نفسه.",
        "ژمارە یان کۆدی خۆتان: بەوە هێنانی داهاتوو هەمان تۆمار دەدۆزێتەوە.",
    ),
    "new_only": Words(
        "Counts for a new entry only; later the provider gives its own figure.",
        "يُحتسب للقيد الجديد فقط؛ بعد ذلك تعطي الجهة المقدِّمة رقمها بنفسها.",
        "تەنها بۆ تۆماری نوێ دەژمێردرێت؛ دواتر دابینکەر خۆی ژمارەکە دەدات.",
    ),
    "place": Words("P-code of the area, or its name.", "رمز المنطقة (P-code) أو اسمها.", "کۆدی ناوچە (P-code) یان ناوی."),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` says how its cells are read (see `values`); `least` and `most` bound its numbers."""

    key: str
    header: Words
    part: str  # organization, service, at
    path: str
    kind: str
    example: str
    needed: bool
    listed: str  # the name of its list of codes, if it has one
    least: int
    most: int
    note: Words | None

    @property
    def choices(self) -> Choices:
        """Return what may stand in it, empty when it is no choice."""
        return lists().get(self.listed, {})


@cache
def columns() -> dict[str, Column]:
    """Return all columns by key, in their order."""
    with Path(__file__).with_name("columns.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: _column(row) for row in csv.DictReader(file)}


def _column(row: dict[str, str]) -> Column:
    return Column(
        row["key"], Words(row["en"], row["ar"], row["ckb"]), row["part"], row["path"], row["kind"], row["example"], row["needed"] == "yes",
        row["listed"], int(row["least"] or 0), int(row["most"] or 0), NOTES.get(row["note"]),
    )  # fmt: skip


@cache
def by_header() -> dict[str, Column]:
    """Return the columns by all that may stand at their head, folded: the key, and the header in each language."""
    heads = ((name, one) for one in columns().values() for name in (one.key, one.header.en, one.header.ar, one.header.ckb))
    return {folded(name): one for name, one in heads}
