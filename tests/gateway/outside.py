"""A tiny OpenID provider, and whatever may be wrong with one."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class OutsideProvider:
    """Signs in whom `person` describes. `wrong` replaces what is told in an id_token; None takes it out."""

    client_key: ECKey
    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    signs_with: ECKey | None = None
    person: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked_for_keys: int = 0
    told_keys: Any = None  # instead of `key`

    def app(self) -> Starlette:
        return Starlette(routes=[
            Route("/.well-known/openid-configuration", self._metadata), Route("/keys", self._keys),
            Route("/token", self._token, methods=["POST"]),
        ])  # fmt: skip

    def agree(self, address: str) -> dict[str, str]:
        """Do what a person does at the authorization endpoint; return the parameters that she comes back with."""
        asked = {name: values[0] for name, values in parse_qs(address.partition("?")[2]).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    async def _metadata(self, _: Request) -> JSONResponse:
        names = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        told = {"issuer": self.issuer, "authorization_response_iss_parameter_supported": True}
        return JSONResponse(told | {name: self.issuer + path for name, path in names.items()})

    async def _keys(self, _: Request) -> JSONResponse:
        self.asked_for_keys += 1
        return JSONResponse(KeySet([self.key]).as_dict(private=False) if self.told_keys is None else self.told_keys)

    async def _token(self, request: Request) -> JSONResponse:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form["code"], None)
        proof = jwt.decode(form["client_assertion"], self.client_key, algorithms=["ES256"]).claims
        assert form["client_assertion_type"] == ASSERTION_TYPE and proof["sub"] == "ihala" and proof["aud"] == self.issuer
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if asked is None or digest != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        good = {"iss": self.issuer, "aud": "ihala", "iat": now, "exp": now + 60, "auth_time": now, "nonce": nonce, "sub": "person-1"}
        good |= self.person
        claims = {name: value for name, value in (good | self.wrong).items() if value is not None}
        header = {"alg": "ES256", "kid": "one"} | self.header
        if header["alg"] == "none":
            parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
            return ".".join([*parts, ""])
        return jwt.encode(header, claims, self.signs_with or self.key)


def back(answer: dict[str, str | None]) -> str:
    """Return the address to which the browser comes back."""
    return f"/sign-in/outside?{urlencode({name: value for name, value in answer.items() if value is not None})}"
