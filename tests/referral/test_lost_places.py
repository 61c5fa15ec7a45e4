"""Places that are lost or taken back, and providers that are suspended, against offers and acceptances."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from ihala_contracts import directory_v1, referral_v1
from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1 import PlacementRequested

from tests.referral.actors import FIRST, SECOND, Actor
from tests.referral.said import left, refused_take, revoked, suspended, withdrawn
from tests.referral.world import World, kinds


@pytest.mark.parametrize("started", [False, True])
async def test_a_place_lost_at_acceptance_is_nobodys_fault_also_after_the_start(world: World, started: bool) -> None:
    need_id, referral_id = await (world.in_service() if started else world.accepted())
    failed, asked = await world.deliver(refused_take(world, need_id, referral_id))
    assert isinstance(failed, referral_v1.ReferralFailed) and failed.reason == "place_lost"
    assert isinstance(asked, PlacementRequested)
    assert await world.states(need_id) == ("placing", ["failed"])
    assert await world.deliver(refused_take(world, need_id, referral_id)) == []


async def test_answers_about_the_place_after_withdrawal_are_overtaken(world: World) -> None:
    need_id, referral_id = await world.accepted()
    await world.deliver(withdrawn(world, need_id))
    taken = directory_v1.PlaceTaken(need_id=need_id, referral_id=referral_id, reservation_id=uuid4(), taken_at=world.now)
    assert await world.deliver(taken, refused_take(world, need_id, referral_id)) == []
    assert [why for _, why in await world.overtaken(need_id)] == ["ended", "ended"]


async def test_a_revoked_reservation_ends_the_offer_and_not_the_acceptance(world: World) -> None:
    need_id, referral_id = await world.offered()
    out = await world.deliver(await revoked(world, referral_id))
    assert kinds(out) == ["failed", "placement-requested"]
    assert isinstance(out[0], referral_v1.ReferralFailed) and out[0].reason == "provider_closed"
    other, accepted = await world.accepted()
    assert await world.deliver(await revoked(world, accepted)) == []
    assert await world.states(other) == ("placed", ["accepted"])
    assert await world.overtaken(other) == [("directory.reservation-revoked", "accepted")]
    assert await world.states(need_id) == ("placing", ["failed"])


@pytest.mark.parametrize("ends", [suspended, left])
async def test_a_provider_that_is_suspended_or_left_loses_what_is_open(world: World, ends: Callable[[World, Actor], Event]) -> None:
    needs = [(await world.offered(FIRST))[0], (await world.accepted(FIRST))[0], (await world.in_service(FIRST))[0]]
    kept, _ = await world.accepted(SECOND)
    assert await world.deliver(ends(world, FIRST)) == []
    await world.tick()
    assert [await world.states(need) for need in needs] == [("placing", ["failed"])] * 3
    assert {event.reason for event in await world.all(referral_v1.ReferralFailed)} == {"provider_closed"}
    assert await world.states(kept) == ("placed", ["accepted"])


async def test_suspension_against_acceptance_in_either_order(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST)
    await world.deliver(suspended(world, FIRST))
    answer = await world.move(FIRST, referral_id, "acceptance", {})  # before the due work has come to it
    assert answer.status == 409 and "accept" not in answer.body["moves"] and "decline" in answer.body["moves"]
    await world.tick()
    assert await world.states(need_id) == ("placing", ["failed"])
    late = await world.move(FIRST, referral_id, "acceptance", {})
    assert (late.status, late.body["moves"]) == (409, [])


async def test_suspension_against_acceptance_at_the_same_time(world: World) -> None:
    for _ in range(6):
        need_id, referral_id = await world.offered(FIRST)
        await asyncio.gather(world.move(FIRST, referral_id, "acceptance", {}), world.apply(suspended(world, FIRST)))
        await world.tick()
        assert await world.states(need_id) == ("placing", ["failed"])
        await world.deliver(
            directory_v1.OrganizationReinstated(organization_id=FIRST.organization_id, reinstated_at=world.now),
            withdrawn(world, need_id),
        )


async def test_leaving_against_acceptance_at_the_same_time(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST)
    await asyncio.gather(world.move(FIRST, referral_id, "acceptance", {}), world.apply(left(world, FIRST)))
    await world.tick()
    assert await world.states(need_id) == ("placing", ["failed"])
    assert (await world.move(FIRST, referral_id, "acceptance", {})).status == 409


async def test_suspension_and_revocation_in_any_order_end_the_offer_once(world: World) -> None:
    for first in ("suspension", "revocation"):
        need_id, referral_id = await world.offered(FIRST)
        revocation = await revoked(world, referral_id)
        await world.deliver(*([revocation] if first == "revocation" else []), suspended(world, FIRST))
        await world.tick()
        await world.deliver(*([revocation] if first == "suspension" else []))
        assert await world.states(need_id) == ("placing", ["failed"])
        assert len(await world.all(referral_v1.ReferralFailed, need_id)) == 1
        await world.deliver(directory_v1.OrganizationReinstated(organization_id=FIRST.organization_id, reinstated_at=world.now))


async def test_a_provider_that_is_reinstated_in_time_keeps_its_offers(world: World) -> None:
    need_id, _ = await world.offered(FIRST)
    await world.deliver(suspended(world, FIRST))
    await world.deliver(directory_v1.OrganizationReinstated(organization_id=FIRST.organization_id, reinstated_at=world.now))
    await world.tick()
    assert await world.states(need_id) == ("offering", ["offered"])
