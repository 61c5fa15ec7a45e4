"""A need that the backup does not know is set again from referral's own events, and stands as it stood: states, owners, every instant."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from ihala_contracts import intake_v1, referral_v1
from ihala_contracts.envelope import Event
from ihala_kit.auth import Caller
from ihala_kit.bus import message
from ihala_kit.inbox import handlers_in
from ihala_kit.reapplying import CALLER, RECALLED, apply_keys, by_key
from ihala_kit.records import Received, envelope_of
from ihala_referral.restoring import RESTORING
from sqlalchemy import text

from tests.referral.actors import FIRST, FOURTH, HLP, NGO, SECOND, THIRD
from tests.referral.said import suspended
from tests.referral.world import World

PLACEMENT = """state, owner, next_at, due_at, attempt, offers, level, urgency, rank, governorate, requested_at, policy_version, end_reason,
               triage_reasons, failing, recipients, objections, consent_id, replaces_id, case_id, reference, need_code, sensitivity"""
REFERRAL = """id, state, owner, next_at, version, organization_id, organization_kind, service_id, service_at_location_id, service_name,
              reservation_id, attempt, lane, replaces, restricted, need_code, urgency, attributes, allows_waitlist, fired, offered_at,
              moved_at, acknowledge_by, decide_by, first_contact_by, level_1_at, level_2_at, level_3_at, expires_at, rested_at, rests,
              answer_by, review_at, resume_by, rounds, reviews_missed, accepted_at, ended_at, reason"""


async def standing(world: World) -> dict[str, Any]:
    """Return how all needs stand, without what no event holds."""
    return {
        "placement": await world.rows(f"SELECT id, {PLACEMENT} FROM placement ORDER BY id"),
        "referral": await world.rows(f"SELECT {REFERRAL} FROM referral ORDER BY id"),
        "attempt": await world.rows("SELECT placement_id, attempt, state, reservation_id FROM attempt ORDER BY 1, 2"),
        "exclusion": await world.rows("SELECT placement_id, service_at_location_id, active FROM exclusion ORDER BY 1, 2"),
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return what is otherwise, by row and column."""
    found = []
    for what, rows in before.items():
        assert len(rows) == len(after[what]), what
        for old, new in zip(rows, after[what], strict=True):
            wrong = {name for name, value in old._asdict().items() if value != new._asdict()[name]}
            found += [f"{what}.{name}: {getattr(old, name)} is {getattr(new, name)}" for name in wrong]
    return sorted(found)


async def sent(world: World) -> list[Received]:
    """Return everything referral has said, as it lies on its topic."""
    found = []
    async with world.database.transaction(Caller.system("test")) as tx:
        for number, row in enumerate((await tx.execute(text("SELECT * FROM outbox ORDER BY seq"))).mappings()):
            one = message(row, "referral")
            headers = {name: value.decode() for name, value in one.headers}
            found.append(Received(one.topic, 0, number, headers, one.value, envelope_of(headers)))
    return found


class Restored:
    """Notes what intake and directory said, loses everything, and applies referral's own events again."""

    def __init__(self, world: World, empty: Callable[[], Awaitable[None]]) -> None:
        self.world, self.empty = world, empty
        self.said: dict[UUID, list[Event]] = {}
        deliver, world_deliver = self.note, world.deliver
        self._deliver = world_deliver
        world.deliver = deliver  # type: ignore[method-assign]

    async def note(self, *events: Event, snapshot: bool = False) -> list[Event]:
        for event in events:
            self.said.setdefault(event.key, []).append(event)
        return await self._deliver(*events, snapshot=snapshot)

    async def lose_and_restore(self) -> dict[UUID, int]:
        """Return how many events of each key were applied again."""
        records = await sent(self.world)
        await self.start_anew()
        return await self.apply(records)

    async def start_anew(self) -> None:
        """Lose everything but the organisations; time goes on."""
        await self.empty()
        self.world.sequences.clear()
        await self.world.join(HLP, NGO, FIRST, SECOND, THIRD, FOURTH)
        await self.world.learn_directory_key()

    async def apply(self, records: list[Received]) -> dict[UUID, int]:
        async with self.world.database.transaction(CALLER) as tx:
            tx.info[RECALLED] = self.said
            return await apply_keys(tx, handlers_in(RESTORING.replays), by_key(records))


@pytest.fixture
def lost(world: World, house: Any) -> Restored:
    return Restored(world, house.empty)


Life = Callable[[World], Awaitable[Any]]


async def asked(world: World) -> None:
    await world.identified()


async def offered(world: World) -> None:
    await world.offered(FIRST)


