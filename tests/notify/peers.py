"""The systems around notify, as small real servers: the gateway's token endpoint, intake's contacts behind it, an SMS aggregator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

TOKEN = "access-token"


@dataclass
class Peers:
    """What the peers were asked, and what they shall answer."""

    key: ECKey
    key_file: Path
    address: str = ""
    contact: dict[str, Any] = field(default_factory=dict)
    contact_status: int = 200
    sms_status: int = 202
    token_lives: int = 600
    tokens_asked: int = 0
    assertion_ids: set[str] = field(default_factory=set)
    contacts_asked: list[str] = field(default_factory=list)
    contact_of: dict[str, dict[str, Any]] = field(default_factory=dict)  # by need, what differs
    bulks_asked: int = 0
    in_pieces: bool = False  # intake's answers, as they come over a slow line
    sent: list[dict[str, Any]] = field(default_factory=list)

    def texts(self) -> list[str]:
        return [each["text"] for each in self.sent]

    async def token(self, request: web.Request) -> web.Response:
        """As the gateway: the assertion must be the client's own, for this issuer, and new."""
        self.tokens_asked += 1
        form = await request.post()
        claims = jwt.decode(str(form["client_assertion"]), self.key, algorithms=["ES256"]).claims
        good = (
            form["grant_type"] == "client_credentials",
            form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            form["scope"] == "intake:contact",
            claims["iss"] == claims["sub"] == "notify",
            claims["aud"] == self.address,
            claims["exp"] - claims["iat"] <= 600,
            claims["jti"] not in self.assertion_ids,
        )
        if not all(good):
            return web.json_response({"error": "invalid_client"}, status=401)
        self.assertion_ids.add(claims["jti"])
        return web.json_response({"access_token": TOKEN, "token_type": "Bearer", "expires_in": self.token_lives})

    async def give_contact(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        self.contacts_asked.append(request.match_info["need_id"])
        return web.json_response(self.contact, status=self.contact_status)

    async def give_contacts(self, request: web.Request) -> web.StreamResponse:
        """As intake: each need has an answer of its own, but who may not ask, or asks too much, has none at all."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        asked = (await request.json())["need_ids"]
        assert 0 < len(asked) <= 100
        self.contacts_asked += asked
        self.bulks_asked += 1
        if self.contact_status not in {200, 404, 409, 410, 503}:
            return web.Response(status=self.contact_status)
        answer = web.json_response({"items": [self._item(need_id) for need_id in asked]})
        return await _slowly(request, answer.body) if self.in_pieces else answer

    def _item(self, need_id: str) -> dict[str, Any]:
        contact = self.contact | self.contact_of.get(need_id, {})
        given = {"contact": contact} if self.contact_status == 200 else {"problem": {"status": self.contact_status} | self.contact}
        return {"need_id": need_id, "status": self.contact_status} | given

    async def take_sms(self, request: web.Request) -> web.Response:
        body = await request.json()
        assert set(body) == {"id", "to", "text", "lang"}
        if self.sms_status < 300 and body["id"] not in {each["id"] for each in self.sent}:
            self.sent.append(body)
        return web.Response(status=self.sms_status)


async def _slowly(request: web.Request, body: Any) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    for piece in (body[:10], body[10:]):
        await answer.write(piece)
        await asyncio.sleep(0.02)
    return answer


@asynccontextmanager
async def peers_serving(key_file: Path) -> AsyncIterator[Peers]:
    """Serve the peers on a free port; the client's private key is written to `key_file`."""
    key = ECKey.generate_key("P-256")
    key_file.write_bytes(key.as_pem(private=True))
    peers = Peers(key, key_file)
    app = web.Application()
    app.router.add_post("/oauth/token", peers.token)
    app.router.add_get("/intake/v1/contacts/{need_id}", peers.give_contact)
    app.router.add_post("/intake/v1/contacts", peers.give_contacts)
    app.router.add_post("/sms", peers.take_sms)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    peers.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield peers
    finally:
        await runner.cleanup()
