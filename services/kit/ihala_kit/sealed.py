"""Facts that travel sealed to one reading service (JWE, RFC 7516: ECDH-ES with A256GCM), under keys that come and go.

The reader makes a key a day, publishes its public part as an event and destroys the private part after its topic's retention, so that
what lies in Kafka or in a backup can then be read by nobody. The sealed text names what it is about, so that it cannot be moved.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from ihala_contracts.envelope import Event, SealingKeyPublished
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch
from ihala_kit.ids import new_id
from ihala_kit.jobs import Job
from ihala_kit.outbox import emit
from ihala_kit.republish import Repeated
from ihala_kit.tables import peer_key, sealing_key
from ihala_kit.vault import Vault

NEW_KEY_EVERY = timedelta(days=1)
_PEER = "SELECT key_id, public_key::text FROM peer_key WHERE service = $1"
KEPT_AFTER_ITS_SUCCESSOR = timedelta(days=31)  # the topics' retention and a day
ALGORITHMS = ["ECDH-ES", "A256GCM"]


class Unreadable(Exception):
    """The facts cannot be opened: their key is destroyed, or they are about something else."""


async def seal_for(tx: AsyncSession, service: str, about: UUID, data: dict[str, Any]) -> str | None:
    """Return `data` sealed to `service`, or None while no key of that service is known."""
    peer = await _peer(tx, service)
    if peer is None:
        return None
    key_id, public_key = peer
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key_id}
    plaintext = json.dumps({"about": str(about), "data": data}).encode()
    return jwe.encrypt_compact(header, plaintext, _imported(public_key), algorithms=ALGORITHMS)


async def _peer(tx: AsyncSession, service: str) -> tuple[str, str] | None:
    """Return id and public key (JSON) of the newest key of another service; looked up once a transaction."""
    known: dict[str, tuple[str, str]] = tx.info.setdefault("peer_keys", {})
    if service not in known:
        rows = await fetch(tx, _PEER, service)
        if not rows:
            return None
        known[service] = (str(rows[0]["key_id"]), rows[0]["public_key"])
    return known[service]


@lru_cache(maxsize=8)
def _imported(public_key: str) -> ECKey:
    return ECKey.import_key(json.loads(public_key))


async def unseal(tx: AsyncSession, token: str, about: UUID) -> dict[str, Any]:
    """Return the facts sealed to this service; raises Unreadable."""
    try:
        kid = UUID(_kid(token))
        key = ECKey.import_key(await _private_key(tx, kid))
        content = json.loads(jwe.decrypt_compact(token, key, algorithms=ALGORITHMS).plaintext or b"")
    except (JoseError, ValueError, LookupError) as error:
        raise Unreadable(type(error).__name__) from None
    if content["about"] != str(about):
        raise Unreadable("about something else")
    facts: dict[str, Any] = content["data"]
    return facts


async def remember(tx: AsyncSession, event: SealingKeyPublished) -> None:
    """Keep the newest public key of another service."""
    values = {
        "service": event.service, "key_id": event.key_id, "public_key": event.public_key, "published_at": event.published_at,
    }  # fmt: skip
    new = postgresql.insert(peer_key).values(values)
    await tx.execute(
        new.on_conflict_do_update(index_elements=["service"], set_=values, where=peer_key.c.published_at < new.excluded.published_at)
    )


def rotation(service: str, event: type[SealingKeyPublished]) -> Job:
    """Return the job of a reading service: a new key each day, its event, and the end of old ones."""

    async def rotate(database: Database) -> int:
        async with database.transaction(Caller.system("clock")) as tx:
            await tx.execute(delete(sealing_key).where(sealing_key.c.retired_at < datetime.now(UTC) - KEPT_AFTER_ITS_SUCCESSOR))
            await _make_key_if_due(tx, service, event)
        return 0

    return Job("rotate sealing key", 3600, rotate)


async def _make_key_if_due(tx: AsyncSession, service: str, event: type[SealingKeyPublished]) -> None:
    at = datetime.now(UTC)
    newest = select(sealing_key.c.created_at).order_by(sealing_key.c.created_at.desc()).limit(1)
    made_at = (await tx.execute(newest)).scalar_one_or_none()
    if made_at is not None and at - made_at < NEW_KEY_EVERY:
        return
    await renew(tx, service, event)


async def renew(tx: AsyncSession, service: str, event: type[SealingKeyPublished]) -> None:
    """Make a new key and publish it: all others are its predecessors."""
    at = datetime.now(UTC)
    key, key_id = ECKey.generate_key("P-256"), new_id()
    private = json.dumps(key.as_dict(private=True)).encode()
    await tx.execute(update(sealing_key).where(sealing_key.c.retired_at.is_(None)).values(retired_at=at))
    await tx.execute(insert(sealing_key).values(
        key_id=key_id, private_key=_vault(tx).seal_direct(private, f"sealing_key/{key_id}"), created_at=at,
    ))  # fmt: skip
    emit(tx, event(key_id=key_id, service=service, public_key=_public(key), published_at=at))


def repeated(service: str, event: type[SealingKeyPublished]) -> Repeated:
    """Return what a reading service repeats: its newest key."""

    async def newest(tx: AsyncSession, after: UUID | None, most: int) -> list[UUID]:
        query = select(sealing_key.c.key_id).where(sealing_key.c.retired_at.is_(None))
        return [] if after else list((await tx.execute(query.order_by(sealing_key.c.key_id).limit(most))).scalars())

    async def events(tx: AsyncSession, key_id: UUID, _: bool) -> list[Event]:
        query = select(sealing_key.c.created_at).where(sealing_key.c.key_id == key_id, sealing_key.c.retired_at.is_(None))
        made_at = (await tx.execute(query.with_for_update(read=True))).scalar_one_or_none()
        if made_at is None:
            return []
        key = ECKey.import_key(await _private_key(tx, key_id))
        return [event(key_id=key_id, service=service, public_key=_public(key), published_at=made_at)]

    return Repeated("sealing key", newest, events)


def _public(key: ECKey) -> dict[str, str]:
    return {name: str(value) for name, value in key.as_dict(private=False).items()}


async def _private_key(tx: AsyncSession, key_id: UUID) -> dict[str, Any]:
    row = (await tx.execute(select(sealing_key.c.private_key).where(sealing_key.c.key_id == key_id))).scalar_one_or_none()
    if row is None:
        raise LookupError("destroyed")
    private: dict[str, Any] = json.loads(_vault(tx).open_direct(row, f"sealing_key/{key_id}"))
    return private


def _kid(token: str) -> str:
    head = token.split(".", 1)[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


def _vault(tx: AsyncSession) -> Vault:
    return Vault.of(tx.info["service"])
