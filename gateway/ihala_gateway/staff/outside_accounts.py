"""Accounts of people whom an outside provider signs in: made when they come first, with the rights that its claims say each time."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ihala_kit.ids import new_id
from ihala_kit.vault import Vault
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import store as clients
from ihala_gateway.staff import accounts, names, store
from ihala_gateway.staff.outside_provider import OutsideRefused
from ihala_gateway.staff.outside_settings import Provider
from ihala_gateway.staff.roles import OPERATOR, open_to
from ihala_gateway.staff.tables import Account

_LONGEST_AMR = 10


async def of(tx: AsyncSession, vault: Vault, provider: Provider, claims: dict[str, Any], language: Language) -> Account:
    """Return the account of a person, with her rights as the claims say them now. Raises OutsideRefused without any role, and while her
    organisation is suspended.

    Training and the signed code are never the provider's to say; a suspension here holds whatever it says.
    """
    outside_hash = vault.blind(f"{provider.issuer}\n{claims['sub']}", "account.outside")
    if await clients.is_suspended(tx, provider.organization_id):
        raise OutsideRefused("its organisation is suspended")
    await store.alone_with(tx, outside_hash)  # she may come back twice at once
    account = await store.account_outside(tx, outside_hash)
    rights = _rights(provider, claims)
    rights["cleared"] = rights["cleared"] and await _may_be_cleared(tx, provider)
    if account is None:
        account = _new(vault, provider, claims, outside_hash, language, rights)
        await store.alone_with(tx, account.name_hash)
        if await store.account_named(tx, account.name_hash) is not None:
            raise OutsideRefused("the name is taken by another account")
        tx.add(account)
        await tx.flush()
    elif any(getattr(account, name) != value for name, value in rights.items()):
        for name, value in rights.items():
            setattr(account, name, value)
        accounts.touch(account)
    return account


def methods(claims: dict[str, Any]) -> tuple[str, ...]:
    """Return how the provider says it knew the person (RFC 8176), and that it was the provider who said so."""
    told = claims.get("amr")
    found = [each for each in told if isinstance(each, str) and each.isascii() and each.isalnum() and len(each) <= 20] \
        if isinstance(told, list) else []  # fmt: skip
    return ("fed", *found[:_LONGEST_AMR])


def _rights(provider: Provider, claims: dict[str, Any]) -> dict[str, Any]:
    groups = set(_texts(claims.get(provider.claims.roles)))
    roles = {role for group in groups & provider.roles.keys() for role in provider.roles[group]} & open_to(provider.organization_kind)
    if not roles:
        raise OutsideRefused("no role")
    places = provider.governorates
    if provider.claims.governorates is not None:
        places = [each for each in _texts(claims.get(provider.claims.governorates)) if each.isascii() and each.isalnum()]
    return {"roles": sorted(roles), "governorates": sorted(set(places)), "cleared": provider.cleared in groups}


async def _may_be_cleared(tx: AsyncSession, provider: Provider) -> bool:
    """Tell whether people of the provider's organisation can be: the directory says that, no provider."""
    known = await clients.organization(tx, provider.organization_id)
    return provider.organization_kind == OPERATOR or (known is not None and known.cleared)


def _new(
    vault: Vault, provider: Provider, claims: dict[str, Any], outside_hash: bytes, language: Language, rights: dict[str, Any]
) -> Account:
    account_id, now = new_id(), datetime.now(UTC)
    name = str(claims.get(provider.claims.name) or f"outside-{account_id.hex[-12:]}")
    try:
        plain = names.plain(name)
    except names.NameRefused:
        plain = f"outside-{account_id.hex[-12:]}"
    return Account(
        account_id=account_id, name_hash=names.hashed(vault, plain), sealed_name=names.sealed(vault, account_id, plain), kind="live",
        organization_id=provider.organization_id, organization_name=provider.organization, organization_kind=provider.organization_kind,
        operator_id=provider.operator_id, language=language, outside_hash=outside_hash, status="active", suspended_by=[], version=1,
        changed_at=now, created_at=now, **rights,
    )  # fmt: skip


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return value.split()
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
