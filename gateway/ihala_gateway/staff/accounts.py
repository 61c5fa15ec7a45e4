"""Every change of an account that somebody else than its owner makes: added, invited, suspended, restored, other rights.

Who may make it is decided before: by administering.py for the API; on the command line by who may use the database.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from ihala_contracts.gateway_v1 import AccountSuspended
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from ihala_kit.vault import Vault
from ihala_kit.words import Language
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import store as clients
from ihala_gateway.clients.commands import PastDay, PlaceCode, Word
from ihala_gateway.staff import names, passwords, step_store, store
from ihala_gateway.staff.roles import ROLES
from ihala_gateway.staff.sessions import hash_of
from ihala_gateway.staff.tables import Account

INVITATION_LIVES = timedelta(days=3)

By = Literal["administrator", "organization"]  # who holds an account suspended; the organisation: since the directory suspended it


class AccountRefused(Exception):
    """The change is not possible; the text says why, for whoever asked for it."""


class OrganizationSuspended(AccountRefused):
    """The directory suspended the organisation: nobody comes to it, and nobody comes back, until it is reinstated."""

    def __init__(self) -> None:
        super().__init__("the organisation is suspended")


class NewAccount(BaseModel):
    """A person who shall be able to sign in."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: SecretStr  # the sign-in name
    organization_id: UUID
    organization: Annotated[str, Field(min_length=1, max_length=300)]
    organization_kind: Word
    operator_id: UUID | None = None
    governorates: list[PlaceCode] = []
    roles: list[Word] = []
    cleared: bool = False
    kind: Literal["sandbox", "live"] = "live"
    language: Language = "ar"
    trained_on: PastDay | None = None
    code_signed_on: PastDay | None = None
    password: SecretStr | None = None  # sandbox only; all others choose theirs


@dataclass(frozen=True, slots=True)
class Added:
    """A new account; `invitation` is the secret of its one-time link, told once, and None where it has a password already."""

    account: Account
    invitation: str | None


async def add(tx: AsyncSession, vault: Vault, new: NewAccount) -> Added:
    """Add an account. Raises AccountRefused: a name that is taken or none, an unknown role, a password for a live account.

    Raises OrganizationSuspended.
    """
    name = new.name.get_secret_value()
    _allowed(new)
    if await clients.is_suspended(tx, new.organization_id):
        raise OrganizationSuspended
    try:
        name_hash = vault.blind(names.plain(name), "account.name")
    except names.NameRefused:
        raise AccountRefused(f"a sign-in name has 3 to {names.LONGEST} characters, without spaces") from None
    await store.alone_with(tx, name_hash)
    if await store.account_named(tx, name_hash) is not None:
        raise AccountRefused("this sign-in name is taken")
    now, account_id = datetime.now(UTC), new_id()
    account = Account(
        account_id=account_id, name_hash=name_hash, sealed_name=names.sealed(vault, account_id, name), kind=new.kind,
        organization_id=new.organization_id, organization_name=new.organization, organization_kind=new.organization_kind,
        operator_id=new.operator_id, governorates=sorted(set(new.governorates)), roles=sorted(set(new.roles)), cleared=new.cleared,
        language=new.language, trained_on=new.trained_on, code_signed_on=new.code_signed_on, status="invited", suspended_by=[],
        version=1, changed_at=now, created_at=now,
    )  # fmt: skip
    tx.add(account)
    if new.password is None:
        return Added(account, invite(account, now))
    account.password_hash = await passwords.hashed(new.password.get_secret_value())
    account.status = "active"
    return Added(account, None)


async def suspend(tx: AsyncSession, account: Account, by: By = "administrator") -> bool:
    """Let the person in no more: sessions end, tokens are refused within a second. Returns False when `by` held her suspended already.

    Emits AccountSuspended if nobody did until now.
    """
    if by in account.suspended_by:
        return False
    touch(account)
    held, account.suspended_by = account.suspended_by, sorted([*account.suspended_by, by])
    if held:
        return True
    account.status = "suspended"
    await step_store.forget(tx, account.account_id)
    await store.end_sessions(tx, account.account_id)
    emit(tx, AccountSuspended(
        organization_id=account.organization_id, account_id=account.account_id, suspended_at=account.changed_at
    ))  # fmt: skip
    return True


def restore(account: Account) -> bool:
    """Let the person in again, who signs in anew; one who never took her invitation up needs a new one.

    Returns False when nobody suspended her. Raises OrganizationSuspended.
    """
    if "organization" in account.suspended_by:
        raise OrganizationSuspended
    return release(account, "administrator")


def release(account: Account, by: By) -> bool:
    """Let go of an account, which is what it was before when nobody else holds it. Returns False when `by` did not."""
    if by not in account.suspended_by:
        return False
    touch(account)
    account.suspended_by = [each for each in account.suspended_by if each != by]
    if not account.suspended_by:
        account.status = "active" if account.invitation_hash is None else "invited"  # a password alone is no invitation taken up
    return True


async def reset(tx: AsyncSession, account: Account) -> str:
    """Take password and second factors away and end all sessions; return the secret of a new invitation.

    Raises AccountRefused for one that is suspended, an emergency account, or signs in elsewhere.
    """
    if account.status == "suspended" or account.kind == "emergency" or account.outside_hash is not None:
        raise AccountRefused("this account cannot be invited: it is suspended, for emergencies, or signs in elsewhere")
    touch(account)
    account.status, account.password_hash = "invited", None
    await step_store.forget(tx, account.account_id)
    await store.forget_factors(tx, account.account_id)
    await store.end_sessions(tx, account.account_id)
    return invite(account, account.changed_at)


def touch(account: Account) -> None:
    """Mark a change of rights: tokens that were given before are refused from now on."""
    account.version += 1
    account.changed_at = datetime.now(UTC)


def invite(account: Account, now: datetime) -> str:
    """Return the secret of a new one-time link, which replaces an older one."""
    secret = secrets.token_urlsafe(32)
    account.invitation_hash, account.invitation_until = hash_of(secret), now + INVITATION_LIVES
    return secret


def link(issuer: str, secret: str) -> str:
    """Return the address of an invitation."""
    return f"{issuer}/invitation/{secret}"


def _allowed(new: NewAccount) -> None:
    if unknown := set(new.roles) - ROLES:
        raise AccountRefused(f"there is no role {', '.join(sorted(unknown))}")
    if new.password is not None and new.kind != "sandbox":
        raise AccountRefused("only a sandbox account is given a password; others choose theirs at the invitation's link")
