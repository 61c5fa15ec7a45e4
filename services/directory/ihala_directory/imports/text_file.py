"""Text files in Unicode, or in Windows-1256 where it is Arabic beyond doubt."""

from ihala_kit.untrusted import texts
from ihala_kit.untrusted.findings import Unsafe

_ARABIC_LETTERS_AT_LEAST = 5


def decoded(data: bytes) -> tuple[str, bool]:
    """Return the text, and whether it was Windows-1256. Raises Unsafe (encoding)."""
    try:
        return texts.decoded(data), False
    except Unsafe:
        return _windows_1256(data), True


def _windows_1256(data: bytes) -> str:
    try:
        plain = data.decode("cp1256")
    except UnicodeDecodeError:
        raise Unsafe("encoding") from None
    other = [sign for sign in plain if sign > "\x7e"]
    arabic = sum("\u0600" <= sign <= "\u06ff" for sign in other)
    # cp1256 gives every byte a meaning: French or Turkish bytes would become letters of two scripts side by side.
    if arabic < _ARABIC_LETTERS_AT_LEAST or any("\xbf" < sign < "\u0600" and sign not in "×÷" for sign in other):
        raise Unsafe("encoding")
    return plain
