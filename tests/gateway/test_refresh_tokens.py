"""Refresh tokens: rotated where nothing binds them, bound where something does; never more than was granted or is still held."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from ihala_gateway.oauth import families
from ihala_gateway.oauth.tables import GrantedToken
from ihala_gateway.staff.tables import Account, StaffSession
from ihala_kit.auth import Caller
from joserfc.jwk import ECKey
from sqlalchemy import delete, event
from sqlmodel import col

from tests.gateway.house import House
from tests.gateway.party import BACK, Party, answered, changed, code, events
from tests.gateway.staff import Browser, account, browser

SCOPES = ["directory:read", "intake:request", "referral:read", "referral:refer"]


async def test_refresh_tokens_turn_and_a_used_one_ends_all_that_came_of_it(home: House, person: tuple[Browser, Account]) -> None:
    party = Party(home, "app")
    _, first = await party.exchange(await code(party, person[0], scope="openid directory:read referral:read"))
    status, second = await party.refresh(first["refresh_token"], scope="referral:read")
    assert status == 200 and second["scope"] == "referral:read" and second["refresh_token"] != first["refresh_token"]
    _, third = await party.refresh(second["refresh_token"])
    assert third["scope"] == "directory:read openid referral:read", "narrowed once is not narrowed for ever"
    for more in ("referral:refer", "referral:read referral:refer", "intake:request"):
        assert (await party.refresh(third["refresh_token"], scope=more))[1]["error"] == "invalid_scope"
    await home.register("thief", redirect_uris=[BACK])
    assert (await Party(home, "thief").refresh(third["refresh_token"]))[1]["error"] == "invalid_grant"
    assert (await party.call(third["access_token"], scheme="Bearer"))[0] == 200
    assert (await party.refresh(first["refresh_token"]))[1]["error"] == "invalid_grant"
    await home.gateway._upkeep.read_standing()
    for body in (first, second, third):
        assert (await party.call(body["access_token"], scheme="Bearer"))[0] == 401
    assert (await party.refresh(third["refresh_token"]))[1]["error"] == "invalid_grant"


async def test_a_bound_refresh_token_stays_and_is_worth_nothing_without_a_key(home: House, person: tuple[Browser, Account]) -> None:
    party = Party(home, "app", ECKey.generate_key("P-256"))
    _, first = await party.exchange(await code(party, person[0]))
    assert first["token_type"] == "DPoP"
    for _ in range(2):
        status, again = await party.refresh(first["refresh_token"])
        assert status == 200 and "refresh_token" not in again and (await party.call(again["access_token"]))[0] == 200
    assert (await Party(home, "app").refresh(first["refresh_token"]))[1]["error"] == "invalid_grant"
    fresh = Party(home, "app", ECKey.generate_key("P-256"))  # a client may change its key; what it gets is bound to the new one
    _, again = await fresh.refresh(first["refresh_token"])
    assert (await fresh.call(again["access_token"]))[0] == 200 and (await party.call(again["access_token"]))[0] == 401


async def test_a_client_cannot_make_the_end_of_a_grant_long(
    home: House, person: tuple[Browser, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(families, "MOST_LIVE_TOKENS", 3)
    party, statements = Party(home, "app", ECKey.generate_key("P-256")), list[str]()
    _, first = await party.exchange(await code(party, person[0]))
    bodies = [first, *[(await party.refresh(first["refresh_token"]))[1] for _ in range(2)]]
    status, body = await party.refresh(first["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_request") and "access_token" not in body
    counting = partial(event.listens_for, home.database.engine.sync_engine, "before_cursor_execute")

    @counting()
    def _count(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    before = len(await events(home))
    assert (await party.post("/oauth/revoke", token=first["refresh_token"]))[0] == 200
    event.remove(home.database.engine.sync_engine, "before_cursor_execute", _count)
    assert sum("INTO revoked_token" in each for each in statements) == 1, "however many tokens there are"
    assert [each["type"].rpartition(".")[2] for each in (await events(home))[before:]] == ["token-revoked"] * 3
    for each in bodies:
        assert (await party.call(each["access_token"]))[0] == 401


async def test_what_she_may_no_longer_do_the_client_may_not_either(home: House) -> None:
    party = Party(home, "app")
    name, row, _ = await account(home)
    async with browser(home) as desk:
        await desk.sign_in(name)
        _, body = await party.exchange(await code(party, desk, scope="directory:read referral:read referral:refer"))
        assert body["scope"] == "directory:read referral:read referral:refer"
        await changed(home, Account, "account_id", row.account_id, roles=["auditor"], version=2, changed_at=datetime.now(UTC))
        await home.gateway._upkeep.read_standing()
        assert (await party.call(body["access_token"], scheme="Bearer"))[0] == 401
        _, body = await party.refresh(body["refresh_token"])
        assert body["scope"] == "directory:read"
        await changed(home, Account, "account_id", row.account_id, status="suspended", suspended_by=["administrator"], version=3)
        assert (await party.refresh(body["refresh_token"]))[1]["error"] == "invalid_grant"
        await changed(home, Account, "account_id", row.account_id, status="active", suspended_by=[])
        await changed(home, StaffSession, "account_id", row.account_id, ends_at=datetime.now(UTC) - timedelta(seconds=1))
        assert (await party.refresh(body["refresh_token"]))[1]["error"] == "invalid_grant", "a session that ended ends it too"


async def test_where_nobody_works_any_more_the_client_does_not_go_on(home: House) -> None:
    party = Party(home, "app")
    name, row, _ = await account(home)
    async with home.database.transaction(Caller.system("test")) as tx:
        await tx.exec(delete(GrantedToken))
    async with browser(home) as desk:
        await desk.sign_in(name)  # a desk that others use: ten minutes
        _, body = await party.exchange(await code(party, desk))
    for minutes, status in ((-9, 200), (-11, 400)):
        await changed(home, StaffSession, "account_id", row.account_id, seen_at=datetime.now(UTC) - timedelta(hours=1))
        async with home.database.transaction(Caller.system("test")) as tx:
            [grant_id] = set((await tx.exec(delete(GrantedToken).returning(col(GrantedToken.grant_id)))).scalars())
            tx.add(GrantedToken(jti=uuid4().hex, grant_id=grant_id, expires_at=datetime.now(UTC) + timedelta(minutes=minutes)))
        found, again = await party.refresh(body["refresh_token"])
        assert found == status
        body = again if found == 200 else body
    assert again["error"] == "invalid_grant"


async def test_who_signs_out_takes_along_what_clients_got(home: House) -> None:
    party = Party(home, "app", ECKey.generate_key("P-256"))
    name, _, _ = await account(home)
    async with browser(home) as desk, browser(home) as other:
        found = []
        for each in (desk, other):
            await each.sign_in(name)
            found.append((await party.exchange(await code(party, each)))[1])
        await desk.open("/account")
        await desk.send("/sign-out")
        await home.gateway._upkeep.read_standing()
        assert [(await party.call(body["access_token"]))[0] for body in found] == [401, 200], "at that browser only"
        assert [(await party.refresh(body["refresh_token"]))[0] for body in found] == [400, 200]
    assert (await events(home))[-1]["type"] == "org.ihala.gateway.token-revoked"


async def test_another_person_at_the_desk_ends_it_and_the_same_one_does_not(home: House) -> None:
    party = Party(home, "app", ECKey.generate_key("P-256"))
    (name, _, _), (other, _, _) = await account(home), await account(home)
    async with browser(home) as desk:
        await desk.sign_in(name)
        _, body = await party.exchange(await code(party, desk))
        for who, status in ((name, 200), (other, 400)):
            await desk.sign_in(who)
            assert (await party.refresh(body["refresh_token"]))[0] == status
    await home.gateway._upkeep.read_standing()
    assert (await party.call(body["access_token"]))[0] == 401


async def test_without_training_nothing_about_persons_is_given(home: House) -> None:
    party = Party(home, "app")
    name, _, _ = await account(home, code_signed_on=None)
    async with browser(home) as desk:
        await desk.sign_in(name)
        assert (await party.exchange(await code(party, desk, scope=" ".join(SCOPES))))[1]["scope"] == "directory:read"
        back = answered(await desk.open(party.address(scope="referral:read")))
        assert back["error"] == "access_denied"
