"""A gateway as it runs, with its database, in front of a service that shows what reached it; and clients that call it."""

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from ihala_gateway.app import MIGRATIONS, Gateway
from ihala_gateway.clients import commands as clients
from ihala_gateway.edge import tls
from ihala_gateway.settings import Settings
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.migrations import migrate_async
from ihala_kit.testing import serving
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres
from joserfc import jws, jwt
from joserfc.jwk import ECKey

ORGANIZATION = UUID("01940000-0000-7000-8000-00000000000a")
OPERATOR = UUID("01940000-0000-7000-8000-0000000000ff")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SECRET = "a-secret-for-the-sandbox-only"
ANY_ALGORITHM = jws.JWSRegistry(algorithms=["ES256", "PS256", "RS256", "EdDSA", "Ed25519", "HS256", "none"])
KEY = ECKey.generate_key("P-256", {"kid": "c1"})


def operation(*scopes: str) -> dict[str, Any]:
    """Return an operation that needs these scopes, as FastAPI writes it."""
    return {"responses": {}, "security": [{"oauth2": list(scopes)}] if scopes else []}


DOCUMENTS: dict[str, dict[str, Any]] = {
    "referral": {
        "openapi": "3.1.0",
        "info": {"title": "Referral", "version": "1"},
        "servers": [{"url": "/referral"}],
        "paths": {
            "/v1/referrals": {"get": operation("referral:read"), "post": operation("referral:refer")},
            "/v1/referrals/{referral_id}": {"get": operation("referral:read"), "put": operation("referral:answer")},
            "/v1/referrals/{referral_id}/acceptance": {"post": operation("referral:answer")},
            "/fhir/R4/metadata": {"get": operation()},
            "/fhir/R4/Task": {"get": operation("referral:read")},
            "/fhir/R4/ServiceRequest": {"get": operation("referral:coordinate")},
            "/fhir/R4/Task/{id}": {"get": operation("referral:read")},
        },
        "components": {"securitySchemes": {"oauth2": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/x", "scopes": {}}}}}},
    },
    "intake": {
        "openapi": "3.1.0",
        "info": {"title": "Intake", "version": "1"},
        "paths": {"/v1/requests": {"post": operation("intake:request")}},
    },
    "directory": {
        "openapi": "3.1.0",
        "info": {"title": "Directory", "version": "1"},
        "paths": {
            "/v1/needs": {"get": operation()},
            "/v1/organizations": {"get": operation("directory:read")},
            "/hsds/services": {"get": operation(), "post": operation()},
            "/hsds/services/{id}": {"get": operation()},
        },
    },
}
SCOPES = ["directory:read", "intake:request", "referral:read", "referral:refer"]


@dataclass
class Seen:
    """One request as the service saw it."""

    method: str
    raw_path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    complete: bool = False

    def all(self, name: str) -> list[str]:
        return [value.decode("latin-1") for found, value in self.headers if found == name.encode()]

    def internal(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return header and claims of the token that came with it, unchecked."""
        token = self.all("authorization")[0].removeprefix("Bearer ")
        parsed = jws.extract_compact(token.encode())
        return dict(parsed.headers()), json.loads(parsed.payload)


@dataclass
class Upstream:
    """A service in bare ASGI. `answer` can be replaced by a test; by default it answers 200 with a few bytes."""

    seen: list[Seen] = field(default_factory=list)
    answer: Any = None
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        seen = Seen(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"])
        self.seen.append(seen)
        if self.answer is not None:
            await self.answer(seen, receive, send)
            return
        await self.read(seen, receive)
        await self.reply(send, b'{"ok":true}')

    async def read(self, seen: Seen, receive: Any) -> None:
        while not seen.complete:
            message = await receive()
            if message["type"] != "http.request":
                self.left.set()
                return
            seen.body += message.get("body", b"")
            seen.complete = not message.get("more_body", False)

    @staticmethod
    async def reply(send: Any, body: bytes, status: int = 200, headers: Any = ((b"content-type", b"application/json"),)) -> None:
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": body})


@dataclass
class House:
    """Everything a test touches."""

    settings: Settings
    database: Database
    gateway: Gateway
    upstream: Upstream
    port: int
    session: aiohttp.ClientSession

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def register(self, client_id: str = "centre", **more: Any) -> None:
        """Register a client with KEY and all SCOPES; `more` replaces what the entry says, and None takes it out."""
        async with self.database.transaction(Caller.system("test")) as tx:
            await clients.load(tx, [clients.Entry.model_validate(entry(client_id, **more))])

    async def ask_token(self, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Ask for a token by form fields; return status and body."""
        form = _without_none({"grant_type": "client_credentials"} | fields)
        async with self.session.post("/oauth/token", data=form) as answer:
            return answer.status, await answer.json()

    async def token(self, client_id: str = "centre", **fields: Any) -> str:
        """Return a token of a client that has KEY."""
        status, body = await self.ask_token(client_assertion_type=ASSERTION_TYPE, client_assertion=self.assertion(client_id), **fields)
        assert status == 200, body
        return str(body["access_token"])

    async def signed_in(self, client_id: str = "centre", **fields: Any) -> dict[str, str]:
        """Return the headers of a client that has KEY."""
        return {"Authorization": f"Bearer {await self.token(client_id, **fields)}"}

    async def status(self, path: str, headers: dict[str, str]) -> int:
        """Return the status of a GET whose answer was read to its end."""
        async with self.session.get(path, headers=headers) as answer:
            await answer.read()
            return answer.status

    def assertion(self, client_id: str = "centre", key: Any = KEY, header: dict[str, Any] | None = None, **more: Any) -> str:
        """Return a good assertion; `header` and `more` replace what it has, and None takes it out."""
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "aud": self.settings.issuer, "iat": now, "exp": now + 60, "jti": uuid4().hex} | more
        head = {"alg": "ES256", "kid": "c1", "typ": "JWT"} | (header or {})
        return jwt.encode(_without_none(head), _without_none(claims), key, registry=ANY_ALGORITHM, default_type=None)

    async def raw(self, request: bytes) -> tuple[int, bytes]:
        """Send bytes as they are; return the status and the whole first answer, or all that came when the server closed before."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            received = b""
            async with asyncio.timeout(30):
                while not _whole(received) and (piece := await reader.read(65536)):
                    received += piece
            return int(received.split(b" ", 2)[1]) if received else 0, received
        finally:
            writer.close()


def entry(client_id: str, /, **more: Any) -> dict[str, Any]:
    """Return a client as a file names it."""
    good = {
        "client_id": client_id, "organization_id": str(ORGANIZATION), "organization": "Centre", "organization_kind": "hlp",
        "operator_id": str(OPERATOR), "governorates": ["IQG15"], "roles": ["officer"], "scopes": SCOPES,
        "cleared": False, "kind": "sandbox", "trained_on": "2025-09-01", "jwks": {"keys": [KEY.as_dict(private=False)]},
    }  # fmt: skip
    return _without_none(good | more)


def get(path: bytes, *lines: bytes, method: bytes = b"GET") -> bytes:
    """Return a request as bytes, with these header lines."""
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", b"Host: x", *filter(None, lines), b"", b""])


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """Return what still comes until the server closes, however it closes."""
    received = b""
    try:
        while piece := await reader.read(65536):
            received += piece
    except ConnectionError:
        pass
    return received


def _whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and (len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n"))


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


async def migrated(owner_url: str, app_role: str) -> None:
    """Make the gateway's database."""
    await migrate_async(MIGRATIONS, owner_url, app_role)


@asynccontextmanager
async def house(postgres: ThrowAwayPostgres, **more: Any) -> AsyncIterator[House]:
    """Start a gateway with a fresh database and one upstream for all services; nobody listens where `intake` should."""
    upstream = Upstream()
    async with postgres.scratch("gateway", migrated) as scratch, serving(upstream) as upstream_address:
        port = free_port()
        settings = Settings(
            database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=new_master_key(), issuer=f"http://127.0.0.1:{port}",
            upstreams=dict.fromkeys(DOCUMENTS, upstream_address) | {"intake": "http://127.0.0.1:1"}, **{"limit_factor": 1000} | more,
        )  # fmt: skip
        async with opened(settings, upstream, port) as found:
            yield found


@asynccontextmanager
async def opened(settings: Settings, upstream: Upstream, port: int) -> AsyncIterator[House]:
    """Start one process of the gateway on a database that exists."""
    database = Database(settings)
    await database.start()
    try:
        gateway = Gateway(settings, database, DOCUMENTS)
        async with serving(gateway, port, "on", **tls.server(settings)) as address, aiohttp.ClientSession(address) as session:
            yield House(settings, database, gateway, upstream, int(address.rpartition(":")[2]), session)
    finally:
        await database.stop()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
