"""Phone numbers as Iraq writes them, kept as E.164."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

REGION = "IQ"
ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def e164(text: str) -> str | None:
    """Return the number as +9647…, or None when it cannot be one. Takes 0770…, 00964…, Arabic and Persian digits."""
    plain = text.translate(ARABIC_DIGITS).strip()
    try:
        parsed = phonenumbers.parse(f"+{plain[2:]}" if plain.startswith("00") else plain, REGION)
    except NumberParseException:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if phonenumbers.is_possible_number(parsed) else None
