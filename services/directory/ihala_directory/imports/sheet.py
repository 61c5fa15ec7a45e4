"""The rows of the sheet called 4W, as xlsx or as CSV text. Only the child process reads xlsx, after it was looked at."""

from collections.abc import Iterable

from ihala_kit.untrusted import sheets
from ihala_kit.untrusted.findings import Fault

from ihala_directory.imports import limits, text_file
from ihala_directory.imports.columns import Column, by_header
from ihala_directory.places import folded

SHEET = "4W"
_HEADER_AT_LEAST = 3  # names that are known

Sheet = sheets.Sheet[Column]


def of_xlsx(data: bytes) -> Sheet:
    """Return the sheet called 4W, or the first. Raises Unsafe (not_readable, xml_entities, no_header, no_rows, too_many_rows)."""
    return _below_header(sheets.of_xlsx(data, most=limits.MOST_ROWS, page=SHEET))


def of_text(data: bytes) -> Sheet:
    """Return the rows of a CSV text. Raises as `of_xlsx` does, and Unsafe (encoding)."""
    plain, was_1256 = text_file.decoded(data)
    found = _below_header(sheets.of_csv(plain, most=limits.MOST_ROWS))
    if was_1256:
        found.faults.append(Fault("encoding_windows_1256"))
    return found


def missing(sheet: Sheet, needed: Iterable[Column]) -> list[Fault]:
    """Return a fault for each needed column that is not there."""
    there = {column.key for column in sheet.columns.values()}
    return [Fault("column_missing", None, None, column.key) for column in needed if column.key not in there]


def _below_header(rows: list[sheets.Row]) -> Sheet:
    return sheets.below_header(
        rows,
        column_of=lambda name: by_header().get(folded(name)),
        is_header=lambda keys: len(keys) >= _HEADER_AT_LEAST,
        most=limits.MOST_ROWS,
    )
