"""A waiting list: no place is held; once one is free the receiver accepts, and directory decides whether it is."""

from uuid import UUID

import pytest
from ihala_contracts import directory_v1, referral_v1

from tests.referral.actors import FIRST, NGO, SECOND
from tests.referral.said import refused_take
from tests.referral.test_unserved import changed
from tests.referral.world import World


async def waiting(world: World) -> tuple[UUID, UUID]:
    need_id = await world.identified(NGO)
    referral_id = await world.offer(need_id, FIRST, allows_waitlist=True)
    body = {"person_agreed": True, "review_at": "2026-12-10T08:00:00Z"}
    assert (await world.move(FIRST, referral_id, "waitlisting", body)).status == 200
    assert (await world.referral(referral_id)).reservation_id is None
    return need_id, referral_id


async def test_a_place_became_free_and_the_directory_has_it(world: World) -> None:
    need_id, referral_id = await waiting(world)
    world.advance(days=10)
    assert (await world.move(FIRST, referral_id, "review")).status == 200
    world.advance(days=25)
    assert (await world.move(FIRST, referral_id, "acceptance")).status == 200
    accepted = await world.last(referral_v1.ReferralAccepted)
    assert (accepted.reservation_id, accepted.service_at_location_id) == (None, FIRST.organization_id)
    taken = directory_v1.PlaceTaken(need_id=need_id, referral_id=referral_id, reservation_id=referral_id, taken_at=world.now)
    assert await world.deliver(taken) == []
    assert (await world.referral(referral_id)).place_taken_at == taken.taken_at
    assert await world.states(need_id) == ("placed", ["accepted"])


async def test_no_place_became_free_after_all_and_the_next_provider_is_asked(world: World) -> None:
    need_id, referral_id = await waiting(world)
    await world.move(FIRST, referral_id, "acceptance")
    await world.deliver(refused_take(world, need_id, referral_id))
    assert await world.states(need_id) == ("placing", ["failed"])
    assert (await world.last(referral_v1.ReferralFailed)).reason == "place_lost"
    assert (await world.last(referral_v1.PlacementRequested, need_id)).excluded == [FIRST.organization_id]
    await world.offer(need_id, SECOND)
    assert (await world.states(need_id))[0] == "offering"


@pytest.mark.parametrize("days", [89, 91])
async def test_nobody_waits_longer_than_ninety_days_whatever_is_reviewed(world: World, days: int) -> None:
    need_id, referral_id = await waiting(world)
    for _ in range(2):
        world.advance(days=25)
        assert (await world.move(FIRST, referral_id, "review")).status == 200
    world.advance(days=days - 50)
    await world.tick()
    assert (await world.states(need_id))[1] == (["waitlisted"] if days == 89 else ["expired"])


async def test_a_place_that_frees_has_the_list_looked_at_for_the_first_who_waits(world: World) -> None:
    service_id = (await world.referral((await waiting(world))[1])).service_id
    world.advance(hours=1)
    urgent = await world.identified(NGO, urgency="urgent")
    second = await world.offer(urgent, FIRST, allows_waitlist=True, service_id=service_id)
    body = {"person_agreed": True, "review_at": "2026-12-10T08:00:00Z"}
    assert (await world.move(FIRST, second, "waitlisting", body)).status == 200
    freed = changed(world, organization_id=FIRST.organization_id, service_id=service_id, places_opened=True)
    await world.deliver(freed.model_copy(update={"places_opened": False, "terms_changed": True}))
    await world.tick()
    assert await world.all(referral_v1.DeadlineNear) == []
    for told in (1, 2, 2):  # the most urgent, then who waits longest; each is asked for once
        await world.deliver(freed)
        await world.tick()
        found = await world.all(referral_v1.DeadlineNear)
        assert len(found) == told and {(one.deadline, tuple(one.to)) for one in found} == {("waitlist_review", ("provider",))}
        assert found[0].referral_id == second
    row = await world.referral(second)
    assert row.review_at == found[0].due_at == row.next_at
    world.advance(days=2)
    await world.tick()
    assert (await world.referral(second)).reviews_missed == 1
