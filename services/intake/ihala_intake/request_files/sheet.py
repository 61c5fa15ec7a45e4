"""The rows of a sheet of requests, as xlsx or as CSV. Only the child process reads xlsx, after it was looked at."""

from ihala_kit.untrusted import sheets, texts

from ihala_intake.request_files import limits
from ihala_intake.request_files.columns import NEEDED, Column, by_header, plain

Sheet = sheets.Sheet[Column]


def of_xlsx(data: bytes) -> Sheet:
    """Return the first sheet. Raises Unsafe (not_readable, xml_entities, no_header, no_rows, too_many_rows)."""
    return _below_header(sheets.of_xlsx(data, most=limits.MOST_ROWS))


def of_csv(data: bytes) -> Sheet:
    """Return the rows of a text in UTF-8, or UTF-16 with its mark. Raises as `of_xlsx` does, and Unsafe (encoding).

    Windows-1256 is refused: it has no place for Kurdish letters, so names in it have lost some already.
    """
    return _below_header(sheets.of_csv(texts.decoded(data), most=limits.MOST_ROWS))


def _below_header(rows: list[sheets.Row]) -> Sheet:
    return sheets.below_header(
        rows, column_of=lambda name: by_header().get(plain(name)), is_header=set(NEEDED).issubset, most=limits.MOST_ROWS
    )
