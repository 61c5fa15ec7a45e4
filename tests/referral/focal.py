"""Somebody outside with a one-time link, and how the office gives one."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from tests.referral.actors import FIRST, NGO, OFFICER, Actor
from tests.referral.world import Answer, World

NOBODY = {"client_id": "anonymous", "org": None, "org_kind": None}
NEW = {"focal_id": "focal-17", "language": "en"}
WRONG = "That did not work."
FACTS = {"sex": "female", "age": 34}


@dataclass
class Focal:
    """Somebody with a link."""

    world: World
    path: str

    async def get(self, **headers: str) -> tuple[int, Any, str]:
        token = self.world.mint.headers("referral", **NOBODY)
        async with self.world.session.get(self.path, headers=token | headers) as answer:
            return answer.status, answer.headers, await answer.text()

    async def post(self, **fields: str) -> str:
        token = self.world.mint.headers("referral", **NOBODY)
        async with self.world.session.post(self.path, data=fields, headers=token) as answer:
            assert answer.status == 200
            return await answer.text()

    async def shown(self, code: str) -> tuple[str, str]:
        """Return the page with the offer, and its ticket."""
        page = await self.post(code=code)
        found = re.search(r'name="ticket" value="([^"]+)"', page)
        assert found is not None, page
        return page, found[1]


async def issue(world: World, referral_id: UUID, actor: Actor = OFFICER, key: str | None = None, **more: str) -> Answer:
    return await world.post(actor, f"/v1/referrals/{referral_id}/links", NEW | more, None, key)


async def with_link(world: World, referral_id: UUID) -> tuple[Focal, str]:
    """Return somebody with a link to the referral, and its code."""
    answer = await issue(world, referral_id)
    assert answer.status == 201, answer.body
    return Focal(world, "/l/" + answer.body["url"].rpartition("/")[2]), answer.body["code"]


async def offer_with_facts(world: World) -> UUID:
    """Offer a need of a partner's, of whom one fact may be told; return the referral's id."""
    need_id = uuid4()
    facts = await world.sealed(need_id, FACTS)
    await world.deliver(world.need(NGO, need_id=need_id, facts=facts))
    return await world.offer(need_id, FIRST, disclosed_attributes=["sex"])
