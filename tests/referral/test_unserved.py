"""No candidate now: unserved, the coordinator told, tried again when the directory changes: most urgent first, not all at once."""

from datetime import timedelta
from uuid import UUID, uuid4

from ihala_contracts.directory_v1 import ServiceChanged
from ihala_contracts.intake_v1 import NeedChanged
from ihala_contracts.referral_v1 import DeadlineMissed, NeedUnserved, PlacementRequested
from ihala_kit.due import perform_next
from ihala_referral import calendar
from ihala_referral.performers import RETRY_EVERY

from tests.referral.actors import COORDINATOR, FIRST, NGO, NINEWA
from tests.referral.cast import OTHER_OPERATOR
from tests.referral.said import change
from tests.referral.world import World, kinds


async def unserved(world: World, **more: object) -> UUID:
    need_id = await world.identified(NGO, **more)
    await world.deliver(world.none(await world.last(PlacementRequested, need_id), "capacity", "area"))
    return need_id


def changed(world: World, **more: object) -> ServiceChanged:
    good = {
        "service_id": uuid4(), "organization_id": uuid4(), "status": "active", "restricted": False, "need_codes": ["housing.hlp"],
        "governorates": [NINEWA], "names": {}, "changed_at": world.now,
    }  # fmt: skip
    return ServiceChanged(**good | more)


async def test_the_coordinator_is_told_which_criteria_failed(world: World) -> None:
    need_id = await unserved(world)
    told = await world.last(NeedUnserved)
    assert (told.failing, told.attempt) == (["area", "capacity"], 1)
    assert await world.work_items(need_id) == {"unserved"}
    row = await world.placement(need_id)
    shown = await world.get(COORDINATOR, f"/v1/placements/{row.id}")
    assert shown.body["failing"] == ["area", "capacity"]
    assert shown.body["attempts"][0]["explanation"][0] == {"code": "capacity", "result": "fail", "rule_version": 1}


async def test_the_coordinator_may_place_it_again(world: World) -> None:
    need_id = await unserved(world)
    assert (await world.decide(COORDINATOR, need_id, "placing", {})).status == 200
    assert await world.states(need_id) == ("placing", [])
    assert await world.work_items(need_id) == set()


async def test_the_oldest_of_the_most_urgent_is_tried_first_and_not_all_at_once(world: World) -> None:
    early, late = world.now - timedelta(days=3), world.now - timedelta(days=1)
    order = [
        await unserved(world, urgency="urgent", requested_at=early),
        await unserved(world, urgency="urgent", requested_at=late),
        await unserved(world, urgency="routine", requested_at=early - timedelta(days=9)),
    ]
    elsewhere = [await unserved(world, governorate="IQG13"), await unserved(world, need_code="work.job")]
    await world.deliver(changed(world))
    tried: list[UUID] = []
    for number in range(1, 4):
        before = await world.count()
        while await perform_next(world.database, world.service.performing()):
            pass
        asked = [event.need_id for event in await world.emitted(before) if isinstance(event, PlacementRequested)]
        assert len(asked) == 1, f"round {number}"
        tried += asked
        world.advance(seconds=RETRY_EVERY.total_seconds())
    assert tried == order
    assert [(await world.states(need))[0] for need in elsewhere] == ["unserved"] * 2


async def test_what_fails_again_waits_for_the_next_change(world: World) -> None:
    need_id = await unserved(world)
    await world.deliver(changed(world))
    await world.tick()
    await world.deliver(world.none(await world.last(PlacementRequested)))
    world.advance(seconds=1)
    await world.tick()
    assert len(await world.all(PlacementRequested)) == 2
    assert await world.states(need_id) == ("unserved", [])
    await world.deliver(changed(world))
    await world.tick()
    assert len(await world.all(PlacementRequested)) == 3


async def test_only_what_opens_something_is_worth_a_try(world: World) -> None:
    need_id = await unserved(world)
    service_id = uuid4()
    paused = changed(world, service_id=service_id, status="paused")
    same = changed(world, service_id=service_id, need_codes=["work.job"])
    for event, tries in (
        (paused, 1),  # closed
        (changed(world, restricted=True), 1),  # not for such needs
        (same, 1),  # for other needs
        (same, 1),  # nothing new
        (changed(world, service_id=service_id, need_codes=["work.job", "housing.hlp"]), 2),  # a need more
    ):
        await world.deliver(event)
        await world.tick()
        assert len(await world.all(PlacementRequested)) == tries
    await world.deliver(world.none(await world.last(PlacementRequested)))
    same_again = changed(world, service_id=service_id, need_codes=["work.job", "housing.hlp"])
    await world.deliver(same_again)
    await world.tick()
    assert len(await world.all(PlacementRequested)) == 2
    for word, tries in (("places_opened", 3), ("terms_changed", 4)):
        await world.deliver(same_again.model_copy(update={word: True}))
        await world.tick()
        assert len(await world.all(PlacementRequested)) == tries
        assert (await world.states(need_id))[0] == "placing"
        await world.deliver(world.none(await world.last(PlacementRequested)))


