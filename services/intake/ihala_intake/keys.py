"""Sealing and opening of what is personal: one key a person, or a restricted case; destroying the key erases all it sealed."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from ihala_kit.db import now
from ihala_kit.vault import Vault
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.errors import PersonErased
from ihala_intake.tables import DataKey

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Key:
    """Seals and opens models. `about` names table, column and row, so that nothing sealed can be moved to another row."""

    id: UUID
    wrapped: bytes
    vault: Vault

    def seal(self, content: BaseModel, about: str) -> bytes:
        """Return the model, encrypted."""
        return self.vault.seal(self.wrapped, content.model_dump_json(exclude_none=True).encode(), about)

    def open(self, model: type[M], blob: bytes, about: str) -> M:
        """Return what `seal` was given; raises SealBroken when it was altered or moved."""
        return model.model_validate_json(self.vault.open(self.wrapped, blob, about))


def make(tx: AsyncSession, key_id: UUID) -> Key:
    """Return a new key for a person or restricted case, to be stored with this transaction."""
    wrapped = vault(tx).new_key()
    tx.add(DataKey(id=key_id, wrapped=wrapped, made_at=now(tx)))
    return Key(key_id, wrapped, vault(tx))


async def of(tx: AsyncSession, key_id: UUID) -> Key:
    """Return the key; raises PersonErased (410)."""
    row = await tx.get(DataKey, key_id)
    if row is None or row.wrapped is None:
        raise PersonErased()
    return Key(key_id, row.wrapped, vault(tx))


def blind(tx: AsyncSession, value: str, purpose: str) -> bytes:
    """Return the keyed hash by which `value` is found again."""
    return vault(tx).blind(value, f"intake.{purpose}")


def vault(tx: AsyncSession) -> Vault:
    """Return the vault of this process."""
    return Vault.of(tx.info["service"])
