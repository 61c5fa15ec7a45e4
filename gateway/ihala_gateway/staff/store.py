"""Every query of staff accounts and sessions. The caller is the system, or an administrator whose bounds the commands check."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, delete, func, text, update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import rights
from ihala_gateway.clients.tables import KnownOrganization
from ihala_gateway.oauth import endings
from ihala_gateway.staff.errors import AccountNotFound
from ihala_gateway.staff.tables import Account, Passkey, RecoveryCode, StaffSession, Totp

_PURGE = "DELETE FROM {0} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {0} WHERE {1} < :before LIMIT 5000)) RETURNING 1"
_PURGE_OVER = tuple(text(_PURGE.format(*which)) for which in (("staff_session", "ends_at"), ("staff_ceremony", "expires_at")))
_PURGE_TRIES = text(_PURGE.format("staff_tries", "changed_at"))
TRIES_KEPT = timedelta(days=1)
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('ihala_gateway.account.' || encode(CAST(:hash AS bytea), 'hex'), 0))")


async def account(tx: AsyncSession, account_id: UUID) -> Account | None:
    """Return an account, whatever its status."""
    return await tx.get(Account, account_id)


async def locked_account(tx: AsyncSession, account_id: UUID) -> Account | None:
    """Return an account, locked until the transaction ends; not against a session that begins, which only needs that it is there."""
    return await tx.get(Account, account_id, with_for_update={"key_share": True}, populate_existing=True)


async def account_named(tx: AsyncSession, name_hash: bytes) -> Account | None:
    """Return the account with this name."""
    return (await tx.exec(select(Account).where(Account.name_hash == name_hash))).one_or_none()


async def alone_with(tx: AsyncSession, hash_: bytes) -> None:
    """Wait for whoever just makes an account of this name or outside person; nobody else does until the transaction ends."""
    await tx.execute(_ALONE, {"hash": hash_})


async def account_outside(tx: AsyncSession, outside_hash: bytes) -> Account | None:
    """Return the account of somebody whom an outside provider signs in, locked."""
    return (await tx.exec(select(Account).where(Account.outside_hash == outside_hash).with_for_update(key_share=True))).one_or_none()


async def locked_accounts_of(tx: AsyncSession, organization_id: UUID) -> Sequence[Account]:
    """Return the accounts of an organisation, locked in the order of their ids."""
    asked = select(Account).where(Account.organization_id == organization_id).order_by(col(Account.account_id))
    return (await tx.exec(asked.with_for_update(key_share=True).execution_options(populate_existing=True))).all()


async def all_accounts(tx: AsyncSession) -> Sequence[Account]:
    """Return every account, oldest first: for the command line."""
    return (await tx.exec(select(Account).order_by(col(Account.account_id)))).all()


async def administered(tx: AsyncSession, caller: Caller, account_id: UUID, *, lock: bool = False) -> Account:
    """Return an account that the caller administers. Raises RoleNeeded (403), AccountNotFound (404)."""
    rights.administrator(caller)
    asked = select(Account).where(Account.account_id == account_id, _administered_by(caller))
    found = (await tx.exec(asked.with_for_update(key_share=True) if lock else asked)).one_or_none()
    if found is None:
        raise AccountNotFound
    return found


async def administered_accounts(tx: AsyncSession, caller: Caller, page: PageRequest) -> Sequence[Account]:
    """Return the accounts that the caller administers, by id. Raises RoleNeeded (403)."""
    rights.administrator(caller)
    asked = select(Account).where(_administered_by(caller))
    if (after := page.after_as(UUID)) is not None:
        asked = asked.where(col(Account.account_id) > after[0])
    return (await tx.exec(asked.order_by(col(Account.account_id)).limit(page.fetch))).all()


async def name_of(tx: AsyncSession, organization_id: UUID) -> str | None:
    """Return an organisation's name as its first account has it."""
    asked = select(Account.organization_name).where(Account.organization_id == organization_id)
    return (await tx.exec(asked.order_by(col(Account.account_id)).limit(1))).one_or_none()


def _administered_by(caller: Caller) -> ColumnElement[bool]:
    own = col(Account.organization_id) == caller.organization_id
    if not rights.may_approve(caller):
        return own
    admitted = select(KnownOrganization.organization_id).where(KnownOrganization.operator_id == caller.organization_id)
    return or_(own, col(Account.organization_id).in_(admitted))


async def session(tx: AsyncSession, session_hash: bytes) -> tuple[StaffSession, Account] | None:
    """Return a session with its account, whatever has become of both."""
    joined = select(StaffSession, Account).join(Account, col(Account.account_id) == col(StaffSession.account_id))
    return (await tx.exec(joined.where(StaffSession.session_hash == session_hash))).one_or_none()


async def seen(tx: AsyncSession, session_hash: bytes, now: datetime) -> None:
    """Note that a session is in use."""
    await tx.execute(update(StaffSession).where(col(StaffSession.session_hash) == session_hash).values(seen_at=now))


async def speak(tx: AsyncSession, session_id: UUID, language: str) -> None:
    """Show a session's pages in another language."""
    await tx.execute(update(StaffSession).where(col(StaffSession.session_id) == session_id).values(language=language))