async def test_an_agreement_that_holds_again_is_worth_a_try(world: World) -> None:
    today = calendar.today(world.now)
    yesterday = today - timedelta(days=1)
    await world.join(FIRST, agreement_until=yesterday)
    await world.deliver(changed(world, organization_id=FIRST.organization_id))
    await unserved(world)
    for until, tries in ((yesterday, 1), (today, 2)):
        await world.join(FIRST, agreement_until=until)
        await world.tick()
        assert len(await world.all(PlacementRequested)) == tries
    await world.deliver(world.none(await world.last(PlacementRequested)))
    await world.join(FIRST, agreement_until=today + timedelta(days=365))  # held before
    await world.tick()
    assert len(await world.all(PlacementRequested)) == 2


async def test_it_is_looked_at_again_even_if_no_change_was_heard_of(world: World) -> None:
    need_id = await unserved(world, urgency="emergency")
    world.advance(minutes=61)
    await world.tick()
    assert (await world.states(need_id))[0] == "placing"


async def test_a_try_that_finds_nobody_leaves_the_coordinators_what_they_had(world: World) -> None:
    need_id = await unserved(world, urgency="urgent")
    [item] = (await world.get(COORDINATOR, "/v1/work-items?kind=unserved")).body["items"]
    await world.post(COORDINATOR, f"/v1/work-items/{item['id']}/assignment", {"officer": "c-1"}, None)
    world.advance(hours=25)
    await world.tick()
    await world.deliver(world.none(await world.last(PlacementRequested)))
    [again] = (await world.get(COORDINATOR, "/v1/work-items?kind=unserved")).body["items"]
    assert (again["id"], again["opened_at"], again["officer"]) == (item["id"], item["opened_at"], "c-1")
    await world.deliver(change(world, need_id, urgency="emergency"))  # asked anew at once
    await world.deliver(world.none(await world.last(PlacementRequested)))
    listed = (await world.get(COORDINATOR, "/v1/work-items?urgency=emergency")).body["items"]
    assert [(one["id"], one["urgency"]) for one in listed] == [(item["id"], "emergency")]
    world.advance(minutes=61)
    await world.tick()
    await world.deliver(world.reserved(await world.last(PlacementRequested), FIRST))
    assert await world.work_items(need_id) == set()


async def test_a_restricted_need_is_never_tried_again_by_itself(world: World) -> None:
    need_id = await world.identified(NGO, sensitivity="restricted", need_code="protection")
    await world.decide(COORDINATOR, need_id, "placing", {"preferred_reservation_id": str(uuid4())})
    await world.deliver(world.none(await world.last(PlacementRequested)))
    await world.deliver(changed(world, need_codes=["protection"], restricted=False))
    world.advance(days=30)
    await world.tick()
    assert await world.states(need_id) == ("unserved", [])
    assert "unserved" in {event.deadline for event in await world.all(DeadlineMissed)}
    assert len(await world.all(PlacementRequested)) == 1


async def test_a_correction_of_the_need_is_worth_a_try(world: World) -> None:
    need_id = await unserved(world)
    out = await world.deliver(
        NeedChanged(need_id=need_id, operator_id=uuid4(), urgency="routine", governorate="IQG13", match_settled=True, changed_at=world.now)
    )
    assert kinds(out) == ["placement-requested"]
    assert out[0].governorate == "IQG13"  # type: ignore[attr-defined]


async def test_a_need_whose_case_was_handed_over_is_the_other_operators(world: World) -> None:
    need_id = await unserved(world)
    path = f"/v1/placements/{(await world.placement(need_id)).id}"
    assert [(await world.get(actor, path)).status for actor in (COORDINATOR, OTHER_OPERATOR)] == [200, 404]
    await world.deliver(handed_over(world, need_id))
    assert [(await world.get(actor, path)).status for actor in (COORDINATOR, OTHER_OPERATOR)] == [404, 200]
    asked = await world.last(PlacementRequested, need_id)
    assert (asked.attempt, asked.operator_id) == (2, OTHER_OPERATOR.organization_id)
    await world.deliver(world.none(asked, "area"))
    assert (await world.last(NeedUnserved)).operator_id == OTHER_OPERATOR.organization_id
    assert await looked_at_by(world, need_id) == [OTHER_OPERATOR.organization_id]


async def test_open_items_go_to_the_other_operator_with_the_need(world: World) -> None:
    need_id = await world.identified(NGO, need_code="other", match_settled=False)
    world.advance(days=5)
    await world.tick()
    assert await looked_at_by(world, need_id) == [COORDINATOR.organization_id]
    await world.deliver(handed_over(world, need_id, match_settled=False))
    assert await looked_at_by(world, need_id) == [OTHER_OPERATOR.organization_id]


def handed_over(world: World, need_id: UUID, **more: object) -> NeedChanged:
    return change(world, need_id, **more).model_copy(update={"operator_id": OTHER_OPERATOR.organization_id})


async def looked_at_by(world: World, need_id: UUID) -> list[UUID]:
    """Return whose coordinators have something to look at."""
    rows = await world.rows("SELECT operator_id FROM work_item WHERE about_id = :id AND closed_at IS NULL", id=need_id)
    return [row.operator_id for row in rows]
