"""What may be printed as somebody's name. Pure."""

import re
import unicodedata
from typing import Annotated

from ihala_kit.words import Words
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

LONGEST_NAME = 100
_BESIDE_LETTERS = frozenset(" .'’-ـ\u200c")  # the last one: Kurdish parts a word by it
_MARKS_IN_A_ROW = 3
FIELD_WORDS = {
    "not_a_name": Words(
        en="This cannot be printed as a name: letters alone, on one line.",
        ar="لا يمكن طباعة هذا كاسم: أحرف فقط في سطر واحد.",
        ckb="ئەمە وەک ناو چاپ ناکرێت: تەنها پیت، لە یەک دێڕدا.",
    ),
}


def printable(text: str) -> str:
    """Return a name on one line. Raises PydanticCustomError (not_a_name) for what is no name: digits, markup, signs nobody sees."""
    plain = re.sub(" +", " ", unicodedata.normalize("NFC", text)).strip()
    marks = 0
    for sign in plain:
        kind = unicodedata.category(sign)[0]
        marks = marks + 1 if kind == "M" else 0
        if not (kind in "LM" or sign in _BESIDE_LETTERS) or marks > _MARKS_IN_A_ROW:
            raise PydanticCustomError("not_a_name", "not a name")
    if not any(sign.isalpha() for sign in plain):
        raise PydanticCustomError("not_a_name", "not a name")
    return plain


Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME), AfterValidator(printable)]
