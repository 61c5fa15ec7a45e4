"""Keys at a client's own address: read when they are needed, kept for every process, never from an address that leads inside."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from ihala_gateway.clients import remote
from ihala_gateway.clients.remote import Inside, RemoteKeys
from ihala_gateway.tables import Client
from ihala_kit.auth import Caller
from ihala_kit.testing import serving
from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.gateway.desk import CLIENTS, OURS, REQUESTS, operator_desk, organization_desk, token_status
from tests.gateway.house import KEY, House, opened

NEW_KEY = ECKey.generate_key("P-256", {"kid": "c2"})


@dataclass
class Publisher:
    """A client's own server, with its keys."""

    document: Any = field(default_factory=lambda: {"keys": [KEY.as_dict(private=False)]})
    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    asked: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        body = self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def published(home: House, client_id: str) -> AsyncIterator[tuple[House, Publisher]]:
    """A client whose keys are at its own address, and a process of the gateway that may read from this machine."""
    publisher = Publisher()
    async with serving(publisher) as address, opened(home.settings.model_copy(update={"keys_inside": True}), home.upstream, 0) as other:
        await home.register(client_id, organization_id=OURS)
        async with home.database.transaction(Caller.system("test")) as tx:
            client = await tx.get(Client, client_id)
            assert client is not None
            client.jwks, client.jwks_uri = {"keys": []}, f"{address}/keys"
        yield other, publisher


async def test_keys_are_read_from_the_clients_address_and_kept_for_every_process(home: House) -> None:
    async with published(home, "elsewhere") as (other, publisher):
        assert [await token_status(other, "elsewhere", KEY) for _ in range(3)] == [200] * 3 and publisher.asked == 1
        assert await token_status(home, "elsewhere", KEY) == 200 and publisher.asked == 1, "another process found them in the database"
        ours = await organization_desk(home)
        assert await ours.refused("POST", f"{CLIENTS}/elsewhere/keys", {"jwk": NEW_KEY.as_dict(private=False)}) == (
            409,
            "keys-kept-elsewhere",
        )


async def test_an_unknown_key_is_looked_for_at_a_bounded_rate(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with published(home, "renewing") as (other, publisher):
        assert await token_status(other, "renewing", KEY) == 200
        publisher.document = {"keys": [NEW_KEY.as_dict(private=False)]}
        assert [await token_status(other, "renewing", NEW_KEY) for _ in range(5)] == [401] * 5 and publisher.asked == 1, (
            "tried a moment ago"
        )
        monkeypatch.setattr(remote, "TRY_EVERY_SECONDS", 0.0)
        assert [await token_status(other, "renewing", key) for key in (NEW_KEY, KEY)] == [200, 401], "the old one is gone"


async def test_keys_that_are_old_are_read_anew_and_outlive_a_day_at_most(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "TRY_EVERY_SECONDS", 0.0)
    async with published(home, "silent") as (other, publisher):
        assert await token_status(other, "silent", KEY) == 200
        publisher.status = 500
        for age, expected in ((timedelta(minutes=16), 200), (timedelta(hours=25), 401)):
            async with home.database.transaction(Caller.system("test")) as tx:
                await tx.execute(text("UPDATE client SET jwks_read_at = :at WHERE client_id = 'silent'"), {"at": datetime.now(UTC) - age})
            assert await token_status(other, "silent", KEY) == expected
        assert publisher.asked == 3


@pytest.mark.parametrize(
    "document", [b"", b"{", b'{"keys": []}', b" " * (remote.LARGEST + 1), b"[" * 50_000, b'{"keys": [{"kty": "oct"}]}']
)
async def test_what_is_no_key_set_is_not_taken(home: House, monkeypatch: pytest.MonkeyPatch, document: bytes) -> None:
    monkeypatch.setattr(remote, "TRY_EVERY_SECONDS", 0.0)
    async with published(home, "broken") as (other, publisher):
        assert await token_status(other, "broken", KEY) == 200
        publisher.document = document
        assert await token_status(other, "broken", NEW_KEY) == 401
        assert await token_status(other, "broken", KEY) == 200, "what was read last stays"


@pytest.mark.filterwarnings("ignore:Key size should be")
async def test_a_strange_key_at_the_address_shuts_nobody_out(home: House) -> None:
    good, strange = KEY.as_dict(private=False), ECKey.generate_key("P-384", {"kid": "p384"}).as_dict(private=False)
    many = [ECKey.generate_key("P-256", {"kid": f"n{n}"}).as_dict(private=False) for n in range(10)]
    others = [
        good | {"use": "enc", "kid": "e"},
        good | {"alg": "RS256", "kid": "r"},
        strange,
        good | {"kid": "\0"},
        5,
        {},
        good | {"kid": "x"},
    ]
    for number, listed in enumerate(([*others, good], [good, *many], [good, good])):
        async with published(home, f"strange-{number}") as (other, publisher):
            publisher.document = {"keys": listed}
            assert await token_status(other, f"strange-{number}", KEY) == 200


async def test_what_nobody_reads_of_a_key_is_not_kept_and_breaks_nothing(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "TRY_EVERY_SECONDS", 0.0)
    async with published(home, "unheld") as (other, publisher):
        assert await token_status(other, "unheld", KEY) == 200
        publisher.document = {"keys": [NEW_KEY.as_dict(private=False) | {"note": "\0"}]}
        assert [await token_status(other, "unheld", key) for key in (NEW_KEY, KEY)] == [200, 401]


async def test_keys_of_the_address_before_prove_a_client_no_more(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "TRY_EVERY_SECONDS", 0.0)
    ours, operator = await organization_desk(home), await operator_desk(home)
    async with published(home, "moved") as (other, _):
        assert await token_status(other, "moved", KEY) == 200
        for address, expected in (((await ours.did("GET", f"{CLIENTS}/moved"))["jwks_uri"], 200), ("http://127.0.0.1:1/keys", 401)):
            version = (await ours.did("GET", f"{CLIENTS}/moved"))["version"]
            asked = {"scopes": ["referral:read"], "jwks_uri": address}
            made = await ours.did("POST", f"{CLIENTS}/moved/requests", asked, version=version)
            await operator.did("POST", f"{REQUESTS}/{made['id']}/approval", {})
            assert await token_status(home, "moved", KEY) == expected


async def test_a_redirect_is_not_followed(home: House) -> None:
    async with published(home, "led-on") as (other, publisher), serving(Publisher()) as real:
        publisher.status, publisher.headers = 302, [(b"location", real.encode() + b"/keys")]
        assert await token_status(other, "led-on", KEY) == 401 and publisher.asked == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "100.64.0.1", "0.0.0.0", "[::1]", "[fd00::1]", "[fe80::1]",
        "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost", "127.1", "2130706433", "0x7f.1",
    ],
)  # fmt: skip
async def test_an_address_that_leads_inside_is_never_called(home: House, host: str) -> None:
    async with serving(publisher := Publisher()) as address:
        port = address.rpartition(":")[2]
        client = Client(client_id="inside", jwks={"keys": []}, jwks_uri=f"http://{host}:{port}/keys")
        with pytest.raises((Inside, OSError, aiohttp.InvalidURL)):
            await RemoteKeys(home.database)._fetch(str(client.jwks_uri))
        assert publisher.asked == 0


async def test_the_guard_is_what_keeps_them_out(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_inside", lambda _: False)
    async with serving(publisher := Publisher()) as address:
        for host in ("127.0.0.1", "localhost"):
            await RemoteKeys(home.database)._fetch(f"http://{host}:{address.rpartition(':')[2]}/keys")
        assert publisher.asked == 2
