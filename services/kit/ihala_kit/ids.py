"""Ids for machines (UUIDv7) and references for people (NIN-7K3F-92QX)."""

import re
import secrets
import unicodedata
from uuid import UUID

import uuid_utils.compat

# 29 signs, a prime number. Left out: 0 O, 1 I L, U (like V) and S (like 5).
ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_MODULUS = len(ALPHABET)
_BODY = 8  # seven random signs and the check character
_SHAPE = re.compile(rf"([A-Z]{{2,4}})-([{ALPHABET}]{{4}})-([{ALPHABET}]{{4}})")
_LOOSE = re.compile(rf"([A-Z]{{2,4}})([{ALPHABET}]{{8}})")
_READ_AS = str.maketrans({"S": "5", "U": "V"})
_LONGEST = 40


def new_id() -> UUID:
    """Return a new UUIDv7, larger than those this process made before."""
    return uuid_utils.compat.uuid7()


def reference(prefix: str) -> str:
    """Return a random reference such as NIN-7K3F-92QX; `prefix` is two to four capital letters.

    There are 29**7 (17 thousand million) for a prefix, so the column needs a unique index and the caller a second try.
    """
    return reference_from(prefix, secrets.token_bytes(16))


def reference_from(prefix: str, seed: bytes) -> str:
    """Return the reference that follows from `seed`: from evenly spread bytes, 16 or more, as good as a random one."""
    if not re.fullmatch("[A-Z]{2,4}", prefix):
        raise ValueError("a prefix is two to four capital letters")
    number, signs = int.from_bytes(seed, "big"), ""
    for _ in range(_BODY - 1):
        number, place = divmod(number, _MODULUS)
        signs += ALPHABET[place]
    signs += _check_character(prefix, signs)
    return f"{prefix}-{signs[:4]}-{signs[4:]}"


def valid_reference(text: str) -> bool:
    """Tell whether `text` is a reference exactly as we print it, with the right check character."""
    found = _SHAPE.fullmatch(text)
    return found is not None and _sum(found[1], found[2] + found[3]) == 0


def normalize_reference(text: str) -> str | None:
    """Return the reference a person meant, as we print it, or None when it cannot be one.

    Takes small letters, missing or other dashes, spaces, Arabic digits, and S or U where only 5 or V can stand.
    """
    signs = "".join(_plain(sign) for sign in text[:_LONGEST]).upper()
    prefix, body = signs[:-_BODY], signs[-_BODY:].translate(_READ_AS)
    if len(text) > _LONGEST or not _LOOSE.fullmatch(prefix + body):
        return None
    meant = f"{prefix}-{body[:4]}-{body[4:]}"
    return meant if valid_reference(meant) else None


def _plain(sign: str) -> str:
    """Return one sign without its script: an Arabic digit as 0-9, and nothing for dashes, spaces and direction marks."""
    if unicodedata.category(sign) in {"Pd", "Zs", "Cf", "Cc"}:
        return ""
    digit = unicodedata.digit(sign, None)
    return sign if digit is None else str(digit)


def _check_character(prefix: str, signs: str) -> str:
    # The last weight is _BODY; dividing by it modulo a prime gives the one sign that brings the sum to zero.
    missing = -_sum(prefix, signs) * pow(_BODY, -1, _MODULUS)
    return ALPHABET[missing % _MODULUS]


def _sum(prefix: str, signs: str) -> int:
    """Weighted sum modulo 29. Every place has its own weight, so one wrong sign or two swapped ones never give zero again."""
    body = sum(weight * _VALUE[sign] for weight, sign in enumerate(signs, start=1))
    head = sum(weight * (ord(sign) - ord("A")) for weight, sign in enumerate(prefix, start=_BODY + 1))
    return (body + head) % _MODULUS
