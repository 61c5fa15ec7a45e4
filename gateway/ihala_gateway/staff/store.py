"""Every query of staff accounts and sessions. The caller is the system, or an administrator whose bounds the commands check."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.staff.tables import Account, Ceremony, StaffSession

_PURGE = "DELETE FROM {0} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {0} WHERE {1} < :before LIMIT 5000)) RETURNING 1"
_PURGE_OVER = tuple(text(_PURGE.format(*which)) for which in (("staff_session", "ends_at"), ("staff_ceremony", "expires_at")))
_PURGE_TRIES = text(_PURGE.format("staff_tries", "changed_at"))
TRIES_KEPT = timedelta(days=1)


async def account(tx: AsyncSession, account_id: UUID) -> Account | None:
    """Return an account, whatever its status."""
    return await tx.get(Account, account_id)


async def locked_account(tx: AsyncSession, account_id: UUID) -> Account | None:
    """Return an account, locked until the transaction ends."""
    return await tx.get(Account, account_id, with_for_update=True, populate_existing=True)


async def account_named(tx: AsyncSession, name_hash: bytes) -> Account | None:
    """Return the account with this name."""
    return (await tx.exec(select(Account).where(Account.name_hash == name_hash))).one_or_none()


async def session(tx: AsyncSession, session_hash: bytes) -> tuple[StaffSession, Account] | None:
    """Return a session with its account, whatever has become of both."""
    joined = select(StaffSession, Account).join(Account, col(Account.account_id) == col(StaffSession.account_id))
    return (await tx.exec(joined.where(StaffSession.session_hash == session_hash))).one_or_none()


async def seen(tx: AsyncSession, session_hash: bytes, now: datetime) -> None:
    """Note that a session is in use."""
    await tx.execute(update(StaffSession).where(col(StaffSession.session_hash) == session_hash).values(seen_at=now))


async def end_session(tx: AsyncSession, session_hash: bytes) -> None:
    """End one session."""
    await tx.execute(delete(StaffSession).where(col(StaffSession.session_hash) == session_hash))


async def ceremony(tx: AsyncSession, ceremony_hash: bytes, now: datetime) -> Ceremony | None:
    """Return a step that is still awaited, locked: only one of two answers may finish it."""
    asked = select(Ceremony).where(Ceremony.ceremony_hash == ceremony_hash, col(Ceremony.expires_at) > now).with_for_update()
    return (await tx.exec(asked)).one_or_none()


async def purge(tx: AsyncSession, now: datetime) -> int:
    """Delete a batch of what has run out; return how many rows went."""
    gone = [await tx.execute(statement, {"before": now}) for statement in _PURGE_OVER]
    gone.append(await tx.execute(_PURGE_TRIES, {"before": now - TRIES_KEPT}))
    return sum(len(found.all()) for found in gone)
