"""Sign-in names: found by a keyed hash, shown from a sealed copy. Nothing else that is personal is held of an officer."""

import re
import unicodedata
from uuid import UUID

from ihala_kit.rewrap import Wrapped
from ihala_kit.vault import Vault

from ihala_gateway.staff.tables import Account

LONGEST = 100
_NAME = re.compile(
    r"[^\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff<>\"'&]{3,100}"
)  # nor what turns other text round, nor half a character


class NameRefused(Exception):
    """It is too short or too long, or holds what no sign-in name holds."""


def plain(name: str) -> str:
    """Return the one form of a name that is compared: people do not type it alike each time. Raises NameRefused."""
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    if _NAME.fullmatch(folded) is None:
        raise NameRefused
    return folded


def hashed(vault: Vault, name: str) -> bytes:
    """Return by what an account is found, 32 bytes; for what can be no name, too. Never raises."""
    try:
        return vault.blind(plain(name[: LONGEST + 1]), "account.name")
    except NameRefused:
        return vault.blind("", "account.name")  # nobody's


def sealed(vault: Vault, account_id: UUID, name: str) -> bytes:
    """Return the name as it is stored."""
    return vault.seal_direct(plain(name).encode(), _about(account_id))


def shown(vault: Vault, account: Account) -> str:
    """Return the name, for its owner and her administrator."""
    return vault.open_direct(account.sealed_name, _about(account.account_id)).decode()


def _about(account_id: UUID | str) -> str:
    return f"account.sealed_name.{account_id}"


UNDER_MASTER_KEY = Wrapped("account", "account_id", "sealed_name", _about)
