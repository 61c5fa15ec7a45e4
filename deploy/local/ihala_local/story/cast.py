"""Who plays in the story, and what they need at hand: their clients, the events as they come, the clock, the message sink."""

import asyncio
import urllib.parse
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import aiohttp
from ihala_kit.clock import clock_offset, move_clock

from ihala_local.client import Client
from ihala_local.demo import Demo
from ihala_local.place import Place
from ihala_local.ports import SERVICES
from ihala_local.watch import Watch

CLOCK_FOLLOWS_SECONDS = 1.2


class Cast:
    """A context in which everybody is ready to act."""

    def __init__(self, place: Place, *, watch_every_ms: int | None = None) -> None:
        self.place, self.demo = place, Demo.read(place.home)
        self.watch = Watch(place.kafka_admin, every_ms=watch_every_ms)
        self._clients: dict[str, Client] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Cast":
        self.session = await self._stack.enter_async_context(aiohttp.ClientSession())
        await self._stack.enter_async_context(self.watch)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()

    def client(self, client_id: str) -> Client:
        """Return the client of that name."""
        if client_id not in self._clients:
            self._clients[client_id] = Client(self.session, self.demo, client_id)
        return self._clients[client_id]

    def provider(self, organization_id: str) -> Client:
        """Return the client that answers offers for an organisation. Raises LookupError when none does."""
        for name, described in self.demo.clients.items():
            if described["organization_id"] == organization_id and "referral:answer" in described["scopes"]:
                return self.client(name)
        raise LookupError(f"no demonstration client answers for {organization_id}")

    async def later(self, by: timedelta) -> None:
        """Move the domain clock of all services forward."""
        await asyncio.gather(*(move_clock(self._owner_url(name), by) for name in SERVICES))
        await asyncio.sleep(CLOCK_FOLLOWS_SECONDS)

    async def now(self) -> datetime:
        """Return domain time, aware UTC."""
        return datetime.now(UTC) + await clock_offset(self._owner_url(SERVICES[0]))

    def _owner_url(self, service: str) -> str:
        return self.place.environment(service, owner=True)[f"{service.upper()}_OWNER_DATABASE_URL"]

    async def confirm_places(self, client_id: str, free: int) -> None:
        """Have a provider say how many places are free at each of its service-locations."""
        provider = self.client(client_id)
        services = (await provider.get("/directory/v1/services", limit=200)).body["items"]
        for service in services:
            if service["organization"]["id"] == provider.organization_id:
                for at in service["at"]:
                    path = f"/directory/v1/services-at-locations/{at['id']}/capacity"
                    await provider.put(path, {"figure": free}, if_match=f'"{at["version"]}"')

    async def messages_to(self, number: str) -> list[dict[str, Any]]:
        """Return what arrived in the sink for a phone, oldest first."""
        async with self.session.get(f"{self.demo.sink}/messages?to={urllib.parse.quote(number)}") as answer:
            found: list[dict[str, Any]] = (await answer.json())["messages"]
            return found
