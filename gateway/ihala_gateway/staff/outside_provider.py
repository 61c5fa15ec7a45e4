"""The talk with an outside OpenID provider that signs staff in. Nothing it sends is believed unchecked."""

import base64
import hashlib
import json
import secrets
import time
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from ihala_gateway.staff.outside_settings import Provider, Secrets

ALGORITHMS: Final = ["ES256", "PS256", "RS256", "EdDSA", "Ed25519"]  # of id_tokens; never a shared secret, never none
_LARGEST = 256 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=5)
_KNOWN_SECONDS = 3600.0
_AGAIN_SECONDS = 10.0  # a key that is not known may be new; not asked for more often
_SKEW_SECONDS = 60
_JUST_NOW_SECONDS = 300  # of proving who she is: who sat at the desk before may be signed in there still
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class OutsideRefused(Exception):
    """The provider did not sign anybody in; the text is for the log and holds nothing of what it sent."""


class Talk:
    """Talks with the provider. Its metadata and keys are kept for an hour."""

    def __init__(self, provider: Provider, redirect_uri: str) -> None:
        self._provider = provider
        self._redirect_uri = redirect_uri
        self._metadata: tuple[float, dict[str, Any]] = (float("-inf"), {})
        self._keys: tuple[float, KeySet | None] = (float("-inf"), None)

    async def address(self, kept: Secrets) -> str:
        """Return where the browser must go. Raises OutsideRefused."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(kept.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code", "client_id": self._provider.client_id, "redirect_uri": self._redirect_uri,
            "scope": self._provider.scope, "state": kept.state, "nonce": kept.nonce, "code_challenge": challenge,
            "code_challenge_method": "S256", "prompt": "login", "max_age": "0",
            **({"acr_values": self._provider.acr} if self._provider.acr else {}),
        }  # fmt: skip
        endpoint = str((await self._known())["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def person(self, kept: Secrets, answer: dict[str, str]) -> dict[str, Any]:
        """Return the claims of who came back. Raises OutsideRefused."""
        known = await self._known()
        if not secrets.compare_digest(answer.get("state", "").encode(), kept.state.encode()):
            raise OutsideRefused("state")
        told, needed = answer.get("iss"), known.get("authorization_response_iss_parameter_supported") is True
        if told != self._provider.issuer and (needed or told is not None):
            raise OutsideRefused("another provider answered")  # RFC 9207: mix-up
        if "error" in answer or not answer.get("code"):
            raise OutsideRefused("the provider refused")
        return await self._checked(await self._token(known, answer["code"], kept.verifier), kept.nonce)

    async def _token(self, known: dict[str, Any], code: str, verifier: str) -> str:
        endpoint = str(known["token_endpoint"])
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri, "code_verifier": verifier}
        headers, proof = self._proof(endpoint)
        answered = await _asked("POST", endpoint, data=form | proof, headers=headers)
        if not isinstance(found := answered.get("id_token"), str):
            raise OutsideRefused("no id_token")
        return found

    def _proof(self, endpoint: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the headers and the fields by which we authenticate."""
        own, now = self._provider.client_id, int(time.time())
        if self._provider.secret_file is not None:
            secret = self._provider.secret_file.read_text("utf-8").strip()
            basic = base64.b64encode(f"{quote(own, safe='')}:{quote(secret, safe='')}".encode()).decode()
            return {"Authorization": f"Basic {basic}"}, {}
        assert self._provider.key_file is not None, "one of the two is there"
        key = ECKey.import_key(json.loads(self._provider.key_file.read_text("utf-8")))
        claims = {"iss": own, "sub": own, "aud": self._provider.issuer, "iat": now, "exp": now + 60, "jti": secrets.token_urlsafe(16)}
        header = {"alg": "ES256", **({"kid": key.kid} if key.kid else {})}
        return {}, {"client_id": own, "client_assertion_type": _ASSERTION, "client_assertion": jwt.encode(header, claims, key)}

    async def _checked(self, token: str, nonce: str) -> dict[str, Any]:
        claims = (await self._verified(token)).claims
        now, audience = time.time(), claims.get("aud")
        meant = [audience] if isinstance(audience, str) else audience
        right = (
            claims.get("iss") == self._provider.issuer
            and isinstance(meant, list) and self._provider.client_id in meant
            and (len(meant) == 1 or claims.get("azp") == self._provider.client_id)
            and _is_time(claims.get("exp")) and claims["exp"] > now - _SKEW_SECONDS
            and _is_time(claims.get("iat")) and claims["iat"] < now + _SKEW_SECONDS
            and _is_time(claims.get("auth_time")) and claims["auth_time"] > now - _JUST_NOW_SECONDS - _SKEW_SECONDS
            and isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255
        )  # fmt: skip
        if not right:
            raise OutsideRefused("id_token")
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise OutsideRefused("nonce")
        if self._provider.acr is not None and claims.get("acr") != self._provider.acr:
            raise OutsideRefused("signed in more weakly than demanded")
        return dict(claims)

    async def _verified(self, token: str) -> jwt.Token:
        for fresh in (False, True):
            try:
                return jwt.decode(token, await self._key_set(fresh=fresh), algorithms=ALGORITHMS)
            except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
                continue
        raise OutsideRefused("signature")

    async def _known(self) -> dict[str, Any]:
        at, found = self._metadata
        if time.monotonic() - at > _KNOWN_SECONDS:
            found = await _asked("GET", f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._provider.issuer or not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= found.keys():
                raise OutsideRefused("metadata of another provider")
            self._metadata = (time.monotonic(), found)
        return found

    async def _key_set(self, *, fresh: bool) -> KeySet:
        at, found = self._keys
        if found is None or time.monotonic() - at > (_AGAIN_SECONDS if fresh else _KNOWN_SECONDS):
            told: Any = await _asked("GET", str((await self._known())["jwks_uri"]))
            found = KeySet.import_key_set(told)
            self._keys = (time.monotonic(), found)
        return found


async def _asked(method: str, address: str, **more: Any) -> dict[str, Any]:
    """Return the JSON object at an address. Raises OutsideRefused."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.request(method, address, allow_redirects=False, **more) as answer,
        ):
            content = b""
            while len(content) <= _LARGEST and (piece := await answer.content.read(_LARGEST)):
                content += piece
            found = json.loads(content) if answer.status == 200 and len(content) <= _LARGEST else None
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, RecursionError) as error:
        raise OutsideRefused(type(error).__name__) from None
    if not isinstance(found, dict):
        raise OutsideRefused("no JSON object")
    return found


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
