"""Many people at once: asks for them, lets providers answer, and takes back, suspends or accepts twice where a test wants a race."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from typing import Any

from ihala_local.client import Answer, Client, Unexpected
from ihala_local.story.cast import Cast
from ihala_local.story.people import TELAFAR, Family
from ihala_local.watch import Seen

HOUSING = "housing.hlp"
CONSENTED = ("identity", "contact", "household", "place", "status", "needs")
LOST_RACES = (404, 409, 412)  # what an answer that came too late may get


class Crowd:
    """Families, and the providers who answer for them."""

    def __init__(self, cast: Cast, places: Sequence[str] = (TELAFAR,)) -> None:
        self.cast, self.watch, self.places = cast, cast.watch, places
        self.centre = cast.client("hlp-mosul")
        self.families: list[Family] = []
        self.needs: list[str] = []

    async def ask(self, urgency: str = "routine", code: str = HOUSING) -> str:
        """Send one family's request; return the need's id."""
        family = Family()
        body = family.request([{"code": code, "urgency": urgency}], CONSENTED)
        body["person"]["place"] = random.choice(self.places)
        answer = await self.centre.post("/intake/v1/requests", body, 202, key=family.number)
        need: str = answer.body["needs"][0]["need_id"]
        self.families.append(family)
        self.needs.append(need)
        return need

    async def offer(self, need: str, *, but: Iterable[str] = (), within: float = 60) -> Seen:
        """Return the newest offer of a need that is none of `but`, waiting for it."""
        known = set(but)
        return await self.watch.expect(
            "referral.offered", lambda data: data["need_id"] == need and data["referral_id"] not in known, within
        )  # fmt: skip

    def receiver(self, offer: Seen) -> Client:
        """Return the client to whom it was offered."""
        return self.cast.provider(offer.data["organization_id"])

    async def move(self, offer: Seen, act: str, body: dict[str, Any] | None = None, etag: str | None = None) -> Answer | None:
        """Make a provider's move, reading the version first unless given; None when the race was lost."""
        provider, path = self.receiver(offer), f"/referral/v1/referrals/{offer.data['referral_id']}"
        try:
            current = etag or (await provider.get(path)).etag
            return await provider.post(f"{path}/{act}", body or {}, if_match=current)
        except Unexpected as unexpected:
            if unexpected.answer.status in LOST_RACES:
                return None
            raise

    async def withdraw(self, need: str) -> Answer | None:
        """The person takes it back; None when there was nothing left to take back."""
        try:
            return await self.centre.post("/intake/v1/withdrawals", {"need_id": need, "by": "person", "how": "spoken"})
        except Unexpected as unexpected:
            if unexpected.answer.status in LOST_RACES:
                return None
            raise

    async def live(self, urgency: str = "routine") -> None:
        """One family's whole way: asked, offered, perhaps declined, accepted, started, completed, or withdrawn midway."""
        need = await self.ask(urgency)
        offer = await self.offer(need)
        if random.random() < 0.25:
            await self.move(offer, "decline", {"reason": "out_of_mandate"})
            offer = await self.offer(need, but=[offer.data["referral_id"]])
        if random.random() < 0.1:
            await self.withdraw(need)
            return
        if random.random() < 0.5:
            await self.move(offer, "acknowledgement")
        await self.move(offer, "acceptance")
        await self.watch.expect("intake.disclosure-opened", lambda data: data["referral_id"] == offer.data["referral_id"], 90)
        await self.move(offer, "start")
        if random.random() < 0.7:
            await self.move(offer, "completion", {"outcomes": [{"item": HOUSING, "result": "met"}]})


async def together(*work: Any) -> list[Any]:
    """Run at once; raise the first error."""
    return list(await asyncio.gather(*work))
