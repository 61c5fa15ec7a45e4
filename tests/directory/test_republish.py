"""What directory repeats for readers that begin late, and what it makes of what referral repeats."""

from uuid import UUID, uuid4

from ihala_contracts.directory_v1 import (
    NoPlaceFound,
    OrganizationJoined,
    OrganizationReinstated,
    OrganizationSuspended,
    PlaceReserved,
    PlaceTaken,
    ServiceChanged,
)
from ihala_contracts.envelope import Event
from ihala_directory.commands.repeating import SNAPSHOTS
from ihala_kit.auth import Caller
from ihala_kit.republish import republish, republish_key
from sqlalchemy import text

from tests.directory.test_referrals import accepted, offered
from tests.directory.world import TELAFAR, TELAFAR_AT, TELAFAR_SERVICE, ZUMMAR, Case, World, only


async def repeated(world: World, key: UUID | None = None) -> list[Event]:
    """Repeat everything, or one key; return the events."""
    if key is None:
        assert len([line async for line in republish(world.database, SNAPSHOTS)]) == 3
    else:
        await republish_key(world.database, SNAPSHOTS, key)
    return await world.said()


async def test_organisations_and_services_are_repeated_as_they_are(world: World) -> None:
    async with world.database.transaction(Caller.system("test")) as tx:
        suspend = "UPDATE organization SET status = 'suspended', suspended_for = 'audit', suspended_at = changed_at WHERE id = :id"
        await tx.execute(text(suspend), {"id": ZUMMAR})
    told = await repeated(world)
    joined = {event.organization_id for event in told if isinstance(event, OrganizationJoined)}
    assert len(joined) == await world.value("SELECT count(*) FROM organization")
    [suspended] = [event for event in told if isinstance(event, OrganizationSuspended)]
    assert (suspended.organization_id, suspended.reason) == (ZUMMAR, "audit")
    assert {event.organization_id for event in told if isinstance(event, OrganizationReinstated)} == joined - {ZUMMAR}
    services = [event for event in told if isinstance(event, ServiceChanged)]
    assert len(services) == await world.value("SELECT count(*) FROM service WHERE status <> 'closed'")
    assert not any(event.places_opened for event in services)
    one = next(event for event in services if event.service_id == TELAFAR_SERVICE)
    assert (one.organization_id, one.status) == (TELAFAR, "active")
    assert all(event.names == {} or not event.address for event in services if event.restricted)


async def test_places_are_repeated_as_long_as_they_are_promised(world: World) -> None:
    held, taken, over = Case(), Case(), Case()
    first = only(await world.tell(held.request()), PlaceReserved)
    reservation = await accepted(world, taken)
    await world.tell(over.ended("withdrawn", await offered(world, over)))
    told = await repeated(world)
    assert [event for event in told if isinstance(event, PlaceReserved)] == [first.model_copy(update={"rank": 1})]
    [took] = [event for event in told if isinstance(event, PlaceTaken)]
    assert (took.referral_id, took.reservation_id) == (taken.referral_of(1), reservation)
    assert await repeated(world, held.need_id) == [first.model_copy(update={"rank": 1})]
    assert await repeated(world, over.need_id) == []


async def test_one_organisation_is_repeated_alone(world: World) -> None:
    assert [type(event) for event in await repeated(world, TELAFAR)] == [OrganizationJoined, OrganizationReinstated]
    assert [type(event) for event in await repeated(world, TELAFAR_SERVICE)] == [ServiceChanged]
    assert await repeated(world, uuid4()) == []


# What referral repeats


async def test_a_question_that_is_repeated_is_answered_with_the_same_place(world: World) -> None:
    case = Case()
    assert len(first := await world.tell(case.request(), snapshot=True)) == 1  # never asked before
    again = await world.tell(case.request(), snapshot=True)
    assert again == first
    assert await world.tell(case.request()) == []  # sent twice, as ever
    assert await world.places(TELAFAR_AT) == (40, 1, 0)


async def test_a_question_whose_place_is_gone_is_answered_with_none(world: World) -> None:
    case = Case()
    reservation = await offered(world, case)
    await world.tell(case.ended("withdrawn", reservation))
    none = only(await world.tell(case.request(), snapshot=True), NoPlaceFound)
    assert (none.attempt, bool(none.failing)) == (1, True)


async def test_moves_that_are_repeated_count_once(world: World) -> None:
    case = Case()
    reservation = await accepted(world, case)
    await world.tell(case.started(reservation))
    before = await world.rows("SELECT figure, held, used, answers, waiting FROM service_at_location WHERE id = :id", id=TELAFAR_AT)
    assert await world.tell(case.offered(reservation), case.accepted(reservation), case.started(reservation), snapshot=True) == []
    assert await world.rows("SELECT figure, held, used, answers, waiting FROM service_at_location WHERE id = :id", id=TELAFAR_AT) == before
    assert await world.value("SELECT count(*) FROM overtaken") == 0


async def test_a_decline_that_was_missed_gives_the_place_back_and_one_that_was_read_says_nothing_new(world: World) -> None:
    missed, known = Case(), Case()
    lost = await offered(world, missed)
    read = await offered(world, known)
    await world.tell(known.declined(read, TELAFAR_AT, "no_capacity"))
    await world.tell(missed.declined(lost, TELAFAR_AT, "not_eligible"), snapshot=True)
    assert (await world.places(TELAFAR_AT))[1:] == (0, 0)
    async with world.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("UPDATE service_at_location SET confirmed = true WHERE id = :id"), {"id": TELAFAR_AT})
    assert await world.tell(known.declined(read, TELAFAR_AT, "no_capacity"), snapshot=True) == []
    assert await world.value("SELECT confirmed FROM service_at_location WHERE id = :id", id=TELAFAR_AT) is True


async def test_an_acceptance_of_which_nothing_is_known_is_not_refused_when_it_is_repeated(world: World) -> None:
    assert await world.tell(Case().accepted(uuid4()), snapshot=True) == []