async def acknowledged(world: World) -> None:
    _, referral_id = await world.offered(FIRST)
    await ok(world.move(FIRST, referral_id, "acknowledgement"))


async def declined_and_offered_again(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST)
    await ok(world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"}))
    await world.offer(need_id, SECOND)


async def accepted(world: World) -> None:
    await world.accepted(FIRST)


async def in_service(world: World) -> None:
    await world.in_service(FIRST)


async def held(world: World) -> None:
    _, referral_id = await world.in_service(FIRST)
    until = (world.now + timedelta(days=5)).isoformat()
    await ok(world.move(FIRST, referral_id, "hold", {"reason": "provider_pause", "resume_by": until}))


async def given_back(world: World) -> None:
    _, referral_id = await world.accepted(FIRST)
    await ok(world.move(FIRST, referral_id, "release", {"reason": "no_capacity"}))


async def asking(world: World) -> None:
    _, referral_id = await world.offered(FIRST)
    await ok(world.move(FIRST, referral_id, "question", {"text": "?"}))


async def answered(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    await ok(world.move(FIRST, referral_id, "question", {"text": "?"}))
    world.advance(hours=5)
    await ok(world.move(NGO, referral_id, "answer", {"text": "!", "categories": []}))


async def waitlisted(world: World) -> None:
    need_id = await world.identified()
    referral_id = await world.offer(need_id, FIRST, allows_waitlist=True)
    review_at = (world.now + timedelta(days=9)).isoformat()
    await ok(world.move(FIRST, referral_id, "waitlisting", {"person_agreed": True, "review_at": review_at}))


async def late(world: World) -> None:
    await world.offered(FIRST)
    world.advance(days=4)
    await world.tick()


async def expired(world: World) -> None:
    await world.offered(FIRST)
    world.advance(days=40)
    await world.tick()


async def without_contact(world: World) -> None:
    await world.accepted(FIRST)
    world.advance(days=20)
    await world.tick()


async def unserved(world: World) -> None:
    need_id = await world.identified()
    await world.deliver(world.none(await world.last(referral_v1.PlacementRequested, need_id)))


async def triaged_and_late(world: World) -> None:
    await world.identified(match_settled=False)
    world.advance(days=5)
    await world.tick()


async def unanswered(world: World) -> None:
    await world.identified()
    world.advance(hours=30)
    await world.tick()


async def completed(world: World) -> None:
    _, referral_id = await world.in_service(FIRST)
    await ok(world.move(FIRST, referral_id, "completion", {"outcomes": [{"item": "documents", "result": "met"}]}))


async def nothing_met(world: World) -> None:
    _, referral_id = await world.in_service(FIRST)
    await ok(world.move(FIRST, referral_id, "completion", {"outcomes": [{"item": "documents", "result": "not_met"}]}))


async def closed(world: World) -> None:
    need_id, _ = await world.accepted(FIRST)
    await world.deliver(intake_v1.NeedClosed(need_id=need_id, operator_id=world.need().operator_id, reason="solved", closed_at=world.now))


async def two_offers(world: World) -> None:
    need_id, _ = await world.offered(FIRST, urgency=intake_v1.Urgency.EMERGENCY)
    world.advance(hours=3)
    await world.tick()
    await world.offer(need_id, SECOND)


async def one_of_two(world: World) -> None:
    need_id, first = await world.offered(FIRST, urgency=intake_v1.Urgency.EMERGENCY)
    world.advance(hours=3)
    await world.tick()
    await world.offer(need_id, SECOND)
    await ok(world.move(FIRST, first, "acceptance"))


async def could_not_be_asked(world: World) -> None:
    await world.identified()
    await world.deliver(suspended(world, FIRST))
    await world.deliver(world.reserved(await world.last(referral_v1.PlacementRequested), FIRST))


async def without_a_consent(world: World) -> None:
    await world.identified(consent=world.consent(until=world.now + timedelta(days=1)))
    world.advance(days=2)
    await world.deliver(world.reserved(await world.last(referral_v1.PlacementRequested), FIRST))


LIVES: tuple[Life, ...] = (
    asked, offered, acknowledged, declined_and_offered_again, accepted, in_service, held, given_back, asking, answered, waitlisted, late,
    expired, without_contact, unserved, triaged_and_late, unanswered, completed, nothing_met, closed, two_offers, one_of_two,
    could_not_be_asked, without_a_consent,
)  # fmt: skip


async def ok(move: Awaitable[Any]) -> None:
    answer = await move
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
async def test_a_need_stands_as_it_stood(world: World, lost: Restored, life: Life) -> None:
    await life(world)
    before = await standing(world)
    assert sum((await lost.lose_and_restore()).values()) > 0
    after = await standing(world)
    assert differences(before, after) == []
