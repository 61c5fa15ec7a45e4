"""The gateway's signing keys: two purposes, so that an access token shown to a service straight away fails even by its signature."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from ihala_kit.ids import new_id
from ihala_kit.rewrap import Wrapped
from ihala_kit.vault import Vault
from joserfc.jwk import ECKey
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway import store
from ihala_gateway.tables import SigningKey

ALGORITHM = "ES256"
Purpose = Literal["access", "internal"]
PURPOSES: Final[tuple[Purpose, ...]] = ("access", "internal")

# A new key is published for this long before it signs: whoever keeps our key set has fetched it again by then.
PUBLISHED_BEFORE = timedelta(minutes=15)
# An old key stays published until the last token it signed has run out.
PUBLISHED_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class Keyring:
    """The keys of one purpose as this process knows them; replaced in place when they are read again."""

    signing: ECKey | None = None
    published: Mapping[str, ECKey] = field(default_factory=dict)

    def current(self) -> ECKey:
        """Return the key that signs. Raises LookupError before the keys were read."""
        if self.signing is None:
            raise LookupError("the signing keys were not read yet")
        return self.signing

    def document(self) -> dict[str, list[Any]]:
        """Return the public keys as a JWK set (RFC 7517)."""
        return {"keys": [key.as_dict(private=False) for key in self.published.values()]}


@dataclass(frozen=True, slots=True)
class Keys:
    """Both keyrings."""

    access: Keyring = field(default_factory=Keyring)
    internal: Keyring = field(default_factory=Keyring)

    def learn(self, rows: Iterable[SigningKey], vault: Vault, now: datetime) -> None:
        """Take over what the database holds. `rows` oldest first; raises SealBroken when the master key is another one."""
        found = list(rows)
        for purpose, ring in (("access", self.access), ("internal", self.internal)):
            mine = [row for row in found if row.purpose == purpose]
            opened = {row.key_id: _opened(row, vault) for row in mine}
            ring.published = opened
            ring.signing = next((opened[row.key_id] for row in reversed(mine) if row.signs_from <= now), None)


async def ensure(tx: AsyncSession, vault: Vault, now: datetime) -> list[SigningKey]:
    """Return the keys that are published, oldest first; make those that are missing. One process at a time does this."""
    await store.lock_keys(tx)
    rows = await store.signing_keys(tx, now)
    for purpose in PURPOSES:
        if not any(row.purpose == purpose for row in rows):
            rows.append(_made(vault, purpose, signs_from=now))
            tx.add(rows[-1])
    return rows


async def rotate(tx: AsyncSession, vault: Vault, now: datetime) -> datetime:
    """Add a key for each purpose and let the old ones run out; return when the new ones begin to sign."""
    begins = now + PUBLISHED_BEFORE
    for row in await ensure(tx, vault, now):
        row.published_until = row.published_until or begins + PUBLISHED_AFTER
        tx.add(row)
    tx.add_all([_made(vault, purpose, signs_from=begins) for purpose in PURPOSES])
    return begins


async def replace(tx: AsyncSession, vault: Vault, now: datetime) -> None:
    """Let new keys sign from now on and take away those there are: somebody else may have one. Every token ends with its key."""
    for row in await ensure(tx, vault, now):
        row.published_until = now
        tx.add(row)
    tx.add_all([_made(vault, purpose, signs_from=now) for purpose in PURPOSES])


def _made(vault: Vault, purpose: Purpose, signs_from: datetime) -> SigningKey:
    key_id = f"{purpose}-{new_id().hex[-12:]}"
    private = ECKey.generate_key("P-256", private=True).as_der(private=True)
    return SigningKey(key_id=key_id, purpose=purpose, sealed_key=vault.seal_direct(private, _about(key_id)), signs_from=signs_from)


def _opened(row: SigningKey, vault: Vault) -> ECKey:
    private = vault.open_direct(row.sealed_key, _about(row.key_id))
    return ECKey.import_key(private, {"kid": row.key_id, "use": "sig", "alg": ALGORITHM})


def _about(key_id: str) -> str:
    return f"signing_key.sealed_key.{key_id}"


UNDER_MASTER_KEY = Wrapped("signing_key", "key_id", "sealed_key", _about)
