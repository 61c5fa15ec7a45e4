"""A client of the authorisation server, as its developers would write it: proofs, pushed requests, codes, tokens."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from ihala_kit.auth import Caller
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import text, update
from sqlmodel import col

from tests.gateway.house import ANY_ALGORITHM, ASSERTION_TYPE, House
from tests.gateway.staff import Browser, Seen, sent_to

OTHER = "01940000-0000-7000-8000-00000000000b"  # an organisation that is not the house's
BACK = "http://127.0.0.1:9/back"
VERIFIER = "v" * 43
HASHED = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
TOKEN = "/oauth/token"

Answer = tuple[int, dict[str, Any]]


def b64(value: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class Party:
    """One client with KEY. `key` makes proofs (DPoP) where it is set; `nonce` is what the server gave for the next."""

    home: House
    client_id: str = "centre"
    key: Any = None
    nonce: str | None = None
    head: dict[str, Any] = field(default_factory=dict)  # of its proofs, where it is another than ES256's

    def proof(self, method: str, path: str, token: str | None = None, *, head: dict[str, Any] | None = None, **more: Any) -> str:
        """Return a good proof; `head` and `more` replace what it has, and None takes it out."""
        key = self.key or ECKey.generate_key("P-256")
        claims = {"jti": uuid4().hex, "htm": method, "htu": self.home.settings.issuer + path, "iat": int(time.time()), "nonce": self.nonce}
        claims |= {"ath": b64(hashlib.sha256(token.encode()).digest())} if token else {}
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)} | self.head | (head or {})
        kept = [{name: value for name, value in part.items() if value is not None} for part in (header, claims | more)]
        return jwt.encode(kept[0], kept[1], key, registry=ANY_ALGORITHM, default_type=None)

    async def post(self, path: str, **fields: Any) -> Answer:
        """Send a form as the client, with a proof if it has a key; once more where the server wants another nonce."""
        status, body = await self._post(path, fields)
        return await self._post(path, fields) if body.get("error") == "use_dpop_nonce" else (status, body)

    async def _post(self, path: str, fields: dict[str, Any]) -> Answer:
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.home.assertion(self.client_id)}
        form = {name: value for name, value in (proof | fields).items() if value is not None}
        headers = {"DPoP": self.proof("POST", path)} if self.key else {}
        async with self.home.session.post(path, data=form, headers=headers) as answer:
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            return answer.status, (await answer.json() if answer.content_length else {})

    async def call(self, token: str, path: str = "/referral/v1/referrals", scheme: str = "DPoP", proof: str | None = None) -> Answer:
        """Call the API; once more where another nonce is wanted. The answer's challenge stands under `challenge`."""
        found = await self._call(token, path, scheme, proof)
        return await self._call(token, path, scheme, proof) if "use_dpop_nonce" in found[1]["challenge"] and proof is None else found

    async def _call(self, token: str, path: str, scheme: str, proof: str | None) -> Answer:
        headers = {"Authorization": f"{scheme} {token}"} | (
            {"DPoP": proof if proof is not None else self.proof("GET", path, token)} if self.key else {}
        )
        async with self.home.session.get(path, headers=headers) as answer:
            self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
            return answer.status, {"challenge": answer.headers.get("WWW-Authenticate", ""), "nonce": answer.headers.get("DPoP-Nonce")}

    def wanted(self, **more: Any) -> dict[str, str]:
        """Return a good authorisation request; `more` replaces what it has, and None takes it out."""
        good = {
            "client_id": self.client_id, "response_type": "code", "redirect_uri": BACK, "scope": "openid referral:read", "state": "s-1",
            "code_challenge": HASHED, "code_challenge_method": "S256", "nonce": "n-1",
        }  # fmt: skip
        return {name: str(value) for name, value in (good | more).items() if value is not None}

    def address(self, **more: Any) -> str:
        """Return where a person is sent with the request in plain."""
        return "/oauth/authorize?" + urlencode(self.wanted(**more))

    async def pushed(self, **more: Any) -> str:
        """Push a request; return where the person is sent."""
        status, body = await self.post("/oauth/par", **self.wanted(**more))
        assert status == 201, body
        return "/oauth/authorize?" + urlencode({"client_id": self.client_id, "request_uri": body["request_uri"]})

    async def exchange(self, code: str, /, **more: Any) -> Answer:
        """Buy tokens with a code."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER} | more
        return await self.post(TOKEN, **fields)

    async def refresh(self, token: str, **more: Any) -> Answer:
        """Buy an access token with a refresh token."""
        return await self.post(TOKEN, grant_type="refresh_token", refresh_token=token, **more)


def answered(seen: Seen) -> dict[str, str]:
    """Return what a person was sent back with."""
    assert sent_to(seen), (seen.status, seen.text[:300])
    where = urlsplit(sent_to(seen))
    assert f"{where.scheme}://{where.netloc}{where.path}" == BACK
    return {name: value for name, [value] in parse_qs(where.query, strict_parsing=True).items()}


async def code(party: Party, browser: Browser, **more: Any) -> str:
    """Return a code that the person in front of the browser gave this client, which is not first-party: she is asked."""
    seen = await browser.open(party.address(**more))
    assert seen.status == 200, seen.status
    return answered(await browser.send(party.address(**more), decision="allow"))["code"]


async def events(home: House) -> list[dict[str, Any]]:
    """Return what the gateway told others, oldest first."""
    async with home.database.engine.connect() as connection:
        return [json.loads(data) for [data] in await connection.execute(text("SELECT data FROM outbox ORDER BY seq"))]


async def changed(home: House, table: Any, key: str, value: Any, **more: Any) -> None:
    """Change rows, as time or an administrator would."""
    async with home.database.transaction(Caller.system("test")) as tx:
        await tx.execute(update(table).where(col(getattr(table, key)) == value).values(**more))
