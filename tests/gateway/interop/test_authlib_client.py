"""Authlib's own client (for requests): metadata, private_key_jwt, a code with PKCE, refresh, revocation, introspection."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.gateway.house import KEY, House
from tests.gateway.party import BACK
from tests.gateway.staff import account, browser, sent_to

T = TypeVar("T")


class Short(PrivateKeyJWT):
    """An assertion that lives for five minutes; Authlib's own hour is longer than we take."""

    def sign(self, auth: Any, token_endpoint: str) -> Any:
        """Return a new one; the claims are given anew each time, since Authlib would keep the first one's jti in them."""
        self.claims = {"exp": int(time.time()) + 300}
        return super().sign(auth, token_endpoint)


@pytest.fixture(autouse=True)
def without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's gateway is on loopback."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


async def off(work: Callable[[], T]) -> T:
    """Run the client beside the gateway, which answers from this loop."""
    return await asyncio.to_thread(work)


def session(home: House, metadata: dict[str, Any], client_id: str, **more: Any) -> OAuth2Session:
    """Return a client with KEY."""
    methods = dict.fromkeys(("token_endpoint_auth_method", "revocation_endpoint_auth_method"), "private_key_jwt")
    made = OAuth2Session(client_id, KEY, **methods, **more)
    made.register_client_auth_method(Short(metadata["issuer"], headers={"kid": "c1"}, alg="ES256"))
    return made


async def discovered(home: House, name: str = "openid-configuration") -> dict[str, Any]:
    def read() -> dict[str, Any]:
        return dict(requests.get(f"{home.address}/.well-known/{name}", timeout=5).json())

    return await off(read)


async def test_discovery_is_what_both_standards_want(home: House) -> None:
    documents = [await discovered(home), await discovered(home, "oauth-authorization-server")]
    assert documents[0] == documents[1]
    https = {name: _https(value) for name, value in documents[0].items()}  # the check wants it, which a test's loopback has not
    OpenIDProviderMetadata(https | {"id_token_signing_alg_values_supported": ["RS256", "ES256"]}).validate()  # FAPI 2.0 forbids RS256
    AuthorizationServerMetadata(https).validate()


async def test_a_system_calls(seen: House) -> None:
    metadata = await discovered(seen)

    def work() -> tuple[int, int, int]:
        client = session(seen, metadata, "centre", scope="referral:read")
        client.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
        first = client.get(f"{seen.address}/referral/v1/referrals").status_code
        active = client.introspect_token(metadata["introspection_endpoint"], token=client.token["access_token"]).json()["active"]
        revoked = client.revoke_token(metadata["revocation_endpoint"], token=client.token["access_token"]).status_code
        return first, active, revoked

    assert await off(work) == (200, True, 200)


async def test_a_person_signs_in(seen: House) -> None:
    await seen.register("authlib-app", redirect_uris=[BACK])
    metadata, (name, row, _) = await discovered(seen), await account(seen)
    client = session(seen, metadata, "authlib-app", scope="openid referral:read", redirect_uri=BACK, code_challenge_method="S256")
    verifier = "w" * 64
    address, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce="n-7")
    async with browser(seen) as desk:
        await desk.sign_in(name)
        path = address.removeprefix(seen.address)
        await desk.open(path)
        back = sent_to(await desk.send(path, decision="allow"))

    def work() -> tuple[Any, int, str, str]:
        token = client.fetch_token(metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)
        keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=5).json())
        claims = jwt.decode(token["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"]).claims
        called = client.get(f"{seen.address}/referral/v1/referrals").status_code
        first = client.token["refresh_token"]
        client.refresh_token(metadata["token_endpoint"])
        return claims, called, first, client.token["refresh_token"]

    claims, called, first, second = await off(work)
    assert (claims["sub"], claims["nonce"], claims["aud"], called) == (str(row.account_id), "n-7", "authlib-app", 200)
    assert first != second


def _https(value: Any) -> Any:
    return value.replace("http://", "https://") if isinstance(value, str) else value
