"""An office, a need and what may be asked of its letters."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.intake_v1 import Sensitivity
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered
from ihala_kit.testing import Mint

from tests.notify.samples import OPERATOR, sample
from tests.notify.world import World


@dataclass
class Office:
    """Calls the API as a client of an organisation; every POST has an Idempotency-Key of its own."""

    http: aiohttp.ClientSession
    mint: Mint
    world: World

    async def call(
        self, method: str, path: str, body: Any = None, *, by: UUID = OPERATOR, operator: UUID = OPERATOR, cleared: bool = False,
        scopes: tuple[str, ...] = ("notify:letters",), **more: str,
    ) -> tuple[int, Any]:  # fmt: skip
        claims = {"org": str(by), "org_kind": "operator", "operator": str(operator), "cleared": cleared}
        headers = self.mint.headers("notify", scopes, **claims) | {"Idempotency-Key": str(uuid4())} | more
        async with self.http.request(method, f"/v1{path}", json=body, headers=headers) as answer:
            return answer.status, await (answer.json() if "json" in answer.headers["Content-Type"] else answer.read())

    async def need(self, *, accepted: bool = True, sensitivity: Sensitivity = Sensitivity.STANDARD) -> tuple[UUID, UUID]:
        """Let a need be known whose referral was offered, and accepted; return the ids of both."""
        need_id, referral_id = uuid4(), uuid4()
        await self.world.identify(need_id, sensitivity=sensitivity)
        about = {"need_id": need_id, "referral_id": referral_id}
        await self.world.deliver(sample(ReferralOffered, **about, replaces=None))
        if accepted:
            await self.world.deliver(sample(ReferralAccepted, **about))
        return need_id, referral_id

    async def issued(self, need_id: UUID, kind: str = "referral_slip", language: str = "ar", **more: Any) -> dict[str, Any]:
        """Give out a letter; return it."""
        cleared = more.pop("cleared", False)
        status, made = await self.call("POST", "/letters", wanted(need_id, kind, language, **more), cleared=cleared)
        assert status == 201, made
        return dict(made)


def wanted(need_id: UUID, kind: str = "referral_slip", language: str = "ar", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "need_id": str(need_id), "language": language, **more}


@pytest.fixture
async def office(http: aiohttp.ClientSession, mint: Mint, world: World) -> AsyncIterator[Office]:
    yield Office(http, mint, world)
