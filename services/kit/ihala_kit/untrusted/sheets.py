"""The rows of a spreadsheet, as xlsx or as CSV text. Only a child process reads xlsx, after `container` has looked at it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from typing import Generic, Protocol, TypeVar

from defusedxml import DefusedXmlException
from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils import get_column_letter

from ihala_kit.untrusted import limits, texts
from ihala_kit.untrusted.cells import CellValue, text
from ihala_kit.untrusted.findings import Fault, Unsafe

_HEADER_WITHIN = 10  # rows


class Column(Protocol):
    """A column that is known, by its key."""

    @property
    def key(self) -> str:
        """Return what it is called in a report."""
        ...


C = TypeVar("C", bound=Column)


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would have to be calculated, or could not be."""


Cell = CellValue | Formula
Row = tuple[int, list[Cell]]  # its number in the file, and its cells


@dataclass(slots=True)
class Sheet(Generic[C]):
    """The rows below the header, and which column stands where (from 0)."""

    columns: dict[int, C] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def of_xlsx(data: bytes, *, most: int, page: str | None = None) -> list[Row]:
    """Return the filled rows of the page called `page`, or of the first; few over `most`. Raises Unsafe (not_readable, xml_entities)."""
    if not DEFUSEDXML:
        raise RuntimeError("openpyxl must read XML with defusedxml")
    try:
        book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
        chosen = book[page] if page in book.sheetnames else book.worksheets[0]
        chosen.reset_dimensions()  # what the file says of its size is not believed
        rows = enumerate(chosen.iter_rows(max_col=limits.MOST_COLUMNS), 1)
        return _filled_rows(((number, [_value(cell) for cell in row]) for number, row in rows), most)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError, OSError, OverflowError) as error:
        # openpyxl raises any of these for parts that are missing or broken, and wraps what defusedxml raises
        grows = isinstance(error, DefusedXmlException) or isinstance(error.__cause__, DefusedXmlException)
        raise Unsafe("xml_entities" if grows else "not_readable") from None


def of_csv(content: str, *, most: int) -> list[Row]:
    """Return the filled rows of a text; few over `most`. Raises Unsafe (not_readable)."""
    return _filled_rows(((number, list(row)) for number, row in texts.rows(content)), most)


def below_header(
    rows: Sequence[Row], *, column_of: Callable[[str], C | None], is_header: Callable[[set[str]], bool], most: int
) -> Sheet[C]:
    """Return what stands below the first row whose columns' keys `is_header` takes. Raises Unsafe (no_header, no_rows, too_many_rows).

    A column that nobody knows, or that stands there twice, is a fault and is not read.
    """
    for index, (number, row) in enumerate(rows[:_HEADER_WITHIN]):
        known = [column_of("" if isinstance(value, Formula) else text(value)[:200]) for value in row]
        if is_header({column.key for column in known if column is not None}):
            return _sheet(number, row, known, list(rows[index + 1 :]), most)
    raise Unsafe("no_header")


def address(position: int, row: int) -> str:
    """Return the address of a cell: F17 for position 5 (from 0) in row 17."""
    return f"{get_column_letter(position + 1)}{row}"


def _value(cell: object) -> Cell:
    kind, value = getattr(cell, "data_type", "n"), getattr(cell, "value", None)
    if kind in {"f", "e"}:
        return Formula()
    return value if isinstance(value, str | int | float | bool | date | datetime | time) else None


def _filled_rows(rows: Iterable[Row], most: int) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if any(_filled(value) for value in row[1]):
            found.append(row)
        if len(found) > most + _HEADER_WITHIN:
            break
    return found


def _filled(value: Cell) -> bool:
    return isinstance(value, Formula) or text(value) != ""


def _sheet(number: int, row: list[Cell], known: Sequence[C | None], below: list[Row], most: int) -> Sheet[C]:
    if not below:
        raise Unsafe("no_rows")
    if len(below) > most:
        raise Unsafe("too_many_rows")
    sheet: Sheet[C] = Sheet(rows=below)
    seen: set[str] = set()
    for position, column in enumerate(known):
        if column is None:
            sheet.faults += [Fault("column_unknown", number, address(position, number))] if _filled(row[position]) else []
        elif column.key in seen:
            sheet.faults.append(Fault("column_twice", number, address(position, number), column.key))
        else:
            sheet.columns[position] = column
            seen.add(column.key)
    return sheet
