"""What a backup lacks beside the own events: facts whose key is lost, corrections that were told, answers that were held."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts import directory_v1, referral_v1
from ihala_kit.cli import app
from ihala_kit.reapplying import CALLER
from sqlalchemy import text
from typer.testing import CliRunner

from tests.referral.actors import FIRST
from tests.referral.said import change
from tests.referral.test_restoring import Restored, ok, sent
from tests.referral.test_settling import read_again, settled, stood_when
from tests.referral.world import World, kinds

FACTS = {"age": 41, "household_size": 6, "sex": "female"}


@pytest.fixture
def lost(world: World, house: Any) -> Restored:
    return Restored(world, house.empty)


async def test_a_need_whose_facts_cannot_be_read_any_more_waits_for_a_human_and_for_intake(world: World, lost: Restored) -> None:
    need = world.need(need_id=uuid4())
    need = need.model_copy(update={"facts": await world.sealed(need.need_id, FACTS)})
    await world.deliver(need)
    referral_id = await world.offer(need.need_id, FIRST)
    await ok(world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"}))
    await stood_when(world, lost, "declined")
    [item] = await world.rows("SELECT detail FROM work_item WHERE kind = 'restored'")
    assert "facts" in item.detail.split(",")
    [triaged] = await settled(world, need.need_id)
    assert isinstance(triaged, referral_v1.PlacementTriaged) and triaged.reasons == ["facts_unreadable"]

    said = need.model_copy(update={"facts": await world.sealed(need.need_id, FACTS)})
    await world.deliver(said, snapshot=True)
    assert (await world.placement(need.need_id)).facts is not None


async def test_a_correction_that_its_receiver_was_told_is_not_told_again(world: World, lost: Restored) -> None:
    need_id, referral_id = await world.offered(FIRST)
    world.advance(hours=1)
    assert kinds(await world.deliver(change(world, need_id, urgency="urgent"))) == ["amended"]
    await lost.lose_and_restore()
    version = (await world.referral(referral_id)).version
    assert await read_again(world, lost) == []
    assert (await world.referral(referral_id)).version == version
    assert (await world.placement(need_id)).urgency == "urgent"
    world.advance(hours=1)
    lost.said = {need_id: [change(world, need_id, urgency="urgent", governorate="IQG05")]}  # this one never came in before
    assert kinds(await read_again(world, lost)) == ["amended"]


async def test_a_question_that_was_asked_anew_is_not_asked_once_more(world: World, lost: Restored) -> None:
    need_id = await world.identified()
    world.advance(hours=1)
    assert kinds(await world.deliver(change(world, need_id))) == ["placement-cancelled", "placement-requested"]
    await lost.lose_and_restore()
    assert await read_again(world, lost) == []
    world.advance(hours=1)
    lost.said = {need_id: [change(world, need_id, governorate="IQG05")]}
    assert kinds(await read_again(world, lost)) == ["placement-cancelled", "placement-requested"]


async def test_a_copy_is_closed_by_its_address_before_anybody_finds_it(world: World) -> None:
    settings = world.service.settings
    environment = {
        "REFERRAL_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REFERRAL_OWNER_DATABASE_URL": settings.owner_database_url,
        "REFERRAL_MASTER_KEY": settings.master_key.get_secret_value(),
    }  # fmt: skip
    for _ in range(2):
        done = await asyncio.to_thread(CliRunner().invoke, app, ["close", "referral"], env=environment)
        assert (done.exit_code, done.stdout) == (0, "closed\n"), done.output
    assert await world.value("SELECT why FROM closed") == "restore"


async def test_an_answer_that_was_held_in_the_backup_is_what_the_offer_is_made_from(world: World, lost: Restored) -> None:
    need_id, referral_id = await world.offered(FIRST)
    [answer] = [one for one in lost.said[need_id] if isinstance(one, directory_v1.PlaceReserved)]
    records = await sent(world)
    await stood_when(world, lost, "placement-requested")
    async with world.database.transaction(CALLER) as tx:
        await tx.execute(text("UPDATE attempt SET state = 'held', held = CAST(:held AS jsonb)"), {"held": answer.model_dump_json()})
    lost.said = {}
    await lost.apply(records)
    row = await world.referral(referral_id)
    assert (row.organization_kind, row.service_name) == (answer.organization_kind, answer.service_name)
    [attempt] = await world.rows("SELECT state, held FROM attempt")
    assert (attempt.state, attempt.held) == ("reserved", None)
