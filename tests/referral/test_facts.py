"""Facts travel sealed, are kept under the need's own key, and are shown to a receiver as band and attributes alone; words likewise."""

from uuid import UUID, uuid4

from ihala_contracts.intake_v1 import NeedChanged
from ihala_contracts.referral_v1 import PlacementCancelled, PlacementRequested, PlacementTriaged
from ihala_kit.auth import Caller
from ihala_kit.sealed import seal_for

from tests.referral.actors import COORDINATOR, FIRST, HLP, NGO, OFFICER, Actor
from tests.referral.world import World, kinds

FACTS = {"age": 34, "sex": "female", "status": "group.returnee_abroad", "household_size": 6, "languages": ["ar"], "requirements": []}


async def announced(world: World, need_id: UUID, **more: object) -> list[str]:
    return kinds(await world.deliver(world.need(need_id=need_id, facts=await world.sealed(need_id, FACTS), **more)))


async def test_facts_go_on_to_directory_sealed_to_it(world: World) -> None:
    need_id = uuid4()
    assert await announced(world, need_id) == ["placement-requested"]
    asked = await world.last(PlacementRequested)
    assert asked.facts is not None
    assert world.unsealed(asked.facts) == FACTS | {"about": str(need_id)}


async def test_nothing_that_was_sealed_lies_open_in_the_database(world: World) -> None:
    need_id = uuid4()
    await announced(world, need_id)
    referral_id = await world.offer(need_id, FIRST, disclosed_attributes=["age", "sex"])
    await world.move(FIRST, referral_id, "question", {"text": "Umm Ali, Telafar?"})
    for table in ("placement", "referral", "exchange", "outbox", "movement"):
        for row in await world.rows(f'SELECT t::text AS whole FROM "{table}" t'):
            for secret in ("group.returnee_abroad", "female", "Umm Ali", "0556d6d20416c69"):
                assert secret not in row.whole, table


async def test_without_directorys_key_the_question_waits_for_it(bare: World) -> None:
    await bare.join(HLP, FIRST)
    need_id = uuid4()
    assert await announced(bare, need_id) == []
    await bare.tick()
    assert (await bare.states(need_id)) == ("placing", [])
    await bare.learn_directory_key()
    bare.advance(seconds=2)
    await bare.tick()
    asked = await bare.last(PlacementRequested)
    assert asked.facts is not None and bare.unsealed(asked.facts)["age"] == 34
    await bare.offer(need_id, FIRST)


async def test_without_facts_nothing_waits_for_a_key(bare: World) -> None:
    assert kinds(await bare.deliver(bare.need())) == ["placement-requested"]


async def test_a_question_that_waits_for_the_key_may_be_taken_back_or_missed(bare: World) -> None:
    from tests.referral.said import withdrawn

    taken_back, missed = uuid4(), uuid4()
    await announced(bare, taken_back)
    assert kinds(await bare.deliver(withdrawn(bare, taken_back))) == ["placement-ended"]  # nothing to cancel: it was never asked
    await announced(bare, missed)
    bare.advance(minutes=16)
    await bare.tick()
    assert await bare.work_items(missed) == {"placement_unanswered"}
    await bare.learn_directory_key()
    bare.advance(seconds=2)
    await bare.tick()
    assert [event.need_id for event in await bare.all(PlacementRequested)] == [missed]
    assert await bare.all(PlacementCancelled) == []


async def test_facts_that_cannot_be_read_go_to_a_human(world: World) -> None:
    need_id = uuid4()
    other = await world.sealed(uuid4(), FACTS)  # about something else
    for token in (other, "no.seal.at.all.x"):
        [triaged] = await world.deliver(world.need(need_id=need_id, facts=token))
        assert isinstance(triaged, PlacementTriaged) and triaged.reasons == ["facts_unreadable"]
        need_id = uuid4()


async def test_a_womens_office_for_a_man_is_outside_its_field(world: World) -> None:
    need_id = uuid4()
    facts = await world.sealed(need_id, FACTS | {"sex": "male"})
    out = await world.deliver(
        world.need(NGO, origin_kind="wlco", need_id=need_id, need_code="legal.advice", sensitivity="protected", facts=facts)
    )
    assert kinds(out) == ["placement-triaged"]


async def test_a_receiver_sees_an_age_band_and_what_the_rules_use(world: World) -> None:
    need_id = uuid4()
    await announced(world, need_id)
    referral_id = await world.offer(need_id, FIRST, disclosed_attributes=["age", "household_size"], district="IQG15Q08")
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    assert (shown["age_band"], shown["attributes"], shown["district"]) == ("26-59", {"household_size": 6}, "IQG15Q08")
    assert {"need_id", "placement_id", "origin_id", "attempt", "replaces"} & {name for name, value in shown.items() if value} == set()


async def test_an_employer_is_never_told_that_somebody_fled_or_came_back(world: World) -> None:
    employer, need_id = Actor("employer", kind="private"), uuid4()
    await world.join(employer)
    await announced(world, need_id)
    referral_id = await world.offer(need_id, employer, disclosed_attributes=["age", "status", "languages"])
    shown = (await world.get(employer, f"/v1/referrals/{referral_id}")).body
    assert (shown["age_band"], shown["attributes"]) == ("26-59", {"languages": ["ar"]})
    assert "group." not in str((await world.get(employer, f"/fhir/R4/Task/{referral_id}")).body)


async def test_a_correction_reaches_the_receiver_before_it_decides(world: World) -> None:
    need_id = uuid4()
    await announced(world, need_id)
    referral_id = await world.offer(need_id, FIRST, disclosed_attributes=["sex"])
    async with world.database.transaction(Caller.system("test")) as tx:
        facts = await seal_for(tx, "referral", need_id, FACTS | {"age": 9, "sex": "male"})
    await world.deliver(
        NeedChanged(
            need_id=need_id, operator_id=uuid4(), urgency="routine", governorate="IQG15", match_settled=True, facts=facts,
            changed_at=world.now,
        )
    )  # fmt: skip
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    assert (shown["age_band"], shown["attributes"], shown["need_changed"]) == ("6-11", {"sex": "male"}, True)


async def test_when_the_needs_key_is_destroyed_its_words_are_gone(world: World) -> None:
    need_id = uuid4()
    await announced(world, need_id)
    referral_id = await world.offer(need_id, FIRST, disclosed_attributes=["sex"])
    await world.move(FIRST, referral_id, "question", {"text": "كم غرفة؟"})
    await world.move(OFFICER, referral_id, "answer", {"text": "غرفتان"})
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    assert [(item["question"], item["answer"]) for item in shown["exchanges"]] == [("كم غرفة؟", "غرفتان")]
    await world.rows("DELETE FROM need_key WHERE need_id = :need RETURNING 1", need=need_id)
    shown = (await world.get(COORDINATOR, f"/v1/referrals/{referral_id}")).body
    assert [(item["question"], item["answer"]) for item in shown["exchanges"]] == [(None, None)]
    assert (shown["age_band"], shown["attributes"]) == (None, {})


async def test_facts_sealed_to_us_travel_under_a_key_of_the_day(world: World) -> None:
    await world.sealed(uuid4(), FACTS)
    first = await world.value("SELECT count(*) FROM sealing_key")
    await world.sealed(uuid4(), FACTS)
    assert await world.value("SELECT count(*) FROM sealing_key") == first == 1
