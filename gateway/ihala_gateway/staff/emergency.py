"""The account for the day when no administrator can sign in: sealed until somebody at the machine opens it, with a reason.

Its password is long, random and told once. Opening, each sign-in and closing are rows that stay, events, and warnings in the log.
"""

import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from ihala_contracts.gateway_v1 import EmergencyAccountUsed
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from ihala_kit.vault import Vault
from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.staff import accounts, passwords, step_store, store
from ihala_gateway.staff.accounts import AccountRefused, NewAccount
from ihala_gateway.staff.tables import Account, EmergencyUse

log = logging.getLogger(__name__)

OPEN_FOR = timedelta(hours=4)
ROLE = "operator-administrator"
METHODS = ("pwd", "mca")  # RFC 8176: somebody at the machine had to open it, besides
What = Literal["opened", "signed-in", "closed"]


async def add(tx: AsyncSession, vault: Vault, organization_id: UUID, organization: str) -> tuple[str, str]:
    """Make a sealed account for an operator; return its name and its password, which nobody is told again."""
    name, password = f"emergency-{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    new = NewAccount(
        name=SecretStr(name), organization_id=organization_id, organization=organization, organization_kind="operator",
        operator_id=organization_id, roles=[ROLE], language="en",
    )  # fmt: skip
    account = (await accounts.add(tx, vault, new)).account
    account.kind, account.status = "emergency", "active"
    account.invitation_hash, account.invitation_until = None, None
    account.password_hash = await passwords.hashed(password)
    return name, password


async def open_(tx: AsyncSession, account: Account, reason: str) -> datetime:
    """Unseal it for some hours; return until when.

    Raises AccountRefused for any other account, one that is suspended, and without a reason.
    """
    _check(account)
    if account.status != "active":
        raise AccountRefused("this account is suspended, so that it would let nobody in: `ihala-gateway accounts restore` it first")
    if len(reason.strip()) < 10:
        raise AccountRefused("say why, in at least ten letters")
    now = datetime.now(UTC)
    account.opened_until = now + OPEN_FOR
    note(tx, account, "opened", now, reason.strip())
    return account.opened_until


async def close(tx: AsyncSession, account: Account) -> None:
    """Seal it again: its sessions end, its tokens are refused, its password alone opens it next time.

    Raises AccountRefused for any other account.
    """
    _check(account)
    accounts.touch(account)
    account.opened_until = None
    await step_store.forget(tx, account.account_id)
    await store.forget_factors(tx, account.account_id)
    await store.end_sessions(tx, account.account_id)
    note(tx, account, "closed", account.changed_at)


def note(tx: AsyncSession, account: Account, what: What, now: datetime, reason: str | None = None) -> None:
    """Record what was done with it, tell everybody who listens, and warn in the log."""
    tx.add(EmergencyUse(id=new_id(), account_id=account.account_id, what=what, reason=reason, at=now))
    emit(tx, EmergencyAccountUsed(organization_id=account.organization_id, account_id=account.account_id, what=what, at=now))
    log.warning("emergency account", extra={"what": what, "account_id": str(account.account_id)})


def _check(account: Account) -> None:
    if account.kind != "emergency":
        raise AccountRefused("this is no emergency account")
