"""Codes of one-time links: how many may be tried, how long a ticket lasts, and who hears of it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from ihala_contracts.referral_v1 import OneTimeLinkEnded
from ihala_referral.links import answering

from tests.referral.actors import NGO
from tests.referral.focal import WRONG, offer_with_facts, with_link
from tests.referral.racing import race
from tests.referral.world import World


@pytest.fixture
async def offer(world: World) -> UUID:
    return await offer_with_facts(world)


async def test_five_wrong_codes_end_it_and_a_coordinator_hears_of_it(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(2):
        await focal.post(code=wrong)
        await focal.shown(code)  # the right one does not count, nor does it forgive
    for _ in range(3):
        await focal.post(code=wrong)
    assert WRONG in await focal.post(code=code)
    assert (await world.last(OneTimeLinkEnded)).reason == "tries"
    assert await world.work_items((await world.referral(offer)).need_id) == {"link_blocked"}


async def test_wrong_codes_for_an_offer_that_has_ended_are_nobodys_work(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    await world.move(NGO, offer, "cancellation", {"reason": "need_changed"})
    for _ in range(answering.WRONG_CODES):
        assert WRONG in await focal.post(code=f"{(int(code) + 1) % 1_000_000:06}")
    assert await world.work_items((await world.referral(offer)).need_id) == set()


async def test_an_offer_that_ends_while_the_last_wrong_code_comes_leaves_no_work_item(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    need_id, wrong = (await world.referral(offer)).need_id, f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(answering.WRONG_CODES - 1):
        await focal.post(code=wrong)
    await race(world, need_id, world.move(NGO, offer, "cancellation", {"reason": "need_changed"}), focal.post(code=wrong))
    assert await world.work_items(need_id) == set()


async def test_who_is_given_a_new_link_is_blocked_no_more(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    for _ in range(answering.WRONG_CODES):
        await focal.post(code=f"{(int(code) + 1) % 1_000_000:06}")
    need_id = (await world.referral(offer)).need_id
    assert await world.work_items(need_id) == {"link_blocked"}
    await with_link(world, offer)
    assert await world.work_items(need_id) == set()


async def test_many_codes_at_once_are_counted_one_by_one(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    wrong = [f"{(int(code) + n) % 1_000_000:06}" for n in range(1, 13)]
    await asyncio.gather(*(focal.post(code=one) for one in wrong))
    assert await world.value("SELECT tries FROM one_time_link") == answering.WRONG_CODES


async def test_forms_of_one_link_are_limited_by_the_minute(world: World, offer: UUID) -> None:
    focal, code = await with_link(world, offer)
    for _ in range(answering.FORMS_A_MINUTE):
        await focal.shown(code)
    assert WRONG in await focal.post(code=code)
    await world.rows("UPDATE one_time_link SET minute_at = minute_at - interval '2 minutes' RETURNING 1")
    await focal.shown(code)


async def test_a_ticket_lasts_minutes(world: World, offer: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    focal, code = await with_link(world, offer)
    monkeypatch.setattr("ihala_referral.links.secrets.TICKET_LASTS", timedelta(seconds=-1))
    _, ticket = await focal.shown(code)
    for _ in range(answering.WRONG_CODES):
        assert WRONG in await focal.post(ticket=ticket, act="accept", sure="1")
    assert (await world.referral(offer)).state == "offered"
    assert await world.value("SELECT tries FROM one_time_link") == 0  # nobody guessed a code
