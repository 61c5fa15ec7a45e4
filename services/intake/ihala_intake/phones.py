"""Phone numbers as Iraq writes them, kept as E.164."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

REGION = "IQ"
ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
# Any mobile number's form, also of series that nobody was given yet.
_MOBILE = re.compile(r"\+9647[0-9]{9}")


class NotANumber(ValueError):
    """It cannot be dialled. `code`: phone_number, or phone_prefix_missing where it can only be a number of another country."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(text: str) -> str:
    """Return the number as +9647…. Takes 0770…, 00964…, Arabic and Persian digits; raises NotANumber.

    Without a prefix it has to be a number of Iraq: a foreign one written so would reach a stranger here.
    """
    plain = text.translate(ARABIC_DIGITS).strip()
    prefixed = f"+{plain[2:]}" if plain.startswith("00") else plain
    try:
        parsed = phonenumbers.parse(prefixed, REGION)
    except NumberParseException:
        raise NotANumber("phone_number") from None
    number: str = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    ours = bool(_MOBILE.fullmatch(number)) or phonenumbers.is_valid_number_for_region(parsed, REGION)
    if not prefixed.startswith("+") and not ours:
        raise NotANumber("phone_prefix_missing" if _could_be_foreign(plain) else "phone_number")
    if not phonenumbers.is_possible_number(parsed):
        raise NotANumber("phone_number")
    return number


def e164(text: str) -> str | None:
    """Return the same, or None when it cannot be one."""
    try:
        return read(text)
    except NotANumber:
        return None


def _could_be_foreign(plain: str) -> bool:
    return 7 <= sum(sign.isdigit() for sign in plain) <= 15
