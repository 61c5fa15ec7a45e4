"""Who holds an account suspended, who comes to an organisation that is; and that changes neither hang nor take traces away."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_gateway.clients import organizations
from ihala_gateway.clients.tables import KnownOrganization
from ihala_gateway.staff import accounts, outside_accounts, sessions, store
from ihala_gateway.staff.accounts import AccountRefused
from ihala_gateway.staff.outside_provider import OutsideRefused
from ihala_gateway.staff.outside_settings import Provider
from ihala_gateway.staff.tables import Account
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.gateway.house import OPERATOR, House
from tests.gateway.staff import account, events_about


@pytest.fixture
async def tx(home: House) -> AsyncIterator[AsyncSession]:
    async with home.database.transaction(Caller.system("test")) as found:
        yield found


async def _of(tx: AsyncSession, account_id: UUID) -> Account:
    found = await store.locked_account(tx, account_id)
    assert found is not None
    return found


async def test_each_gives_back_only_what_it_took(home: House) -> None:
    ours = uuid4()
    _, row, _ = await account(home, organization_id=str(ours))
    async with home.database.transaction(Caller.system("test")) as tx:
        await accounts.suspend(tx, await _of(tx, row.account_id))
        await organizations.suspend(tx, ours)
        with pytest.raises(AccountRefused):
            accounts.restore(await _of(tx, row.account_id))
        await organizations.reinstate(tx, ours)
        assert (await _of(tx, row.account_id)).status == "suspended", "her administrator did that before"
        await organizations.suspend(tx, ours)
        await organizations.reinstate(tx, ours)
        assert accounts.restore(await _of(tx, row.account_id))
        await organizations.suspend(tx, ours)
        assert await accounts.suspend(tx, await _of(tx, row.account_id)), "her administrator found something meanwhile"
        await organizations.reinstate(tx, ours)
        assert (await _of(tx, row.account_id)).suspended_by == ["administrator"]
    assert len(await events_about(home, row.account_id)) == 2, "told when it began, not when another held her too"


async def test_nobody_comes_to_an_organisation_that_is_suspended(home: House) -> None:
    ours = uuid4()
    async with home.database.transaction(Caller.system("test")) as tx:
        await organizations.suspend(tx, ours)
    with pytest.raises(AccountRefused, match="suspended"):
        await account(home, organization_id=str(ours))
    async with home.database.transaction(Caller.system("test")) as tx:
        await organizations.reinstate(tx, ours)
    assert (await account(home, organization_id=str(ours)))[1].status == "active"


async def test_a_password_alone_is_no_invitation_taken_up(tx: AsyncSession, home: House) -> None:
    _, row, _ = await account(home, kind="live", password=None)
    found = await _of(tx, row.account_id)
    found.password_hash = "chosen, but no app yet"
    await accounts.suspend(tx, found)
    accounts.restore(found)
    assert found.status == "invited"


def _provider(organization_id: UUID, **more: Any) -> Provider:
    told: dict[str, Any] = {
        "label": "Partner", "issuer": f"https://{organization_id}.example", "client_id": "ihala", "organization_id": organization_id,
        "organization": "Partner", "organization_kind": "nngo", "operator_id": OPERATOR, "roles": {"desk": ["officer"]},
        "cleared": "cleared-people", "secret_file": Path(__file__),
    }  # fmt: skip
    return Provider.model_validate(told | more)


async def _comes(tx: AsyncSession, home: House, provider: Provider, sub: str = "one") -> Account:
    claims = {"sub": sub, "groups": ["desk", "cleared-people"]}
    return await outside_accounts.of(tx, Vault.of(home.settings), provider, claims, "en")


async def test_somebody_new_of_an_outside_provider_does_not_come_either(tx: AsyncSession, home: House) -> None:
    provider = _provider(uuid4())
    await organizations.suspend(tx, provider.organization_id)
    with pytest.raises(OutsideRefused):
        await _comes(tx, home, provider)
    await organizations.reinstate(tx, provider.organization_id)
    assert (await _comes(tx, home, provider)).status == "active"


async def test_a_provider_clears_nobody_whose_organisation_is_not(tx: AsyncSession, home: House) -> None:
    provider = _provider(uuid4())
    assert not (await _comes(tx, home, provider)).cleared, "the directory told nothing of it"
    known = KnownOrganization(organization_id=provider.organization_id, name="P", kind="nngo", operator_id=OPERATOR, cleared=True)
    tx.add(known)
    await tx.flush()
    assert (await _comes(tx, home, provider)).cleared
    known.cleared = False
    await tx.flush()
    assert not (await _comes(tx, home, provider)).cleared
    assert (await _comes(tx, home, _provider(OPERATOR, organization_kind="operator"), "operators")).cleared


async def test_a_session_begins_while_her_account_is_being_changed(tx: AsyncSession, home: House) -> None:
    _, row, _ = await account(home)
    await _of(tx, row.account_id)
    async with home.database.transaction(Caller.system("test")) as other:
        await other.execute(text("SET LOCAL lock_timeout = '100ms'"))
        found = await store.account(other, row.account_id)
        assert found is not None
        await sessions.begin(other, found, ("pwd",), shared_desk=True, language="en", now=datetime.now(UTC))
        await other.flush()


@pytest.mark.parametrize("what", ["DELETE FROM emergency_use", "UPDATE emergency_use SET reason = 'x'", "DELETE FROM account"])
async def test_no_trace_is_taken_away(home: House, what: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with home.database.transaction(Caller.system("test")) as tx:
            await tx.execute(text(what))