async def end_session(tx: AsyncSession, session_hash: bytes) -> tuple[UUID, UUID] | None:
    """End one session; return its id and whose it was, if there was one."""
    gone = delete(StaffSession).where(col(StaffSession.session_hash) == session_hash)
    found = (await tx.execute(gone.returning(col(StaffSession.session_id), col(StaffSession.account_id)))).first()
    return None if found is None else (found[0], found[1])


async def sessions_of(tx: AsyncSession, account_id: UUID, now: datetime) -> Sequence[StaffSession]:
    """Return the sessions of an account, newest first; those that nobody used for too long as well, until they are purged."""
    asked = select(StaffSession).where(StaffSession.account_id == account_id, col(StaffSession.ends_at) > now)
    return (await tx.exec(asked.order_by(col(StaffSession.signed_in_at).desc()))).all()


async def end_sessions(tx: AsyncSession, account_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> int:
    """End the sessions of an account: one, all, or all but one, and what clients got in them. Return how many ended."""
    asked = delete(StaffSession).where(col(StaffSession.account_id) == account_id)
    if only is not None:
        asked = asked.where(col(StaffSession.session_id) == only)
    if but is not None:
        asked = asked.where(col(StaffSession.session_id) != but)
    ended = (await tx.execute(asked.returning(col(StaffSession.session_id)))).scalars().all()
    await endings.end_sessions(tx, ended)
    return len(ended)


async def account_invited(tx: AsyncSession, invitation_hash: bytes, now: datetime) -> Account | None:
    """Return the account of an invitation that still holds, locked."""
    holds = (Account.invitation_hash == invitation_hash, col(Account.invitation_until) > now, Account.status == "invited")
    asked = select(Account).where(*holds)
    return (await tx.exec(asked.with_for_update(key_share=True))).one_or_none()


async def totp(tx: AsyncSession, account_id: UUID) -> Totp | None:
    """Return the seed of an account's app."""
    return await tx.get(Totp, account_id)


async def use_step(tx: AsyncSession, account_id: UUID, step: int) -> bool:
    """Use up the code of a step and all before it; return False when that was done already."""
    newer = update(Totp).where(col(Totp.account_id) == account_id, col(Totp.last_step) < step).values(last_step=step)
    return (await tx.execute(newer.returning(col(Totp.account_id)))).first() is not None


async def use_code(tx: AsyncSession, account_id: UUID, code_hash: bytes) -> bool:
    """Use up a recovery code; return False when there is no such one."""
    gone = delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id, col(RecoveryCode.code_hash) == code_hash)
    return (await tx.execute(gone.returning(col(RecoveryCode.account_id)))).first() is not None


async def forget_factors(tx: AsyncSession, account_id: UUID) -> None:
    """Delete all second factors of an account."""
    await forget_totp(tx, account_id)
    await forget_codes(tx, account_id)
    await forget_passkeys(tx, account_id)


async def forget_totp(tx: AsyncSession, account_id: UUID) -> None:
    """Delete the seed of an account's app."""
    await tx.execute(delete(Totp).where(col(Totp.account_id) == account_id))


async def forget_codes(tx: AsyncSession, account_id: UUID) -> None:
    """Delete an account's recovery codes."""
    await tx.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))


async def passkeys(tx: AsyncSession, account_id: UUID) -> Sequence[Passkey]:
    """Return an account's passkeys, oldest first."""
    return (await tx.exec(select(Passkey).where(Passkey.account_id == account_id).order_by(col(Passkey.created_at)))).all()


async def owner_of_passkey(tx: AsyncSession, credential_id: bytes) -> UUID | None:
    """Return whose passkey it is, without a lock."""
    return (await tx.exec(select(Passkey.account_id).where(Passkey.credential_id == credential_id))).one_or_none()


async def passkey(tx: AsyncSession, credential_id: bytes) -> Passkey | None:
    """Return a passkey by what its browser calls it, locked: its counter only grows."""
    return await tx.get(Passkey, credential_id, with_for_update=True)


async def forget_passkeys(tx: AsyncSession, account_id: UUID, only: UUID | None = None) -> None:
    """Delete one or all passkeys of an account."""
    asked = delete(Passkey).where(col(Passkey.account_id) == account_id)
    await tx.execute(asked if only is None else asked.where(col(Passkey.passkey_id) == only))


async def factors(tx: AsyncSession, account_id: UUID) -> tuple[bool, int, int]:
    """Return whether there is an app, how many passkeys, and how many recovery codes are left."""
    codes = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)
    keys = select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)
    return await totp(tx, account_id) is not None, (await tx.exec(keys)).one(), (await tx.exec(codes)).one()


async def purge(tx: AsyncSession, now: datetime) -> int:
    """Delete a batch of what has run out; return how many rows went."""
    gone = [await tx.execute(statement, {"before": now}) for statement in _PURGE_OVER]
    gone.append(await tx.execute(_PURGE_TRIES, {"before": now - TRIES_KEPT}))
    return sum(len(found.all()) for found in gone)
