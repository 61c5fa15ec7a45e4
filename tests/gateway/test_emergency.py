"""The emergency account administers, once it is open, by the clients that are there; and leaves nothing of whoever used it."""

from typing import Any
from uuid import UUID

import pytest
from ihala_gateway.staff import accounts, emergency, store
from ihala_gateway.staff.accounts import AccountRefused
from ihala_gateway.staff.second_factor import Factors, enrol, new_seed
from ihala_gateway.staff.tables import Account
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.gateway.house import OPERATOR, House
from tests.gateway.party import Party
from tests.gateway.staff import browser, forget_tries, who

BACK = "https://console.example/back"


@pytest.fixture
async def opened(home: House) -> tuple[UUID, str, str]:
    """An emergency account that is open: id, name, password."""
    await forget_tries(home)
    vault = Vault.of(home.settings)
    async with home.database.transaction(Caller.system("test")) as tx:
        name, password = await emergency.add(tx, vault, OPERATOR, "Ministry")
        await tx.flush()
        account = await store.account_named(tx, vault.blind(name, "account.name"))
        assert account is not None
        await emergency.open_(tx, account, "all administrators are away")
        return account.account_id, name, password


async def _of(tx: AsyncSession, account_id: UUID) -> Account:
    found = await store.locked_account(tx, account_id)
    assert found is not None
    return found


async def test_it_administers_through_a_live_client(home: House, opened: tuple[UUID, str, str]) -> None:
    scopes = ["gateway:accounts", "gateway:approve"]
    await home.register(
        "console", kind="live", redirect_uris=[BACK], first_party=True, organization_id=str(OPERATOR), organization_kind="operator",
        roles=["operator-administrator"], scopes=scopes,
    )  # fmt: skip
    async with browser(home) as at:
        await at.sign_in(opened[1], opened[2])
        found = await who(home, at)
        assert found is not None and found.methods == ("pwd", "mca")
        sent = await at.open(await Party(home, "console").pushed(redirect_uri=BACK, scope=" ".join(scopes)))
        assert sent.status == 303 and "code=" in sent.headers["Location"], sent.headers["Location"]


async def test_nobody_takes_its_rights_and_a_suspended_one_is_not_said_to_be_open(home: House, opened: tuple[UUID, str, str]) -> None:
    account_id, name, password = opened
    await home.register(
        "quiet", organization_id=str(OPERATOR), organization_kind="operator", roles=["operator-administrator"],
        scopes=["gateway:accounts", "gateway:approve"],
    )  # fmt: skip
    path, headers = f"/gateway/v1/accounts/{account_id}/rights", await home.signed_in("quiet") | {"If-Match": '"1"'}
    async with home.session.put(path, json={"roles": []}, headers=headers) as answer:
        assert (answer.status, (await answer.json())["type"]) == (409, "urn:ihala:problem:account-state-refused")
    async with home.database.transaction(Caller.system("test")) as tx:
        account = await _of(tx, account_id)
        await accounts.suspend(tx, account)
        with pytest.raises(AccountRefused, match="restore"):
            await emergency.open_(tx, account, "nobody else is here")
        accounts.restore(account)
        await emergency.open_(tx, account, "nobody else is here")
    async with browser(home) as at:
        await at.sign_in(name, password)
        assert await who(home, at) is not None


async def test_whoever_used_it_leaves_no_factor_and_no_other_password(home: House, opened: tuple[UUID, str, str]) -> None:
    account_id, name, password = opened
    new = "nine slow camels at the well"
    async with browser(home) as at:
        await at.sign_in(name, password)
        tried: tuple[tuple[str, dict[str, Any]], ...] = (
            ("password", {"password": new, "again": new}),
            ("app", {}),
            ("codes", {}),
            ("passkeys/removal", {}),
        )
        for path, fields in tried:
            await at.open("/account")
            assert (await at.send(f"/account/{path}", current=password, **fields)).status == 403, path
        async with home.database.transaction(Caller.system("test")) as tx:
            await enrol(tx, Vault.of(home.settings), account_id, new_seed(), 0, (await _of(tx, account_id)).changed_at)
        async with home.database.transaction(Caller.system("test")) as tx:
            await emergency.close(tx, await _of(tx, account_id))
            assert Factors(*await store.factors(tx, account_id)) == Factors(totp=False, passkeys=0, codes=0)
            await emergency.open_(tx, await _of(tx, account_id), "still nobody else is here")
        await at.sign_in(name, password)
        assert await who(home, at) is not None
