"""Random walks: whatever happens in whatever order, nothing is parked, nothing is without owner and instant, nothing is open twice."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts import directory_v1, intake_v1
from ihala_contracts.referral_v1 import PlacementCancelled, PlacementRequested, ReferralOffered

from tests.referral.actors import COORDINATOR, FIRST, FOURTH, MOMD, NGO, SECOND, THIRD, Actor
from tests.referral.world import World

PROVIDERS = [FIRST, SECOND, THIRD, FOURTH]
BY_ORGANIZATION = {actor.organization_id: actor for actor in PROVIDERS}
ACTS: dict[str, Any] = {
    "acknowledgement": {}, "acceptance": {}, "start": {}, "review": {}, "resumption": {}, "question": {"text": "?"},
    "decline": {"reason": "no_capacity"}, "release": {"reason": "unable_to_contact"},
    "completion": {"outcomes": [{"item": "housing.hlp", "result": "met"}]}, "failure": {"reason": "moved"},
}  # fmt: skip


class Walk:
    """One need and everybody who may do something about it."""

    def __init__(self, world: World, need_id: UUID, seed: int) -> None:
        self.world, self.need_id, self.dice = world, need_id, random.Random(seed)

    async def step(self) -> None:
        doings = [self.answer] * 5 + [self.provider] * 6 + [self.time] * 3 + [self.coordinator] * 2
        doings += [self.lost, self.suspend, self.change, self.origin, self.take_back]
        await self.dice.choice(doings)()

    async def answer(self) -> None:
        """Directory answers some question, perhaps an old one, perhaps once more."""
        asked = await self.world.all(PlacementRequested, self.need_id)
        if not asked:
            return
        question = asked[-1] if self.dice.random() < 0.8 else self.dice.choice(asked)
        if self.dice.random() < 0.25:
            await self.world.deliver(self.world.none(question))
        else:
            await self.world.deliver(self.world.reserved(question, self.dice.choice(PROVIDERS), allows_waitlist=True))

    async def provider(self) -> None:
        if found := await self.some_referral():
            actor: Actor = BY_ORGANIZATION[found.organization_id]
            act, body = self.dice.choice(list(ACTS.items()))
            assert (await self.world.move(actor, found.id, act, body)).status in {200, 409}

    async def origin(self) -> None:
        if found := await self.some_referral():
            act, body = self.dice.choice([("answer", {"text": "."}), ("cancellation", {"reason": "need_changed"})])
            assert (await self.world.move(NGO, found.id, act, body)).status in {200, 409}

    async def coordinator(self) -> None:
        assert (await self.world.decide(COORDINATOR, self.need_id, "placing", {})).status in {200, 409}

    async def time(self) -> None:
        self.world.advance(hours=self.dice.choice([1, 3, 30, 24 * 9, 24 * 40]))
        await self.world.tick()

    async def lost(self) -> None:
        """Something is said about a place or a disclosure, in time or too late."""
        if found := await self.some_referral():
            said = {"need_id": self.need_id, "referral_id": found.id}
            await self.world.deliver(self.dice.choice([
                directory_v1.PlaceTakeRefused(**said, reason="full", refused_at=self.world.now),
                directory_v1.PlaceTaken(**said, reservation_id=uuid4(), taken_at=self.world.now),
                directory_v1.ReservationRevoked(
                    need_id=self.need_id, reservation_id=found.reservation_id or uuid4(), placement_id=found.placement_id,
                    attempt=found.attempt, reason="suspended", revoked_at=self.world.now,
                ),
                intake_v1.DisclosureRefused(
                    **said, operator_id=MOMD, organization_id=found.organization_id, reason="consent_too_narrow", refused_at=self.world.now
                ),
                intake_v1.ConsentWithdrawn(
                    **said, operator_id=MOMD, consent_id=uuid4(), revision=2, withdrawn_at=self.world.now
                ),
            ]))  # fmt: skip

    async def suspend(self) -> None:
        actor = self.dice.choice(PROVIDERS)
        said = {"organization_id": actor.organization_id}
        await self.world.deliver(directory_v1.OrganizationSuspended(**said, reason="x", suspended_at=self.world.now))
        await self.world.tick()
        await self.world.deliver(directory_v1.OrganizationReinstated(**said, reinstated_at=self.world.now))

    async def change(self) -> None:
        urgency = self.dice.choice(list(intake_v1.Urgency))
        said = {"need_id": self.need_id, "operator_id": MOMD, "changed_at": self.world.now}
        if self.dice.random() < 0.5:
            await self.world.deliver(intake_v1.NeedChanged(**said, urgency=urgency, governorate="IQG15", match_settled=True))
        else:
            named = [actor.organization_id for actor in self.dice.sample(PROVIDERS, 2)]
            consent = self.world.consent(recipients=self.dice.choice([[], named]))
            await self.world.deliver(intake_v1.NeedConsentChanged(**said, consent=consent))

    async def take_back(self) -> None:
        if self.dice.random() < 0.1:
            await self.world.deliver(
                intake_v1.ConsentWithdrawn(
                    need_id=self.need_id, operator_id=MOMD, consent_id=uuid4(), revision=3, withdrawn_at=self.world.now
                )
            )

    async def some_referral(self) -> Any:
        found = await self.world.rows("SELECT * FROM referral WHERE need_id = :need ORDER BY id DESC LIMIT 3", need=self.need_id)
        return self.dice.choice(found) if found else None

    async def check(self) -> None:
        """What must hold at every moment."""
        placement = await self.world.placement(self.need_id)
        referrals = await self.world.rows("SELECT * FROM referral WHERE need_id = :need ORDER BY id", need=self.need_id)
        open_ones = [row for row in referrals if row.ended_at is None]
        waiting = await self.world.rows(
            "SELECT attempt FROM attempt WHERE need_id = :need AND state IN ('waiting', 'requested', 'held')", need=self.need_id
        )
        assert all(row.owner and row.next_at for row in open_ones)
        if placement.state == "ended":
            assert not open_ones and not waiting and placement.next_at is None
            return
        instants = [row.next_at for row in open_ones] + ([placement.due_at] if placement.due_at else [])
        assert placement.owner and placement.next_at == min(instants)
        assert {"triage": not open_ones and not waiting, "placing": not open_ones and len(waiting) == 1, "unserved": not open_ones,
                "offering": bool(open_ones), "placed": len(open_ones) == 1}[placement.state], placement.state  # fmt: skip
        assert len(open_ones) + len(waiting) <= 2

    async def check_places(self) -> None:
        """Every place that was ever held is carried by one referral or was given back."""
        reserved = {
            row.reservation_id for row in await self.world.rows("SELECT reservation_id FROM attempt WHERE reservation_id IS NOT NULL")
        }
        offered = {event.reservation_id for event in await self.world.all(ReferralOffered)}
        given_back = {event.reservation_id for event in await self.world.all(PlacementCancelled)}
        assert reserved <= offered | given_back
        assert not offered & given_back


@pytest.mark.parametrize("seed", range(16))
async def test_nothing_is_ever_lost_on_the_way(world: World, seed: int) -> None:
    urgency = list(intake_v1.Urgency)[seed % 3]
    consent = world.consent()
    need_id = await world.identified(NGO, urgency=urgency, consent=consent)
    walk = Walk(world, need_id, seed)
    for _ in range(30):
        await walk.step()
        await walk.check()
    await walk.check_places()
