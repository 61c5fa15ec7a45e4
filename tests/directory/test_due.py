"""A reservation that nobody claims is free again after a quarter of an hour of domain time; one that is claimed ends by events alone."""

from datetime import timedelta

from ihala_contracts.directory_v1 import PlaceReleased, PlaceReserved
from ihala_directory import performers
from ihala_directory.commands import reservations
from ihala_kit.auth import Caller
from ihala_kit.clock import move_clock
from ihala_kit.due import perform_next, performers_in

from tests.directory.test_placing import reserve
from tests.directory.world import ZUMMAR_AT, Case, World, only


async def pass_time(world: World, minutes: float) -> None:
    """Move domain time, and do what is due by then."""
    await move_clock(world.database.settings.owner_database_url or "", timedelta(minutes=minutes))
    world.database.clock.offset = await world.database.read_offset()
    while await perform_next(world.database, performers_in([performers])):
        pass


async def test_unclaimed_for_a_quarter_of_an_hour(world: World) -> None:
    reservation = await reserve(world, Case().need_id, ZUMMAR_AT)
    await pass_time(world, 14)
    assert await world.said() == []
    await pass_time(world, 2)
    released = only(await world.said(), PlaceReleased)
    assert (released.reservation_id, released.reason, released.referral_id) == (reservation, "unclaimed", None)
    assert await world.places(ZUMMAR_AT) == (400, 0, 0)
    await pass_time(world, 60)
    assert await world.said() == []


async def test_of_a_reservation_that_no_need_has_named_nobody_is_told(world: World) -> None:
    await reserve(world, None, ZUMMAR_AT)
    assert (await world.places(ZUMMAR_AT))[1] == 1
    await pass_time(world, 16)
    assert await world.said() == []
    assert await world.places(ZUMMAR_AT) == (400, 0, 0)


async def test_claimed_it_has_no_timer(world: World) -> None:
    case = Case()
    reservation = await reserve(world, case.need_id, ZUMMAR_AT)
    only(await world.tell(case.request(preferred_reservation_id=reservation)), PlaceReserved)
    await pass_time(world, 60 * 24 * 400)
    assert (await world.places(ZUMMAR_AT))[1] == 1


async def test_work_for_a_reservation_that_was_given_up_does_nothing(world: World) -> None:
    reservation = await reserve(world, Case().need_id, ZUMMAR_AT)
    await world.rows("UPDATE reservation SET state = 'released', ended_at = reserved_at, end_reason = 'released' RETURNING id")
    async with world.database.transaction(Caller.system("clock")) as tx:
        await reservations.release_unclaimed(tx, reservation)
        await reservations.release_unclaimed(tx, Case().need_id)
    assert await world.said() == []
