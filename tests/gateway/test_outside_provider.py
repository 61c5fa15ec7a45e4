"""An outside OpenID provider signs staff in: claims become roles, and whatever is not quite right signs nobody in."""

import json
import re
import time
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from ihala_gateway.staff.outside_settings import Provider
from ihala_gateway.staff.sessions import SignedIn
from ihala_kit.auth import Caller
from ihala_kit.testing import serving
from joserfc.jwk import ECKey
from pydantic import ValidationError
from sqlalchemy import text

from tests.gateway.house import OPERATOR, House, free_port, opened
from tests.gateway.outside import OutsideProvider, back
from tests.gateway.staff import PASSWORD, Browser, account, browser, forget_tries, who

CLIENT_KEY = ECKey.generate_key("P-256", {"kid": "ours"})
ROLES = {"desk": ["officer"], "coordination": ["officer", "coordinator"], "odd": ["sorcerer"]}


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[OutsideProvider]:
    found = OutsideProvider(CLIENT_KEY)
    async with serving(found.app()) as address:
        found.issuer = address
        yield found


@pytest.fixture(scope="module")
async def joined(home: House, provider: OutsideProvider, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A second process, which knows the provider."""
    place, port = tmp_path_factory.mktemp("outside"), free_port()
    settings = home.settings.model_copy(
        update={"issuer": f"http://127.0.0.1:{port}", "outside_provider": _file(place, issuer=provider.issuer)}
    )
    async with opened(settings, home.upstream, port) as found:
        yield found


@pytest.fixture(autouse=True)
async def well(joined: House, provider: OutsideProvider) -> None:
    provider.person = {"preferred_username": "Dilan.K", "groups": ["desk", "unknown"], "amr": ["pwd", "otp"], "gov": "IQG15 IQG11"}
    provider.wrong, provider.header, provider.signs_with, provider.told_keys = {}, {}, None, None
    await forget_tries(joined)


def _file(place: Path, **more: Any) -> Path:
    key = place / "key.json"
    key.write_text(json.dumps(CLIENT_KEY.as_dict(private=True)))
    told = {
        "label": "Ministry", "client_id": "ihala", "key_file": str(key), "organization_id": str(OPERATOR), "organization": "Ministry",
        "organization_kind": "operator", "operator_id": str(OPERATOR), "roles": ROLES, "cleared": "cleared-people",
        "claims": {"governorates": "gov"},
    } | more  # fmt: skip
    file = place / "provider.json"
    file.write_text(json.dumps({name: value for name, value in told.items() if value is not None}))
    return file


async def leave(at: Browser, next_path: str = "/oauth/x") -> str:
    """Press the button; return where the browser is sent."""
    await at.open(f"/sign-in?next={next_path}")
    await at.send("/sign-in/outside")
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', at.seen.text)
    assert found is not None, at.seen.text
    return unescape(found[1])


async def come(home: House, provider: OutsideProvider, **other: str | None) -> tuple[int, SignedIn | None]:
    """Go there and come back, with other parameters; return the answer's status and who is signed in then."""
    async with browser(home) as at:
        seen = await at.open(back(dict(provider.agree(await leave(at))) | other))
        return seen.status, await who(home, at)


async def test_who_comes_back_is_signed_in_with_the_roles_of_her_groups(joined: House, provider: OutsideProvider) -> None:
    async with browser(joined) as at:
        address = await leave(at)
        assert address.startswith(f"{provider.issuer}/authorize?") and "prompt=login&max_age=0" in address
        answer = provider.agree(address)
        await at.open(back(dict(answer)))
        first = await who(joined, at)
        assert first is not None and 'content="0; url=/oauth/x"' in at.seen.text
        assert (first.roles, first.governorates, first.cleared, first.trained) == ({"officer"}, {"IQG15", "IQG11"}, False, False)
        assert (first.methods, first.organization_id) == (("fed", "pwd", "otp"), OPERATOR)
        assert (await at.open(back(dict(answer)))).status == 403, "once"
        assert "dilan.k" in (await at.open("/account")).text and "/account/password" not in at.seen.text
    provider.person |= {"groups": ["coordination", "cleared-people"]}
    _, again = await come(joined, provider)
    assert again is not None and again.account_id == first.account_id
    assert (again.roles, again.cleared, again.account_version) == ({"officer", "coordinator"}, True, first.account_version + 1)
    _, unchanged = await come(joined, provider)
    assert unchanged is not None and unchanged.account_version == again.account_version


FOREIGN = ECKey.generate_key("P-256", {"kid": "one"})


@pytest.mark.parametrize(
    "amiss",
    [
        {"wrong": {"iss": "https://other.example"}}, {"wrong": {"aud": "somebody-else"}}, {"wrong": {"aud": ["ihala", "other"]}},
        {"wrong": {"exp": int(time.time()) - 120}}, {"wrong": {"exp": None}}, {"wrong": {"exp": "tomorrow"}},
        {"wrong": {"iat": int(time.time()) + 600}}, {"wrong": {"nonce": "another"}}, {"wrong": {"nonce": None}},
        {"wrong": {"sub": None}}, {"wrong": {"sub": ""}}, {"wrong": {"groups": ["unknown"]}}, {"wrong": {"groups": None}},
        {"wrong": {"groups": ["odd"]}}, {"wrong": {"auth_time": None}},
        {"wrong": {"auth_time": int(time.time()) - 400}}, {"signs_with": FOREIGN}, {"header": {"alg": "none"}},
        {"header": {"kid": "another"}},
    ],
)  # fmt: skip
async def test_a_token_that_is_not_quite_right_signs_nobody_in(joined: House, provider: OutsideProvider, amiss: dict[str, Any]) -> None:
    provider.person["sub"] = "nobody-yet"
    for name, value in amiss.items():
        setattr(provider, name, value)
    assert await come(joined, provider) == (401, None)
    async with joined.database.transaction(Caller.system("test")) as tx:
        held = await tx.execute(text("SELECT count(*) FROM staff_session JOIN account USING (account_id) WHERE 'sorcerer' = ANY (roles)"))
        assert held.scalar_one() == 0


@pytest.mark.parametrize(
    "other", [{"state": "x"}, {"state": None}, {"iss": "https://other.example"}, {"iss": None}, {"code": "x"}, {"error": "access_denied"}]
)
async def test_an_answer_to_another_question_signs_nobody_in(
    joined: House, provider: OutsideProvider, other: dict[str, str | None]
) -> None:
    assert await come(joined, provider, **other) == (401, None)


async def test_a_code_that_another_browser_was_given_is_worth_nothing(joined: House, provider: OutsideProvider) -> None:
    async with browser(joined) as hers, browser(joined) as thief:
        answer = provider.agree(await leave(hers))
        mine = provider.agree(await leave(thief))
        assert (await thief.open(back(dict(mine) | {"code": answer["code"]}))).status == 401, "its challenge is another browser's"
        assert await who(joined, thief) is None
    async with browser(joined) as nobody:
        assert (await nobody.open(back(dict(answer)))).status == 403


async def test_suspended_here_is_suspended_whatever_the_provider_says(joined: House, provider: OutsideProvider) -> None:
    provider.person |= {"sub": "to-suspend", "preferred_username": "to.suspend"}
    _, found = await come(joined, provider)
    assert found is not None
    async with joined.database.transaction(Caller.system("test")) as tx:
        await tx.execute(
            text("UPDATE account SET status = 'suspended', suspended_by = '{administrator}' WHERE account_id = :id"),
            {"id": found.account_id},
        )
    assert await come(joined, provider) == (401, None)


async def test_nobody_becomes_an_account_that_is_there_by_having_its_name(joined: House, provider: OutsideProvider) -> None:
    name, _, _ = await account(joined)
    provider.person |= {"sub": "same-name", "preferred_username": name}
    assert await come(joined, provider) == (401, None)


async def test_a_new_key_of_the_provider_is_learnt_but_not_asked_for_at_will(joined: House, provider: OutsideProvider) -> None:
    assert (await come(joined, provider))[1] is not None
    asked = provider.asked_for_keys
    provider.signs_with = FOREIGN
    for _ in range(3):
        assert (await come(joined, provider))[1] is None
    assert provider.asked_for_keys - asked <= 1


async def test_keys_that_are_none_sign_nobody_in(joined: House, provider: OutsideProvider) -> None:
    for told in ({}, {"keys": ["x"]}, {"keys": None}):
        async with opened(joined.settings, joined.upstream, 0) as fresh:
            provider.told_keys = told
            assert (await come(fresh, provider))[0] == 401, told


async def test_without_a_provider_there_is_no_button(home: House) -> None:
    async with browser(home) as at:
        await at.open("/sign-in")
        assert "outside" not in at.seen.text
        assert (await at.send("/sign-in/outside", password=PASSWORD)).status == 404


@pytest.mark.parametrize("more", [{"key_file": None}, {"organisation": "x"}, {"label": ""}, {"key_file": "/nonexistent"}])
def test_a_file_that_says_too_little_is_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Provider.read(_file(tmp_path, issuer="https://id.example", **more))
