"""Clients of the API of subscriptions, and something for them to follow."""

from typing import Any
from uuid import UUID, uuid4

import aiohttp
from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1 import ReferralOffered, ReferralStarted
from ihala_kit.testing import Mint

from tests.notify.samples import OPERATOR, SERVICE, sample
from tests.notify.world import World

ALL = ("events:read", "notify:subscribe", "referral:read")


OTHER_SERVICE = UUID("01940000-0000-7000-8000-0000000000f1")


class Client:
    """One organisation's client."""

    def __init__(self, http: aiohttp.ClientSession, mint: Mint, organization_id: UUID, scopes: tuple[str, ...] = ALL) -> None:
        self.http = http
        claims = {"org": str(organization_id), "org_kind": "nngo", "operator": str(OPERATOR)}
        self.headers = mint.headers("notify", scopes, **claims)

    async def call(self, method: str, path: str, body: Any = None, *, version: int | None = None, **query: Any) -> tuple[int, Any]:
        headers = self.headers | ({"If-Match": f'"{version}"'} if version is not None else {})
        headers |= {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        async with self.http.request(method, f"/v1/subscriptions{path}", json=body, headers=headers, params=query) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def types(self, subscription: dict[str, Any]) -> list[str]:
        """Return the types of all events of a subscription since it was made."""
        status, page = await self.call("GET", f"/{subscription['id']}/events", after=subscription["cursor"])
        assert status == 200, page
        return [event["type"].removeprefix("org.ihala.") for event in page["events"]]


async def made(client: Client, **body: Any) -> dict[str, Any]:
    status, answer = await client.call("POST", "", body)
    assert status == 201, answer
    found: dict[str, Any] = answer
    return found


async def two_referrals(world: World) -> list[Event]:
    """Let two referrals be offered to and accepted by the receiver: at its two services, in two governorates."""
    found: list[Event] = []
    for service_id, governorate in ((SERVICE, "IQG15"), (OTHER_SERVICE, "IQG07")):
        need, referral = uuid4(), uuid4()
        await world.announce(need, governorate=governorate)
        about = {"need_id": need, "referral_id": referral}
        found += [
            sample(ReferralOffered, service_id=service_id, governorate=governorate, **about),
            sample(ReferralStarted, **about),
        ]
        await world.deliver(*found[-2:])
    return found
