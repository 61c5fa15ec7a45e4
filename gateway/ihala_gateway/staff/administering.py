"""Who may administer whom: an organisation's administrator her own people, an operator's those of the organisations it admitted, too.

Nobody changes her own rights. A role or clearance that an organisation's people cannot have is given by nobody.
"""

from datetime import date
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from ihala_kit.vault import Vault
from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import rights
from ihala_gateway.clients.tables import KnownOrganization
from ihala_gateway.staff import accounts, models, names, store
from ihala_gateway.staff.accounts import AccountRefused, Added, NewAccount, OrganizationSuspended
from ihala_gateway.staff.errors import AccountNotFound, AccountStateRefused, NameRefused, NameTaken, OwnAccountRefused, RoleRefused
from ihala_gateway.staff.roles import OPERATOR, open_to
from ihala_gateway.staff.tables import Account

_OPERATORS_TO_GIVE = "operator-administrator"  # only who is one makes another


async def add(tx: AsyncSession, caller: Caller, vault: Vault, new: models.NewPerson) -> Added:
    """Return a new account with the secret of its invitation. Raises RoleNeeded (403), NameTaken (409), NameRefused, RoleRefused (422),
    AccountNotFound (404) for an organisation that is not the caller's to administer, AccountStateRefused (409) while it is suspended.
    """
    rights.administrator(caller)
    organization = await _organization(tx, caller, new.organization_id or caller.organization_id)
    _check(caller, organization, new)
    try:
        names.plain(new.name.get_secret_value())
        return await accounts.add(tx, vault, NewAccount(
            name=SecretStr(new.name.get_secret_value()), organization_id=organization.organization_id, organization=organization.name,
            organization_kind=organization.kind, operator_id=_office_of(organization), governorates=new.governorates, roles=new.roles,
            cleared=new.cleared, kind=new.kind, language=new.language,
        ))  # fmt: skip
    except names.NameRefused:
        raise NameRefused(pointer="#/name") from None
    except OrganizationSuspended:
        raise AccountStateRefused from None
    except AccountRefused:
        raise NameTaken(pointer="#/name") from None


async def of_version(tx: AsyncSession, caller: Caller, account_id: UUID, version: int, *, own: bool = False) -> Account:
    """Return an account that the caller may change, locked, as she read it; her own only if `own`.

    Raises RoleNeeded (403), AccountNotFound (404), OwnAccountRefused (409), Stale (412). Who is an operator-administrator is changed by
    another one alone: whoever could invite her anew could become her.
    """
    account = await store.administered(tx, caller, account_id, lock=True)
    if _OPERATORS_TO_GIVE in account.roles and not rights.may_approve(caller):
        raise AccountNotFound
    if account.version != version:
        raise Stale
    if not own and caller.account_id == str(account_id):
        raise OwnAccountRefused
    if account.organization_id != caller.organization_id and not rights.may_approve(caller):
        raise AccountNotFound
    return account


async def change(tx: AsyncSession, caller: Caller, account: Account, wanted: models.Rights) -> None:
    """Give other rights; tokens that were given before are refused. Raises RoleRefused (422), and AccountStateRefused (409) for an
    emergency account: it lies in its safe with the rights that the day needs on which nobody else can sign in.
    """
    if account.kind == "emergency":
        raise AccountStateRefused
    _check(caller, await _organization(tx, caller, account.organization_id), wanted, had=frozenset(account.roles))
    account.roles, account.governorates = sorted(set(wanted.roles)), sorted(set(wanted.governorates))
    account.cleared = wanted.cleared
    accounts.touch(account)


def confidentiality(caller: Caller, account: Account, trained_on: date | None, code_signed_on: date | None) -> None:
    """Record training and the signed code: the operator does. Raises RoleNeeded (403)."""
    rights.approver(caller)
    account.trained_on, account.code_signed_on = trained_on, code_signed_on
    accounts.touch(account)


def restore(account: Account) -> None:
    """Let somebody in again. Raises AccountStateRefused (409)."""
    try:
        accounts.restore(account)
    except AccountRefused:
        raise AccountStateRefused from None


async def reset(tx: AsyncSession, account: Account) -> str:
    """Return the secret of a new invitation; password and second factors are gone. Raises AccountStateRefused (409)."""
    try:
        return await accounts.reset(tx, account)
    except AccountRefused:
        raise AccountStateRefused from None


async def _organization(tx: AsyncSession, caller: Caller, organization_id: UUID) -> KnownOrganization:
    """Return an organisation whose people the caller administers. Raises AccountNotFound (404)."""
    known = await tx.get(KnownOrganization, organization_id)
    if organization_id == caller.organization_id:
        return known or KnownOrganization(
            organization_id=organization_id, name=await store.name_of(tx, organization_id) or caller.organization_kind,
            kind=caller.organization_kind, operator_id=caller.operator_id, cleared=caller.cleared,
        )  # fmt: skip
    if known is None or known.operator_id != caller.organization_id or not rights.may_approve(caller):
        raise AccountNotFound
    return known


def _office_of(organization: KnownOrganization) -> UUID | None:
    return organization.organization_id if organization.kind == OPERATOR else organization.operator_id


def _check(caller: Caller, organization: KnownOrganization, wanted: models.Rights, had: frozenset[str] = frozenset()) -> None:
    allowed = open_to(organization.kind)
    if not rights.may_approve(caller):
        allowed -= {_OPERATORS_TO_GIVE} - had  # who is one stays one
    if not set(wanted.roles) <= allowed:
        raise RoleRefused(pointer="#/roles")
    if wanted.cleared and not organization.cleared:
        raise RoleRefused(pointer="#/cleared")
