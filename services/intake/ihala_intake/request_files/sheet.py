"""The rows of a spreadsheet, as xlsx or as CSV. Only the child process reads xlsx, after `container` has looked at it."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO

from defusedxml import DefusedXmlException
from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils import get_column_letter

from ihala_intake.request_files import limits
from ihala_intake.request_files.cells import CellValue, text
from ihala_intake.request_files.columns import NEEDED, Column, by_header, plain
from ihala_intake.request_files.container import Unsafe
from ihala_intake.request_files.reading import Fault

_HEADER_WITHIN = 10  # rows
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would have to be calculated, or could not be."""


Cell = CellValue | Formula


@dataclass(slots=True)
class Sheet:
    """The rows below the header with their numbers, and which column stands where."""

    columns: dict[int, Column] = field(default_factory=dict)
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def of_xlsx(data: bytes) -> Sheet:
    """Return the first sheet. Raises Unsafe (not_a_sheet, xml_entities, no_header, no_rows, too_many_rows)."""
    if not DEFUSEDXML:
        raise RuntimeError("openpyxl must read XML with defusedxml")
    found: list[tuple[int, list[Cell]]] = []
    try:
        page = load_workbook(BytesIO(data), read_only=True, keep_links=False).worksheets[0]
        page.reset_dimensions()  # what the file says of its size is not believed
        for number, row in enumerate(page.iter_rows(max_col=limits.MOST_COLUMNS), 1):
            if any(cell.value is not None for cell in row):
                found.append((number, [_value(cell) for cell in row]))
            if len(found) > limits.MOST_ROWS + _HEADER_WITHIN:
                break
    except DefusedXmlException:
        raise Unsafe("xml_entities") from None
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError, OSError, OverflowError):
        raise Unsafe("not_a_sheet") from None  # openpyxl raises any of these for parts that are missing or broken
    return _below_header(found)


def of_csv(data: bytes) -> Sheet:
    """Return the rows of a text in UTF-8, or UTF-16 with its mark. Raises as `of_xlsx` does, and Unsafe (encoding)."""
    try:
        content = data.decode(next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8"))
    except UnicodeDecodeError:
        raise Unsafe("encoding") from None
    separator = max(",;\t", key=content.partition("\n")[0].count)
    found: list[tuple[int, list[Cell]]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(content, newline=""), delimiter=separator), 1):
            if any(one.strip() for one in row):
                found.append((number, list(row[: limits.MOST_COLUMNS])))
            if len(found) > limits.MOST_ROWS + _HEADER_WITHIN:
                break
    except csv.Error:
        raise Unsafe("not_a_sheet") from None
    return _below_header(found)


def address(position: int, row: int) -> str:
    """Return the address of a cell: F17 for position 5 (from 0) in row 17."""
    return f"{get_column_letter(position + 1)}{row}"


def _value(cell: object) -> Cell:
    kind, value = getattr(cell, "data_type", "n"), getattr(cell, "value", None)
    if kind in {"f", "e"}:
        return Formula()
    return value if isinstance(value, str | int | float | bool | date | datetime | time) else None


def _below_header(rows: list[tuple[int, list[Cell]]]) -> Sheet:
    for index, (number, row) in enumerate(rows[:_HEADER_WITHIN]):
        known = [None if isinstance(value, Formula) else by_header().get(plain(text(value)[:200])) for value in row]
        if {column.key for column in known if column} >= set(NEEDED):
            return _sheet(number, row, known, rows[index + 1 :])
    raise Unsafe("no_header")


def _sheet(number: int, row: list[Cell], known: list[Column | None], below: list[tuple[int, list[Cell]]]) -> Sheet:
    if not below:
        raise Unsafe("no_rows")
    if len(below) > limits.MOST_ROWS:
        raise Unsafe("too_many_rows")
    sheet = Sheet(rows=below)
    for position, column in enumerate(known):
        if column is not None and column not in sheet.columns.values():
            sheet.columns[position] = column
        elif isinstance(row[position], Formula) or text(row[position]):  # type: ignore[arg-type]
            code = "column_unknown" if column is None else "column_twice"
            sheet.faults.append(Fault(code, number, address(position, number), column.key if column else None))
    return sheet
