"""Steps that many tests begin with."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from ihala_contracts.referral_v1 import ReferralAccepted, ReferralCompleted, ReferralOffered, ReferralStarted

from tests.intake.actors import HLP, PROVIDER, Actor
from tests.intake.house import House
from tests.intake.samples import need, outcome, referral_event, request


@dataclass
class Story:
    """One need with one referral about it."""

    house: House
    need_id: UUID
    consent_id: UUID
    request_id: str
    referral_id: UUID
    provider: Actor

    @property
    def person_path(self) -> str:
        return f"/v1/disclosures/{self.referral_id}"

    async def offer(self) -> None:
        await self.house.deliver(referral_event(ReferralOffered, self.need_id, self.referral_id, self.provider))

    async def accept(self) -> None:
        await self.house.deliver(referral_event(ReferralAccepted, self.need_id, self.referral_id, self.provider))

    async def start(self) -> None:
        await self.house.deliver(referral_event(ReferralStarted, self.need_id, self.referral_id, self.provider))

    async def complete(self, result: Any = "met") -> None:
        done = referral_event(
            ReferralCompleted, self.need_id, self.referral_id, self.provider, outcomes=outcome(result),
            moved_at=self.house.database.clock.now(),
        )  # fmt: skip
        await self.house.deliver(done)

    async def tell(self, kind: Any, **more: Any) -> None:
        """Deliver another move of the same referral."""
        moved = {"moved_at": self.house.database.clock.now(), **more}
        await self.house.deliver(referral_event(kind, self.need_id, self.referral_id, self.provider, **moved))

    async def state(self) -> str:
        return str(await self.house.scalar("SELECT state FROM need WHERE id = :id", id=self.need_id))

    async def named(self) -> list[str]:
        """Return the names of the events that left since the last look."""
        return [type(event).__name__ for event in await self.house.events()]

    def again(self, provider: Actor) -> "Story":
        """Return the next attempt for the same need."""
        return Story(self.house, self.need_id, self.consent_id, self.request_id, uuid4(), provider)


async def asked(house: House, origin: Actor = HLP, provider: Actor = PROVIDER, **changes: Any) -> Story:
    """Bring a request with one need; nothing is offered yet."""
    body = request(*changes.pop("needs", [need()]), **changes)
    answer = await house.post("/v1/requests", origin, body)
    assert answer.status == 202, answer.body
    await house.events()
    [one, *_] = answer.body["needs"]
    return Story(house, UUID(one["need_id"]), UUID(one["consent_id"]), answer.body["request_id"], uuid4(), provider)


async def accepted(house: House, origin: Actor = HLP, provider: Actor = PROVIDER, **changes: Any) -> Story:
    """The same, offered and accepted."""
    story = await asked(house, origin, provider, **changes)
    await story.offer()
    await story.accept()
    await house.events()
    return story


async def served(house: House, origin: Actor = HLP, provider: Actor = PROVIDER, **changes: Any) -> Story:
    """The same, started and completed with something met."""
    story = await accepted(house, origin, provider, **changes)
    await story.start()
    await story.complete()
    await house.events()
    return story
