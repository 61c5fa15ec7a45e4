"""What a person is found by when it is known exactly: a phone, a document's number. Pure; `commands.people` makes keyed hashes of it."""

import unicodedata
from collections.abc import Iterator

from ihala_intake.details import PersonDetails

PHONE, DOCUMENT = "phone", "document"


def exact(details: PersonDetails) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each; the same text for the same thing, however it was typed."""
    for phone in details.phones:
        yield PHONE, phone.number
    for document in details.documents:
        if document.number:
            yield DOCUMENT, document_text(document.kind, document.number)


def document_text(kind: str, number: str) -> str:
    """Return a document's number without what typing adds: digits of any script, small letters, spaces, dashes and dots are one."""
    signs = (_sign(sign) for sign in unicodedata.normalize("NFKC", number))
    return f"{kind}\n{''.join(signs).casefold()}"


def _sign(sign: str) -> str:
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    return sign if sign.isalnum() else ""
