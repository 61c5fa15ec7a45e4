"""Keys at a client's own address: read there when they are needed, never from an address that leads inside.

The operator has approved the address; still nothing of it is trusted. What was read is kept in `client.jwks`, so every process and the
check of an assertion find it where other clients' keys are. While the address does not answer, what was read last stays good for a day.
"""

import asyncio
import ipaddress
import json
import logging
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlalchemy.exc import DBAPIError

from ihala_gateway import store
from ihala_gateway.clients import keys
from ihala_gateway.clients.errors import KeysRefused
from ihala_gateway.oauth import redirects
from ihala_gateway.tables import Client

log = logging.getLogger(__name__)

LARGEST = 64 * 1024
LOOKED_AT = 100  # keys of one document
TIMEOUT_SECONDS = 3.0
FRESH = timedelta(minutes=15)  # a key that was taken away there is refused here after this
STALE = timedelta(days=1)
TRY_EVERY_SECONDS = 10.0  # for one client in one process: an unknown kid costs its sender nothing


class Inside(Exception):
    """The address leads to a machine that is not on the public net."""


def usable(address: str, kind: str) -> bool:
    """Tell whether a client of this kind may have its keys there: as for the addresses people come back to."""
    return redirects.usable(address, kind)


class RemoteKeys:
    """Reads key sets. `inside` lets addresses of this machine and its net through: tests and local runs only."""

    def __init__(self, database: Database, *, inside: bool = False) -> None:
        self._database = database
        self._inside = inside
        self._tried: dict[str, float] = {}  # monotonic, by client
        self._reading: dict[str, asyncio.Lock] = {}

    def wanted(self, client: Client, key_id: str | None) -> bool:
        """Tell whether the client's keys are too old, or without that one."""
        if client.jwks_read_at is None or datetime.now(UTC) - client.jwks_read_at > FRESH:
            return True
        return key_id is not None and key_id not in {key.get("kid") for key in (client.jwks or {}).get("keys", ())}

    async def read(self, client: Client, address: str) -> None:
        """Read them and keep them, unless that was tried a moment ago; what is wrong with them is only logged."""
        async with self._reading.setdefault(client.client_id, asyncio.Lock()):
            if time.monotonic() - self._tried.get(client.client_id, float("-inf")) < TRY_EVERY_SECONDS:
                return
            self._tried[client.client_id] = time.monotonic()
            await self._read(client, address)

    async def _read(self, client: Client, address: str) -> None:
        try:
            await self._keep(client.client_id, address, _usable(await self._fetch(address)))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, Inside, KeysRefused, RecursionError, DBAPIError) as error:
            log.warning("a client's keys were not read", extra={"client_id": client.client_id, "error": type(error).__name__})
            if client.jwks_read_at is not None and datetime.now(UTC) - client.jwks_read_at >= STALE:
                await self._keep(client.client_id, address, {"keys": []})

    async def _keep(self, client_id: str, address: str, found: dict[str, Any]) -> None:
        async with self._database.transaction(Caller.system("keys")) as tx:
            row = await store.locked_client(tx, client_id)
            if row is not None and row.jwks_uri == address:
                row.jwks, row.jwks_read_at = found, datetime.now(UTC)

    async def _fetch(self, address: str) -> Any:
        """Return the document. Raises what the net, the server or the document is to blame for."""
        host = urlsplit(address).hostname or ""
        if not self._inside and _inside(host):  # a number is never resolved
            raise Inside
        connector = aiohttp.TCPConnector(resolver=None if self._inside else _Outside(), force_close=True, use_dns_cache=False)
        timeout, accept = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS), {"Accept": "application/jwk-set+json, application/json"}
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(address, headers=accept, allow_redirects=False) as answer,
        ):
            content = await answer.content.read(LARGEST + 1) if answer.status == 200 else b""
            while 0 < len(content) <= LARGEST and (more := await answer.content.read(LARGEST)):
                content += more
        if not content or len(content) > LARGEST:
            raise ValueError("no key set")
        return json.loads(content)


def _usable(document: Any) -> dict[str, Any]:
    """Return the first keys of a set that can be used: one of another kind beside them shuts nobody out. Raises KeysRefused for none."""
    listed = document.get("keys") if isinstance(document, dict) else None
    found: dict[str, Any] = {}
    for key in listed[:LOOKED_AT] if isinstance(listed, list) else ():
        with suppress(KeysRefused):
            [good] = keys.normal({"keys": [key]})["keys"]
            found.setdefault(good["kid"], good)
    if not found:
        raise KeysRefused(pointer="#/keys")
    return {"keys": list(found.values())[: keys.MOST_KEYS]}


class _Outside(AbstractResolver):
    """Resolves names to addresses of the public net only: what is connected to is what was looked at."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await aiohttp.ThreadedResolver().resolve(host, port, family)
        if not found or any(_inside(one["host"]) for one in found):
            raise Inside
        return found

    async def close(self) -> None:
        """Nothing is kept."""


def _inside(host: str) -> bool:
    """Tell whether a number is an address that is not of the public net; a name is not."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        tunnelled = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if tunnelled or address in _TRANSLATED:
            return True  # nobody publishes keys through a tunnel
    return not address.is_global or address.is_multicast


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
