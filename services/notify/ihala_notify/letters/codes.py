"""A letter's code: made from its id by a key outside the database, so that no row tells it and the sheet can be drawn again."""

from uuid import UUID

from ihala_kit.ids import normalize_reference, reference_from
from ihala_kit.vault import Vault

PREFIX = "LTR"


def code_of(vault: Vault, letter_id: UUID) -> str:
    """Return the code of a letter, such as LTR-7K3F-92QX."""
    return reference_from(PREFIX, vault.fingerprint(letter_id.bytes, "code of a letter"))


def hash_of(vault: Vault, code: str) -> bytes:
    """Return the keyed hash under which a code is found."""
    return vault.blind(code, "letter")


def typed_hash(vault: Vault, text: str) -> bytes | None:
    """Return the hash of the code that somebody meant, or None when it can be none of ours."""
    code = normalize_reference(text)
    return hash_of(vault, code) if code and code.startswith(PREFIX + "-") else None
