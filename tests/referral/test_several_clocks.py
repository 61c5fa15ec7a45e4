"""Several clock processes at once, on what came over HTTP: nothing fires twice, levels come in order, also after a day without a clock."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from ihala_contracts.referral_v1 import DeadlineMissed, Escalated
from ihala_kit.auth import Caller
from ihala_referral import store
from ihala_referral.commands import ticking
from ihala_referral.jobs import work_off

from tests.referral.actors import FIRST, NGO, SECOND
from tests.referral.ticks import levels
from tests.referral.world import World


async def waiting(world: World, count: int) -> list[UUID]:
    """Return needs whose offers were seen, or accepted without a first contact, over HTTP."""
    needs = []
    for number in range(count):
        need_id, referral_id = await world.offered((FIRST, SECOND)[number % 2], NGO, urgency="urgent")
        act = ("acknowledgement", "acceptance")[number % 2]
        assert (await world.move((FIRST, SECOND)[number % 2], referral_id, act, None)).status == 200
        needs.append(need_id)
    return needs


async def test_two_clocks_share_what_is_due(world: World) -> None:
    needs = await waiting(world, 12)
    world.advance(days=1)  # nobody's clock ran
    done = await asyncio.gather(*(work_off(world.database) for _ in range(2)))
    await world.tick()
    assert sum(done) == len(needs[::2])  # the accepted ones have days left
    assert sorted([len(await levels(world, need_id)) for need_id in needs]) == [0] * 6 + [1] * 6
    world.advance(days=30)
    await asyncio.gather(*(world.tick() for _ in range(2)))
    for need_id in needs:
        assert [level for level, _ in await levels(world, need_id)] == [1, 2, 3]


async def test_a_clock_passes_over_what_another_works_on(world: World) -> None:
    [need_id] = await waiting(world, 1)
    world.advance(days=1)
    async with world.database.transaction(Caller.system("clock")) as tx:
        [situation] = await store.due(tx, 10)
        await ticking.tick(tx, situation)
        assert await work_off(world.database) == 0  # it is locked, and nothing waits for it
    assert await work_off(world.database) == 0
    assert len(await world.all(Escalated, need_id)) == 1


@pytest.mark.parametrize("error", [asyncpg.ConnectionDoesNotExistError, asyncpg.AdminShutdownError, asyncpg.InterfaceError])
async def test_a_database_that_goes_away_is_no_placements_fault(
    world: World, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    [need_id] = await waiting(world, 1)
    world.advance(days=1)

    async def away(*_: object) -> None:
        raise error("the connection was closed")

    with monkeypatch.context() as patched:
        patched.setattr(ticking, "tick", away)
        with pytest.raises(error):
            await work_off(world.database)
    assert await world.work_items(need_id) == set()
    await world.tick()
    assert len(await levels(world, need_id)) == 1  # and its clock is not late


async def test_who_is_late_the_longest_comes_first(world: World) -> None:
    late = [(await world.offered(FIRST, NGO, urgency="urgent"))[0] for _ in range(3)]
    world.advance(days=1)
    fresh = [(await world.offered(SECOND, NGO, urgency="emergency"))[0] for _ in range(3)]
    world.advance(hours=2, minutes=1)
    async with world.database.transaction(Caller.system("clock")) as tx:
        found = [situation.placement.need_id for situation in await store.due(tx, 10)]
    assert found == late + fresh
    await work_off(world.database)
    assert {event.need_id for event in await world.all(DeadlineMissed)} == {*late, *fresh}
