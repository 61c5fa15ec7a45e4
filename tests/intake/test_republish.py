"""What intake repeats for readers that begin late, and what it makes of what referral repeats."""

from uuid import UUID, uuid4

from ihala_contracts.directory_v1 import OrganizationReinstated
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, DisclosureOpened, NeedClosed, NeedIdentified
from ihala_contracts.referral_v1 import NeedUnserved, ReferralAccepted, ReferralCompleted, ReferralOffered, ReferralStarted
from ihala_intake.commands.repeating import SNAPSHOTS
from ihala_kit.republish import republish, republish_key

from tests.intake.actors import COORDINATOR, HLP, MOMD, OFFICER, PROVIDER
from tests.intake.house import House
from tests.intake.samples import consent, need, outcome, person, referral_event, request
from tests.intake.story import accepted, asked, served
from tests.intake.test_follow_ups import due, record

OTHER = person(given_name="نور", phones=[])


async def repeated(house: House, key: UUID | None = None) -> list[Event]:
    """Repeat everything, or one key; return the events."""
    await house.events()
    if key is None:
        assert len([line async for line in republish(house.database, SNAPSHOTS)]) == 2
    else:
        await republish_key(house.database, SNAPSHOTS, key)
    return await house.events()


async def test_a_need_is_repeated_as_it_was_told(house: House) -> None:
    answer = await house.post("/v1/requests", HLP, request(need()))
    [first] = [event for event in await house.events() if isinstance(event, NeedIdentified)]
    [again] = await repeated(house)
    assert isinstance(again, NeedIdentified) and answer.status == 202
    assert again.model_dump(exclude={"facts"}) == first.model_dump(exclude={"facts"})
    assert house.unsealed(again.facts) == house.unsealed(first.facts)


async def test_what_is_open_to_receivers_is_repeated_with_its_need(house: House) -> None:
    open_one, other = await accepted(house), await asked(house, person=OTHER, household=None)
    told = await repeated(house)
    assert [type(event) for event in told] == [NeedIdentified, NeedIdentified, DisclosureOpened]
    assert {event.key for event in told[:2]} == {open_one.need_id, other.need_id}
    assert isinstance(told[2], DisclosureOpened)
    assert (told[2].referral_id, told[2].organization_id) == (open_one.referral_id, PROVIDER.organization_id)
    alone = await repeated(house, open_one.need_id)
    assert [(type(event), event.key) for event in alone] == [(type(event), event.key) for event in told if event.key == open_one.need_id]


async def test_a_need_that_is_served_or_closed_is_not_placed_again(house: House) -> None:
    served, closed = await accepted(house), await asked(house, person=OTHER, household=None)
    await served.start()
    await served.complete()
    row = await house.get(f"/v1/needs/{closed.need_id}", COORDINATOR)
    body = {"reason": "other"}
    shut = await house.post(f"/v1/needs/{closed.need_id}/closure", COORDINATOR, body, if_match=row.etag)
    assert shut.status == 200, shut.body
    assert [type(event) for event in await repeated(house)] == [DisclosureOpened]  # for the days after the end
    assert [type(event) for event in await repeated(house, closed.need_id)] == [NeedClosed]


async def test_of_an_erased_person_nothing_is_repeated(house: House) -> None:
    story = await asked(house)
    await house.erase(story.need_id)
    assert await repeated(house) == []


async def test_what_referral_repeats_changes_nothing(house: House) -> None:
    story = await accepted(house, consent=consent())
    await story.start()
    await house.events()
    about = (story.need_id, story.referral_id, story.provider)
    for kind in (ReferralOffered, ReferralAccepted, ReferralStarted):
        await house.deliver(referral_event(kind, *about), snapshot=True)
    assert await house.events() == []
    assert (await story.state(), await house.scalar("SELECT count(*) FROM disclosure")) == ("referring", 1)
    assert await house.parked() == 0


async def test_an_end_that_is_repeated_leaves_a_disputed_need_open(house: House) -> None:
    story = await served(house)
    follow_up_id = await due(house, story)
    assert (await record(house, follow_up_id, OFFICER, "disputed")).body["need_state"] == "open"
    await house.events()
    about = (story.need_id, story.referral_id, story.provider)
    await house.deliver(referral_event(ReferralCompleted, *about, outcomes=outcome("met")), snapshot=True)
    assert (await story.state(), await story.named(), await house.parked()) == ("open", [], 0)


async def test_an_end_that_was_missed_is_followed_when_it_is_repeated(house: House) -> None:
    story = await accepted(house)
    about = (story.need_id, story.referral_id, story.provider)
    await house.deliver(referral_event(ReferralCompleted, *about, outcomes=outcome("met")), snapshot=True)
    assert (await story.state(), await house.scalar("SELECT count(*) FROM follow_up")) == ("served", 1)


async def test_a_referral_that_was_taken_back_alone_is_told_with_its_need(house: House) -> None:
    story, other = await accepted(house), await accepted(house, person=OTHER, household=None)
    taken_back = {"referral_id": str(story.referral_id), "by": "person", "how": "spoken"}
    assert (await house.post("/v1/withdrawals", HLP, taken_back)).status == 200
    [first] = [event for event in await house.events() if isinstance(event, ConsentWithdrawn)]
    _, again = await repeated(house, story.need_id)
    assert again.model_dump(exclude={"withdrawn_at"}) == first.model_dump(exclude={"withdrawn_at"})
    assert [type(event) for event in await repeated(house, other.need_id)] == [NeedIdentified, DisclosureOpened]


async def test_an_acceptance_that_was_missed_is_answered_when_it_is_repeated(house: House) -> None:
    story = await asked(house)
    await house.deliver(
        referral_event(ReferralOffered, story.need_id, story.referral_id, story.provider),
        referral_event(ReferralAccepted, story.need_id, story.referral_id, story.provider),
        snapshot=True,
    )
    assert DisclosureOpened in {type(event) for event in await house.events()}


async def test_a_move_that_came_too_late_is_not_noted_when_it_is_repeated(house: House) -> None:
    story = await accepted(house)
    await story.start()
    await story.complete()
    before = await house.scalar("SELECT count(*) FROM overtaken")
    unserved = NeedUnserved(
        need_id=story.need_id, placement_id=uuid4(), operator_id=MOMD, attempt=1, failing=[], unserved_at=house.database.clock.now()
    )
    await house.deliver(unserved, snapshot=True)
    assert await house.scalar("SELECT count(*) FROM overtaken") == before
    assert await story.state() == "served"


async def test_an_organisation_that_takes_part_is_not_reinstated_again(house: House) -> None:
    before = await house.scalar("SELECT count(*) FROM due_work")
    at = house.database.clock.now()
    await house.deliver(OrganizationReinstated(organization_id=PROVIDER.organization_id, reinstated_at=at), snapshot=True)
    assert await house.scalar("SELECT count(*) FROM due_work") == before
