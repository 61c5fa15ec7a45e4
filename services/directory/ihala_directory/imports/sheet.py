"""The rows of a spreadsheet, as xlsx or as CSV text. Only the child process reads xlsx, after `container` has looked at it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO

from defusedxml import DefusedXmlException
from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils import get_column_letter

from ihala_directory.imports import limits, text_file
from ihala_directory.imports.cells import CellValue, text
from ihala_directory.imports.columns import Column, by_header
from ihala_directory.imports.container import Unsafe
from ihala_directory.imports.reading import Fault
from ihala_directory.places import folded

SHEET = "4W"
_HEADER_WITHIN = 10  # rows
_HEADER_AT_LEAST = 3  # names that are known


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would have to be calculated, or could not be."""


Row = tuple[int, list[CellValue | Formula]]


@dataclass(slots=True)
class Sheet:
    """The rows below the header, by column: what is known of a row is a cell's address and value."""

    columns: dict[int, Column] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def of_xlsx(data: bytes) -> Sheet:
    """Return the sheet called 4W, or the first. Raises Unsafe (not_readable, no_header, no_rows, too_many_rows)."""
    if not DEFUSEDXML:
        raise RuntimeError("openpyxl must read XML with defusedxml")
    try:
        book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
        page = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
        page.reset_dimensions()  # what the file says of its size is not believed
        found: list[Row] = []
        for number, row in enumerate(page.iter_rows(max_col=limits.MOST_COLUMNS), 1):
            if any(cell.value is not None for cell in row):
                found.append((number, [_value(cell) for cell in row]))
            if len(found) > limits.MOST_ROWS + _HEADER_WITHIN:
                break
    except DefusedXmlException:
        raise Unsafe("xml_entities") from None
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError, OSError, OverflowError):
        raise Unsafe("not_readable") from None  # openpyxl raises any of these for parts that are missing or broken
    return _below_header(found)


def of_text(data: bytes) -> Sheet:
    """Return the rows of a CSV text. Raises as `of_xlsx` does, and Unsafe (encoding)."""
    plain, was_1256 = text_file.decoded(data)
    found = _below_header([(number, list(row)) for number, row in text_file.rows(plain)])
    if was_1256:
        found.faults.append(Fault("encoding_windows_1256"))
    return found


def _value(cell: object) -> CellValue | Formula:
    kind, value = getattr(cell, "data_type", "n"), getattr(cell, "value", None)
    if kind in {"f", "e"}:
        return Formula()
    return value if isinstance(value, str | int | float | bool | date | datetime | time) else None


def _below_header(rows: list[Row]) -> Sheet:
    for index, (number, row) in enumerate(rows[:_HEADER_WITHIN]):
        known = [by_header().get(folded(_head(value))) for value in row]
        if sum(column is not None for column in known) >= _HEADER_AT_LEAST:
            filled = [one for one in rows[index + 1 :] if any(_filled(value) for value in one[1])]
            return _sheet(number, row, known, filled)
    raise Unsafe("no_header")


def _sheet(number: int, row: list[CellValue | Formula], known: list[Column | None], filled: list[Row]) -> Sheet:
    if not filled:
        raise Unsafe("no_rows")
    if len(filled) > limits.MOST_ROWS:
        raise Unsafe("too_many_rows")
    sheet = Sheet(rows=filled)
    seen: set[str] = set()
    for position, column in enumerate(known):
        cell = address(position, number)
        if column is None:
            sheet.faults += [Fault("column_unknown", number, cell)] if _filled(row[position]) else []
        elif column.key in seen:
            sheet.faults.append(Fault("column_twice", number, cell, column.key))
        else:
            sheet.columns[position] = column
            seen.add(column.key)
    return sheet


def _head(value: CellValue | Formula) -> str:
    return "" if isinstance(value, Formula) else text(value)[:200]


def _filled(value: CellValue | Formula) -> bool:
    return isinstance(value, Formula) or text(value) != ""


def address(position: int, row: int) -> str:
    """Return the address of a cell: F17 for position 5 (from 0) in row 17."""
    return f"{get_column_letter(position + 1)}{row}"


def missing(sheet: Sheet, needed: Iterable[Column]) -> list[Fault]:
    """Return a fault for each needed column that is not there."""
    there = {column.key for column in sheet.columns.values()}
    return [Fault("column_missing", None, None, column.key) for column in needed if column.key not in there]
