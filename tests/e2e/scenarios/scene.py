"""What a journey is told with: somebody new each time, offers and moves through the gateway, a clock that jumps to an instant.

When it is over, everything that was sent about its people is looked at: no word of theirs in an event or a message.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from ihala_local.client import Answer, Client
from ihala_local.story.cast import Cast
from ihala_local.watch import Seen

from tests.e2e.telling import Telling
from tests.e2e.words import Search, Words

PATIENCE_SECONDS = 40
SECOND = timedelta(seconds=1)
PLACES = {
    "provider-housing-telafar": 40, "provider-housing-zummar": 40, "provider-housing-ninewa": 500, "provider-school-telafar": 40,
    "provider-school-ninewa": 500, "provider-protection-ninewa": 40, "provider-training-hamdaniyah": 40, "provider-business-mosul": 40,
}  # fmt: skip
BEGINNINGS = ("referral.placement-requested", "referral.placement-triaged")


class Scene(Telling):
    """One situation with people of its own."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast, Words())
        self.watch, self.began = cast.watch, time.monotonic()
        self.telafar = cast.client("provider-housing-telafar")

    async def opens(self) -> None:
        """Have the providers say again how many places they have: their words grow old as the clock jumps."""
        for provider, places in PLACES.items():
            await self.free(provider, places)

    # --- asking

    async def need(self, code: str = "housing.hlp", urgency: str = "routine", *, by: Client | None = None, **changes: Any) -> str:
        """Ask for one thing for somebody new, at a desk of the ministry if nobody else asks; return the need's id."""
        body = self.request(code, **changes)
        body["needs"][0]["urgency"] = urgency
        made = await self.asked(by or self.desk, body)
        return str(made["needs"][0]["need_id"])

    async def need_for(self, provider: str, code: str = "housing.hlp", urgency: str = "routine", **changes: Any) -> Seen:
        """Ask for one thing with a place at a provider that the officer reserved before; return the offer."""
        at = next(at["id"] for service in await self.services_of(provider) if code in service["need_codes"] for at in service["at"])
        reserved = await self.desk.post("/directory/v1/reservations", {"service_at_location_id": at}, 201)
        body = self.request(code, **changes)
        body["needs"][0] |= {"urgency": urgency, "preferred_reservation_id": reserved.body["id"]}
        offer = await self.offer((await self.asked(self.desk, body))["needs"][0]["need_id"])
        assert offer.data["organization_id"] == self.cast.client(provider).organization_id
        return offer

    async def services_of(self, provider: str) -> list[dict[str, Any]]:
        """Return what a provider offers, as it sees it itself."""
        client = self.cast.client(provider)
        listed = (await client.get("/directory/v1/services", limit=200)).body["items"]
        return [service for service in listed if service["organization"]["id"] == client.organization_id]

    async def event(self, name: str, within: float = PATIENCE_SECONDS, **wanted: Any) -> Seen:
        """Return the newest event of that name which says all of this, waiting for it."""
        return await self.watch.expect(name, lambda data: wanted.items() <= data.items(), within)

    def seen(self, name: str, **wanted: Any) -> list[Seen]:
        """Return the events of that name that came already and say all of this."""
        return [event for event in self.watch.seen(name) if wanted.items() <= event.data.items()]

    # --- referring

    async def offer(self, need: str, *but: Seen) -> Seen:
        """Return the newest offer of a need that is none of those, waiting for it."""
        known = {one.data["referral_id"] for one in but}
        return await self.watch.expect(
            "referral.offered", lambda data: data["need_id"] == need and data["referral_id"] not in known, PATIENCE_SECONDS
        )  # fmt: skip

    def receiver(self, offer: Seen) -> Client:
        """Return the client of the organisation to which it was offered."""
        return self.cast.provider(offer.data["organization_id"])

    async def read(self, offer: Seen, by: Client | None = None) -> dict[str, Any]:
        """Return the referral as its receiver, or somebody else, sees it."""
        return dict((await (by or self.receiver(offer)).get(path_of(offer))).body)

    async def move(
        self, offer: Seen, act: str, body: dict[str, Any] | None = None, *expected: int, by: Client | None = None
    ) -> Answer:  # fmt: skip
        """Move a referral as its receiver, or as somebody else, from the version that is there now."""
        mover = by or self.receiver(offer)
        version = (await mover.get(path_of(offer))).etag
        return await mover.post(f"{path_of(offer)}/{act}", body or {}, *expected, if_match=version)

    async def accepted(self, offer: Seen) -> None:
        """The receiver accepts, and may read who it is."""
        await self.move(offer, "acceptance")
        await self.event("intake.disclosure-opened", referral_id=offer.data["referral_id"])

    async def served(self, offer: Seen, result: str = "met") -> None:
        """The receiver accepts, begins and says what came of it."""
        await self.accepted(offer)
        await self.move(offer, "start")
        await self.move(offer, "completion", {"outcomes": [{"item": "asked.thing", "result": result}]})

    async def first(self, need: str) -> Seen:
        """Return the event by which the need's placement began, waiting for it."""

        async def read() -> list[Seen]:
            return [event for name in BEGINNINGS for event in self.seen(name, need_id=need)]

        found: list[Seen] = await self.eventually(read, bool)
        return found[0]

    async def placement(self, need: str) -> dict[str, Any]:
        """Return the need's placement, as its coordinator sees it."""
        found = await self.first(need)
        return dict((await self.coordinator.get(f"/referral/v1/placements/{found.data['placement_id']}")).body)

    async def placed(self, need: str, body: dict[str, Any] | None = None, *expected: int) -> Answer:
        """Have the coordinator ask for a place."""
        found = await self.first(need)
        path = f"/referral/v1/placements/{found.data['placement_id']}"
        version = (await self.coordinator.get(path)).etag
        return await self.coordinator.post(f"{path}/placing", body or {}, *expected, if_match=version)

    async def free(self, provider: str, places: int) -> list[str]:
        """Have a provider say that so many places are free wherever it works; return where."""
        client, found = self.cast.client(provider), await self._places_of(provider)
        for place in found:
            path, at = f"/directory/v1/services-at-locations/{place}/capacity", found[place]
            while not await self._says(client, path, at, places):  # a place was taken or given back meanwhile
                at = (await self._places_of(provider))[place]
        return list(found)

    async def _says(self, client: Client, path: str, at: dict[str, Any], places: int) -> bool:
        used = at["capacity"]["figure"] - at["capacity"]["free"]
        said = await client.put(path, {"figure": places + used}, 200, 412, if_match=f'"{at["version"]}"')
        return said.status == 200

    async def _places_of(self, provider: str) -> dict[str, dict[str, Any]]:
        return {str(at["id"]): at for service in await self.services_of(provider) for at in service["at"]}

    async def work_items(self, kind: str) -> set[str]:
        """Return the needs that coordinators must look at for this reason."""
        listed = (await self.coordinator.get("/referral/v1/work-items", kind=kind, limit=200)).body["items"]
        return {str(item["about_id"]) for item in listed}

    # --- following

    async def feed_of(self, by: Client) -> str:
        """Have somebody begin to follow what concerns its organisation; return from where on."""
        return str((await by.get("/notify/v1/events", after="latest")).body["cursor"])

    async def heard(self, by: Client, after: str) -> list[dict[str, Any]]:
        """Return what came to its feed since then."""
        found, more = [], True
        while more:
            page = (await by.get("/notify/v1/events", after=after, limit=1000)).body
            found, after, more = [*found, *page["events"]], page["cursor"], bool(page["events"])
        return found

    async def counted(self, reader: Client, holds: Callable[[Any], bool], **asked: Any) -> list[dict[str, Any]]:
        """Return what statistics tell somebody, once it holds; sheets that changed are made anew every ten minutes."""

        async def read() -> list[dict[str, Any]]:
            await self.minutes(11)
            return list((await reader.get("/referral/v1/statistics", **asked)).body["items"])

        return list(await self.eventually(read, holds))

    # --- waiting

    async def hours(self, number: float) -> None:
        """Let some hours pass."""
        await self.cast.later(timedelta(hours=number))

    async def minutes(self, number: float) -> None:
        """Let some minutes pass."""
        await self.cast.later(timedelta(minutes=number))

    async def jump(self, at: str | datetime) -> None:
        """Let the clock of everybody jump to a second after an instant."""
        instant = datetime.fromisoformat(at) if isinstance(at, str) else at
        ahead = instant - await self.cast.now() + SECOND
        if ahead > timedelta():
            await self.cast.later(ahead)

    async def eventually(self, read: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
        """Read again until it holds. Raises AssertionError with what was read last."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not holds(found := await read()):
            assert time.monotonic() < until, f"it never came so far: {found}"
            await asyncio.sleep(0.2)
        return found

    async def need_is(self, need: str, *states: str, by: Client | None = None) -> str:
        """Wait until intake's need has one of these states."""

        async def read() -> str:
            return str((await (by or self.coordinator).get(f"/intake/v1/needs/{need}")).body["state"])

        return str(await self.eventually(read, lambda state: state in states))

    # --- afterwards

    async def asked_whether_it_came(self, offer: Seen, said: str, days: int = 31) -> None:
        """Let the follow-up fall due, call her, and write down what she says."""
        await self.cast.later(timedelta(days=days))
        due = await self.event("intake.follow-up-due", referral_id=offer.data["referral_id"])
        path = f"/intake/v1/follow-ups/{due.data['follow_up_id']}"
        version = (await self.coordinator.get(path)).etag
        await self.coordinator.post(f"{path}/result", {"result": said, "by": self.words.latin()}, if_match=version)

    async def leaves_no_word(self) -> None:
        """Look at every event since the scene began, and at every text that went to a phone. Raises AssertionError naming the words."""
        search = Search(self.words.made)
        for event in self.watch.since(self.began):
            assert not (found := search.in_bytes(json.dumps(event.data, ensure_ascii=False).encode())), f"{event.name} says {found}"
        texts = self.cast.place.home.messages
        for line in texts.read_text("utf-8").splitlines() if texts.exists() else ():
            assert not (found := search.in_bytes(json.loads(line)["text"].encode())), f"a message says {found}"


def path_of(offer: Seen) -> str:
    """Return where the referral stands that was offered."""
    return f"/referral/v1/referrals/{offer.data['referral_id']}"


def problem(answer: Answer) -> str:
    """Return what kind of refusal it is."""
    return str(answer.body["type"]).rpartition(":")[2]
