"""Every query of the gateway. The caller is always the system: nobody outside reads these tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ihala_kit.asking import ask
from ihala_kit.db import Database, fetch
from sqlalchemy import text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.oauth.standing import Change, Changes
from ihala_gateway.tables import Client, SigningKey

WITHOUT_KEY = {"key_share": True}  # ids never change: rows that refer to a client may be written while it is locked
LARGEST_PURGE = 5_000  # rows a transaction

_CLIENT = f"SELECT xmin, {', '.join(Client.model_fields)} FROM client WHERE client_id = $1"  # noqa: S608 - columns
_SPEND = "INSERT INTO spent_assertion (client_id, jti_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING client_id"
# Each change of a row has another xmin. In one order, so that two processes that are shown the same never wait for each other.
_SPEND_IF_SAME = """
    WITH asked AS (
        SELECT * FROM unnest($1::text[], $2::bytea[], $3::timestamptz[], $4::xid[], $5::int[])
            WITH ORDINALITY AS asked (client_id, jti_hash, expires_at, written_by, version, place)
    ), same AS (
        SELECT asked.* FROM asked JOIN client USING (client_id) WHERE client.xmin = written_by AND client.version = asked.version
    ), gone AS (
        INSERT INTO spent_assertion (client_id, jti_hash, expires_at)
            SELECT client_id, jti_hash, expires_at FROM same ORDER BY client_id, jti_hash
            ON CONFLICT DO NOTHING RETURNING client_id, jti_hash
    )
    SELECT place, gone.client_id IS NOT NULL AND place = min(place) OVER (PARTITION BY client_id, jti_hash) AS spent
    FROM same LEFT JOIN gone USING (client_id, jti_hash)
"""
_CHANGED_CLIENTS = "SELECT client_id, version, status <> 'active' AS suspended FROM client WHERE changed_at > $1"
_CHANGED_ACCOUNTS = "SELECT account_id::text, version, status <> 'active' AS suspended FROM account WHERE changed_at > $1"
_REVOKED = "SELECT jti FROM revoked_token WHERE expires_at > $1"
_LOCK_KEYS = text("SELECT pg_advisory_xact_lock(hashtextextended('ihala_gateway.signing_key', 0))")
_PURGE_SPENT = text("""
    DELETE FROM spent_assertion WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM spent_assertion WHERE expires_at < :before LIMIT :most)) RETURNING 1
""")


class Shown(NamedTuple):
    """An assertion to be spent, and the client's row that it was proven by."""

    client_id: str
    jti_hash: bytes
    expires_at: datetime
    written_by: int  # the row's xmin
    version: int


async def client(tx: AsyncSession, client_id: str) -> Client | None:
    """Return a client, whatever its status."""
    return await tx.get(Client, client_id)


async def client_alone(database: Database, client_id: str) -> tuple[Client, int] | None:
    """Return a client, and the number of the transaction that wrote its row, without a transaction: for who asks so often that beginning
    and ending one would cost more than the question."""
    found = await ask(database, _CLIENT, client_id)
    if not found:
        return None
    columns = dict(found[0])
    written_by = columns.pop("xmin")
    return Client(**columns), written_by


async def locked_client(tx: AsyncSession, client_id: str) -> Client | None:
    """Return a client, locked until the transaction ends."""
    return await tx.get(Client, client_id, with_for_update=WITHOUT_KEY)


async def clients(tx: AsyncSession) -> Sequence[Client]:
    """Return all clients by id."""
    return (await tx.exec(select(Client).order_by(Client.client_id))).all()


async def locked_clients_of(tx: AsyncSession, organization_id: UUID) -> Sequence[Client]:
    """Return an organisation's clients, locked in the order of their ids until the transaction ends."""
    ours = select(Client).where(Client.organization_id == organization_id)
    return (await tx.exec(ours.order_by(Client.client_id).with_for_update(key_share=True))).all()


async def standing(tx: AsyncSession, since: datetime, now: datetime) -> Changes:
    """Return the clients and accounts that changed after `since`, and the tokens that are revoked.

    Who was suspended before has no token left that lives: none is given to those who are not active.
    """
    clients = {each["client_id"]: Change(each["version"], each["suspended"]) for each in await fetch(tx, _CHANGED_CLIENTS, since)}
    accounts = {each["account_id"]: Change(each["version"], each["suspended"]) for each in await fetch(tx, _CHANGED_ACCOUNTS, since)}
    return Changes(clients, accounts, frozenset(each["jti"] for each in await fetch(tx, _REVOKED, now)))


async def spend(tx: AsyncSession, client_id: str, jti_hash: bytes, expires_at: datetime) -> bool:
    """Record that an assertion was shown; return False when it was shown before."""
    return bool(await fetch(tx, _SPEND, client_id, jti_hash, expires_at))


async def spend_alone(database: Database, client_id: str, jti_hash: bytes, expires_at: datetime) -> bool:
    """Do the same without a transaction. A connection that dies on it may have spent it: then the client makes another one."""
    return bool(await ask(database, _SPEND, client_id, jti_hash, expires_at))


async def spend_if_same(database: Database, shown: Sequence[Shown]) -> list[bool | None]:
    """Do the same for several if their clients' rows still are the ones that these transactions wrote; return for each whether that was the
    first time it was shown, or None where the row is another one by now."""
    rows = await ask(database, _SPEND_IF_SAME, *map(list, zip(*shown, strict=True)))
    found = {row["place"]: bool(row["spent"]) for row in rows}
    return [found.get(place) for place in range(1, len(shown) + 1)]


async def lock_keys(tx: AsyncSession) -> None:
    """Wait until no other process makes signing keys."""
    await tx.execute(_LOCK_KEYS)


async def signing_keys(tx: AsyncSession, now: datetime) -> list[SigningKey]:
    """Return the keys that are still published, oldest first."""
    published = or_(col(SigningKey.published_until).is_(None), col(SigningKey.published_until) > now)
    found = await tx.exec(select(SigningKey).where(published).order_by(col(SigningKey.signs_from), SigningKey.key_id))
    return list(found.all())


async def purge(tx: AsyncSession, now: datetime) -> int:
    """Delete a batch of assertions that have expired; return how many rows went."""
    spent = await tx.execute(_PURGE_SPENT, {"before": now, "most": LARGEST_PURGE})
    return len(spent.all())
