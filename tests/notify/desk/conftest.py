"""A desk with its calls: staff of the operator, and messages that cannot be written."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.referral_v1 import ReferralAccepted
from ihala_kit.testing import Mint

from tests.notify.peers import Peers
from tests.notify.samples import OPERATOR, sample
from tests.notify.world import World

SCOPES = ("notify:calls", "notify:read")
BY_CALL = {"language": "ckb", "channel": "call", "number": "+964 700 000 0099", "own": True, "safe_to_message": False}
OWN = {"language": "ar", "channel": "sms", "number": "+964 700 000 0099", "own": True, "safe_to_message": True}


class Desk:
    """One organisation's staff at the API."""

    def __init__(self, http: aiohttp.ClientSession, headers: dict[str, str]) -> None:
        self.http, self.headers = http, headers

    async def get(self, path: str, **query: Any) -> tuple[int, Any]:
        async with self.http.get(f"/v1{path}", headers=self.headers, params=query) as answer:
            return answer.status, await answer.json()

    async def post(self, path: str, version: int | None, body: Any = None) -> tuple[int, Any]:
        match = {} if version is None else {"If-Match": f'"{version}"'}
        headers = self.headers | {"Idempotency-Key": str(uuid4())} | match
        async with self.http.post(f"/v1{path}", headers=headers, json=body) as answer:
            return answer.status, await answer.json()

    async def calls(self, **query: Any) -> list[dict[str, Any]]:
        status, page = await self.get("/calls", **query)
        assert status == 200
        found: list[dict[str, Any]] = page["items"]
        return found


Staff = Callable[..., Desk]


@pytest.fixture
async def staff(http: aiohttp.ClientSession, mint: Mint) -> AsyncIterator[Staff]:
    """Return staff: of the operator, unless said otherwise."""

    def of(organization_id: UUID = OPERATOR, kind: str = "operator", scopes: tuple[str, ...] = SCOPES, **claims: Any) -> Desk:
        about = {"org": str(organization_id), "org_kind": kind, "operator": str(OPERATOR), "cleared": False} | claims
        return Desk(http, mint.headers("notify", scopes, **about))

    yield of


async def unwritten(world: World, peers: Peers, contact: dict[str, Any] = BY_CALL, **about: Any) -> UUID:
    """Bring a need to where its person wishes a call and two things are to be told."""
    need = uuid4()
    peers.contact = {"need_id": str(need), **contact}
    await world.identify(need, **about)
    await world.deliver(sample(ReferralAccepted, need_id=need, referral_id=uuid4()))
    await world.send()
    return need


async def told(world: World) -> list[str]:
    """Return what notify told others, in order."""
    rows = await world.rows("SELECT type FROM outbox ORDER BY seq")
    return [row["type"].removeprefix("org.ihala.notify.") for row in rows]
