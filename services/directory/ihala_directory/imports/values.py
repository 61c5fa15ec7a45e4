"""One cell of the sheet, read as its column says, and written so that it is read back as it was."""

import re
from collections.abc import Callable
from typing import Any

from ihala_kit.untrusted import cells
from ihala_kit.untrusted.cells import CellValue, Wrong

from ihala_directory.imports import choices, figures, limits
from ihala_directory.imports.columns import Column


def read(value: CellValue, column: Column) -> Any:
    """Return what a draft takes. Raises Wrong."""
    return _READERS[column.kind](value, column)


def written(value: Any, column: Column) -> CellValue:
    """Return the cell that is read as `value`, None where there is none: of an empty one an import leaves the value as it is."""
    if value in (None, "", [], {}):
        return None
    cell = _WRITERS.get(column.kind, str)(value)
    try:
        return cell if not _UNWRITABLE.search(str(cell)) and read(cell, column) == value else None
    except Wrong:
        return None


def _text(value: CellValue, column: Column) -> str:
    plain = cells.text(value)
    if len(plain) > limits.LONGEST_CELL:
        raise Wrong("too_long", most=limits.LONGEST_CELL)
    return plain


def _id(value: CellValue, column: Column) -> str:
    plain = " ".join(cells.latin(cells.text(value)).split())
    if len(plain) > 200:
        raise Wrong("too_long", most=200)
    if not plain.isprintable():
        raise Wrong("malformed")
    return plain


def _choice(value: CellValue, column: Column) -> str:
    found = choices.chosen(cells.text(value), column.listed)
    if found is None:
        raise Wrong("not_in_list", list=column.listed)
    return found


def _choices(value: CellValue, column: Column) -> list[str]:
    return list(dict.fromkeys(_choice(one, column) for one in cells.parts(value)))


def _place(value: CellValue, column: Column) -> str:
    try:
        found = choices.area_code(cells.latin(cells.text(value)))
    except choices.Ambiguous:
        raise Wrong("ambiguous_place") from None
    if found is None:
        raise Wrong("unknown_place")
    return found


def _decimal(value: CellValue, column: Column) -> float:
    found = figures.number(value)
    if not column.least <= found <= column.most:
        raise Wrong("out_of_range", least=column.least, most=column.most)
    return found


def _cost(value: CellValue, column: Column) -> list[dict[str, Any]]:
    found = round(figures.number(value), 3)
    if not 0 <= found < 1_000_000_000:
        raise Wrong("out_of_range", least=0, most=999_999_999)
    return [{"amount": f"{found:.3f}".rstrip("0").rstrip(".") if found else None}]


_UNWRITABLE = re.compile("[\ufffe\uffff]")  # no XML may hold them
_WRITERS: dict[str, Callable[[Any], CellValue]] = {
    **dict.fromkeys(("choices", "places", "codes"), "; ".join),
    **dict.fromkeys(("whole", "decimal"), lambda value: value),
    "cost": lambda value: float(value[0]["amount"] or 0),
    "flag": lambda value: "yes" if value else "no",
}
_READERS: dict[str, Callable[[CellValue, Column], Any]] = {
    "text": _text,
    "id": _id,
    "choice": _choice,
    "choices": _choices,
    "place": _place,
    "places": lambda value, column: list(dict.fromkeys(_place(one, column) for one in cells.parts(value))),
    "whole": lambda value, column: figures.whole(value, column.least, column.most),
    "decimal": _decimal,
    "date": lambda value, column: cells.day(value),
    "time": lambda value, column: figures.hour(value),
    "phone": lambda value, column: figures.phone(value),
    "codes": lambda value, column: [one.lower().replace(" ", "_").replace("-", "_") for one in cells.parts(value)],
    "cost": _cost,
    "flag": lambda value, column: _choice(value, column) == "yes",
}
