"""Attacks on what a person gives a client: codes, PKCE, where she is sent back to, and refresh tokens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from ihala_gateway.oauth import authorization, authorization_request, families, grants
from ihala_gateway.oauth.families import Family
from ihala_gateway.oauth.grants import ByCode, Challenge
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.tables import AuthorizationCode
from ihala_gateway.staff import forms
from joserfc.jwk import ECKey
from pytest import MonkeyPatch
from yarl import URL

from tests.gateway.attacks.attack import Attack, Try, Weaken, gone
from tests.gateway.house import House
from tests.gateway.party import BACK, VERIFIER, Party, answered, changed, code
from tests.gateway.staff import Browser, Seen, account, browser, sent_to

_signed_in: dict[str, dict[str, str]] = {}  # cookies of somebody who signed in, by gateway: signing in takes long


@asynccontextmanager
async def at_desk(house: House) -> AsyncIterator[tuple[Browser, Party]]:
    """Give the browser of somebody who is signed in, and a client that acts for her if she agrees."""
    async with browser(house) as at:
        known = _signed_in.get(house.settings.issuer)
        if known is None:
            await house.register("app", redirect_uris=[BACK])
            await house.register("thief", redirect_uris=[BACK])
            name, _, _ = await account(house)
            await at.sign_in(name)
            _signed_in[house.settings.issuer] = {each.key: each.value for each in at.session.cookie_jar}
        else:
            at.session.cookie_jar.update_cookies(known, URL(house.address))
        yield at, Party(house, "app")


async def _bought(party: Party, given: str, **more: Any) -> bool:
    status, body = await party.exchange(given, **more)
    return status == 200 and "access_token" in body


def _with_code(**more: Any) -> Try:
    """Return the try to buy with a code, asking in another way than one must."""

    async def gets_through(house: House) -> bool:
        async with at_desk(house) as (at, party):
            return await _bought(party, await code(party, at), **more)

    return gets_through


async def _replayed_code(house: House) -> bool:
    async with at_desk(house) as (at, party):
        given = await code(party, at)
        assert await _bought(party, given), "it is good the first time"
        return await _bought(party, given)


async def _of_another_client(house: House) -> bool:
    async with at_desk(house) as (at, party):
        return await _bought(Party(house, "thief"), await code(party, at))


async def _old_code(house: House) -> bool:
    async with at_desk(house) as (at, party):
        given = await code(party, at)
        await changed(house, AuthorizationCode, "code_hash", families.hash_of(given), expires_at=datetime.now(UTC))
        return await _bought(party, given)


async def _code_of_another_key(house: House) -> bool:
    async with at_desk(house) as (at, party):
        given = await code(party, at, dpop_jkt=ECKey.generate_key("P-256").thumbprint())
        return await _bought(Party(house, "app", ECKey.generate_key("P-256")), given)


def _asked_with(**more: Any) -> Try:
    """Return the try to get a code for a request that is other than it must be."""

    async def gets_through(house: House) -> bool:
        async with at_desk(house) as (at, party):
            seen = await at.open(party.address(**more))
            if seen.status != 200 or "decision" not in seen.text:
                return False
            return "code=" in sent_to(await at.send(party.address(**more), decision="allow"))

    return gets_through


def _sent_to(address: str) -> Try:
    """Return the try to have the person sent to an address that is not registered, with a code or an error."""

    async def gets_through(house: House) -> bool:
        async with at_desk(house) as (at, party):
            for more in ({}, {"response_type": "token"}):
                seen = await at.open(party.address(redirect_uri=address, **more))
                if seen.status == 200 and "decision" in seen.text:
                    seen = await at.send(party.address(redirect_uri=address, **more), decision="allow")
                if sent_to(seen).startswith(address):
                    return True
            return False

    return gets_through


class _ByBeginning(list[str]):
    """Addresses as a server compares them that looks only at how they begin, or where they lie."""

    def __contains__(self, asked: object) -> bool:
        return str(asked).startswith(("http://127.0.0.1:9", "http://127.0.0.1.", "https://evil.example"))


def _redirects_by_beginning(monkeypatch: MonkeyPatch, _: House) -> None:
    checked = authorization.checked

    def lax(fields: Any, client: Registered, *more: Any) -> Any:
        row = SimpleNamespace(redirect_uris=_ByBeginning(client.row.redirect_uris))
        return checked(fields, SimpleNamespace(row=row, scopes=client.scopes), *more)  # type: ignore[arg-type]

    monkeypatch.setattr(authorization, "checked", lax)


async def _without_issuer(house: House) -> bool:
    """Tell whether an answer does not say whose it is: then a client that knows two servers can be made to mix them up."""
    async with at_desk(house) as (at, party):
        await at.open(party.address())
        return answered(await at.send(party.address(), decision="allow")).get("iss") != house.settings.issuer


def _says_not_who(monkeypatch: MonkeyPatch, _: House) -> None:
    back = authorization.redirects.with_answer
    without = lambda address, answer: back(address, {name: value for name, value in answer.items() if name != "iss"})  # noqa: E731
    monkeypatch.setattr(authorization.redirects, "with_answer", without)


async def _consent_forged(house: House) -> bool:
    """Another site's page sends the form of our consent page, with her cookies."""
    async with at_desk(house) as (at, party):
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        async with at.session.post(party.address(), data={"decision": "allow"}, headers=headers, allow_redirects=False) as answer:
            return "code=" in sent_to(Seen(answer.status, await answer.text(), answer.headers))


