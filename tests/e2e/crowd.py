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
PATIENCE_SECONDS = 90.0  # for what the services have to do


class Crowd:
    """Families, and the providers who answer for them; each waits so long at most for what comes next."""

    def __init__(self, cast: Cast, places: Sequence[str] = (TELAFAR,), patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.cast, self.watch, self.places, self.patience_seconds = cast, cast.watch, places, patience_seconds
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

    async def offer(self, need: str, *, but: Iterable[str] = ()) -> Seen:
        """Return the newest offer of a need that is none of `but`, waiting for it."""
        known = set(but)
        return await self.watch.expect(
            "referral.offered", lambda data: data["need_id"] == need and data["referral_id"] not in known, self.patience_seconds
        )  # fmt: skip

    async def offered_anew(self, need: str, declined: Seen) -> Seen | None:
        """Return the next offer of a need, waiting for it; None when nobody else can be asked."""
        offered = asyncio.create_task(self.offer(need, but=[declined.data["referral_id"]]))
        unserved = asyncio.create_task(
            self.watch.expect("referral.need-unserved", lambda data: data["need_id"] == need, self.patience_seconds)
        )  # fmt: skip
        done, left = await asyncio.wait((offered, unserved), return_when=asyncio.FIRST_COMPLETED)
        for other in left:
            other.cancel()
        return await offered if offered in done else None

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
        """One family's whole way: asked, offered, perhaps declined, accepted, started, completed, or withdrawn midway; or
        nobody else is there when the only one who could help declined."""
        need = await self.ask(urgency)
        offer = await self.offer(need)
        if random.random() < 0.25:
            await self.move(offer, "decline", {"reason": "out_of_mandate"})
            another = await self.offered_anew(need, offer)
            if another is None:
                return
            offer = another
        if random.random() < 0.1:
            await self.withdraw(need)
            return
        if random.random() < 0.5:
            await self.move(offer, "acknowledgement")
        await self.move(offer, "acceptance")
        mine = offer.data["referral_id"]
        await self.watch.expect("intake.disclosure-opened", lambda data: data["referral_id"] == mine, self.patience_seconds)
        await self.move(offer, "start")
        if random.random() < 0.7:
            await self.move(offer, "completion", {"outcomes": [{"item": HOUSING, "result": "met"}]})


async def together(*work: Any) -> list[Any]:
    """Run at once; raise the first error."""
    return list(await asyncio.gather(*work))
