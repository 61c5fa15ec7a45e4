"""Text files: in UTF-8 with or without its mark, or UTF-16 with its mark."""

import csv
import io
from collections.abc import Iterator

from ihala_kit.untrusted import limits
from ihala_kit.untrusted.findings import Unsafe

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(data: bytes) -> str:
    """Return the text. Raises Unsafe (encoding)."""
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unsafe("encoding") from None


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV text with their numbers from 1; commas, semicolons or tabs between. Raises Unsafe (not_readable)."""
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, row in enumerate(reader, 1):
            yield number, row[: limits.MOST_COLUMNS]
    except csv.Error:
        raise Unsafe("not_readable") from None