def any_form(monkeypatch: MonkeyPatch, _: House) -> None:
    """Take a form from anywhere, without its token."""
    monkeypatch.setattr(forms, "_from_here", lambda _: True)
    monkeypatch.setattr(forms.cookies, "same", lambda *_: True)
    read = forms.read

    async def lax(request: Any, csrf: str | None) -> dict[str, str]:
        return await read(request, csrf or "any")

    monkeypatch.setattr(forms, "read", lax)


used_again: Weaken = gone(Family, "used", False)
_any_verifier: Weaken = gone(Challenge, "validate_code_verifier", lambda *_: None)
_any_redirect: Weaken = gone(Family, "get_redirect_uri", lambda self: None)
_any_request: Weaken = gone(authorization_request, "_fault", lambda *_: None)
any_client: Weaken = gone(Family, "check_client", lambda *_: True)
_any_time: Weaken = gone(grants, "time", SimpleNamespace(time=lambda: 0.0))
_any_code: Weaken = gone(ByCode, "query_authorization_code", lambda self, *_: self.request.family)
_PLAIN = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}

ATTACKS = tuple(
    Attack(*each, behind_nginx=False)  # nginx hands all of this over
    for each in (
        ("replayed code", _replayed_code, used_again),
        ("code of another client", _of_another_client, any_client),
        ("code after its minute", _old_code, _any_time),
        ("code bound to another key", _code_of_another_key, _any_code),
        ("code without its verifier", _with_code(code_verifier=None), _any_verifier),
        ("code with another verifier", _with_code(code_verifier="w" * 43), _any_verifier),
        ("code with another redirect_uri", _with_code(redirect_uri=BACK + "/x"), _any_redirect),
        ("PKCE downgrade: plain", _asked_with(**_PLAIN), _any_request),
        ("response_type token", _asked_with(response_type="token"), _any_request),
        ("redirect trick: a longer path", _sent_to(BACK + "/evil"), _redirects_by_beginning),
        ("redirect trick: a query", _sent_to(BACK + "?x=" + quote("https://evil.example")), _redirects_by_beginning),
        ("redirect trick: user info", _sent_to("http://127.0.0.1:9@evil.example/back"), _redirects_by_beginning),
        ("redirect trick: a longer host", _sent_to("http://127.0.0.1.evil.example/back"), _redirects_by_beginning),
        ("redirect trick: another host", _sent_to("https://evil.example/back"), _redirects_by_beginning),
        ("mix-up: an answer that does not say whose it is", _without_issuer, _says_not_who),
        ("CSRF on consent", _consent_forged, any_form),
    )
)
