"""Facts that travel sealed to one reading service (JWE, RFC 7516: ECDH-ES with A256GCM), under keys that come and go.

The reader makes a key a day, publishes its public part as an event and destroys the private part after its topic's retention, so that
what lies in Kafka or in a backup can then be read by nobody. The sealed text names what it is about, so that it cannot be moved.
"""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from ihala_contracts.envelope import Event, SealingKeyPublished
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, Engine
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
ASKED_FOR_EVERY_SECONDS = 5.0  # a peer's key: it is new once a day, and what the one before sealed can be opened for a month

peers = WeakKeyDictionary[Engine | Connection, dict[str, "_Peer"]]()  # what this process knows, by its database's pool and the service


class _Peer(NamedTuple):
    """Another service's newest public key, as we knew it."""

    key_id: str
    key: ECKey
    asked_at: float  # monotonic


class Unreadable(Exception):
    """The facts cannot be opened: their key is destroyed, or they are about something else."""


async def seal_for(tx: AsyncSession, service: str, about: UUID, data: dict[str, Any]) -> str | None:
    """Return `data` sealed to `service`, or None while no key of that service is known."""
    peer = await _peer(tx, service)
    if peer is None:
        return None
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": peer.key_id}
    plaintext = json.dumps({"about": str(about), "data": data}).encode()
    return jwe.encrypt_compact(header, plaintext, peer.key, algorithms=ALGORITHMS)


async def _peer(tx: AsyncSession, service: str) -> _Peer | None:
    """Return the newest key of another service, a few seconds old at most; a service without one is asked for each time."""
    ours, at = _known(tx), time.monotonic()
    known = ours.get(service)
    if known is None or at - known.asked_at > ASKED_FOR_EVERY_SECONDS:
        rows = await fetch(tx, _PEER, service)
        if not rows:
            return None
        known = ours[service] = _Peer(str(rows[0]["key_id"]), ECKey.import_key(json.loads(rows[0]["public_key"])), at)
    return known


def _known(tx: AsyncSession) -> dict[str, _Peer]:
    return peers.setdefault(tx.sync_session.get_bind(), {})


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
    _known(tx).pop(event.service, None)  # in this process at once


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
