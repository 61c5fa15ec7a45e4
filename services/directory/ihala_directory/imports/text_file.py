"""Text files: in UTF-8 with or without its mark, UTF-16 with its mark, or Windows-1256 where it is Arabic beyond doubt."""

import csv
import io
from collections.abc import Iterator

from ihala_directory.imports import limits
from ihala_directory.imports.container import Unsafe

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ARABIC_LETTERS_AT_LEAST = 5


def decoded(data: bytes) -> tuple[str, bool]:
    """Return the text, and whether it was Windows-1256. Raises Unsafe (encoding)."""
    try:
        for mark, encoding in _MARKS:
            if data.startswith(mark):
                return data.decode(encoding), False
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        pass
    try:
        plain = data.decode("cp1256")
    except UnicodeDecodeError:
        raise Unsafe("encoding") from None
    other = [sign for sign in plain if sign > "\x7e"]
    arabic = sum("\u0600" <= sign <= "\u06ff" for sign in other)
    # cp1256 gives every byte a meaning: French or Turkish bytes would become letters of two scripts side by side.
    if arabic < _ARABIC_LETTERS_AT_LEAST or any("\xbf" < sign < "\u0600" and sign not in "×÷" for sign in other):
        raise Unsafe("encoding")
    return plain, True


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV text with their numbers from 1; commas, semicolons or tabs between. Raises Unsafe (not_readable)."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, row in enumerate(reader, 1):
            yield number, row[: limits.MOST_COLUMNS]
    except csv.Error:
        raise Unsafe("not_readable") from None
