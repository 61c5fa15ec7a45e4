"""A person was erased: what referral holds of their needs in words can be read by nobody, and stays so."""

from uuid import UUID, uuid4

from ihala_contracts.intake_v1 import PersonErased
from ihala_contracts.referral_v1 import ErasureReported

from tests.referral.actors import COORDINATOR, FIRST, MOMD, OFFICER
from tests.referral.said import withdrawn
from tests.referral.test_facts import announced
from tests.referral.world import World


def erased(world: World, *needs: UUID) -> PersonErased:
    return PersonErased(erasure_id=uuid4(), operator_id=MOMD, needs=list(needs), erased_at=world.now)


async def test_the_keys_go_and_it_is_reported(world: World) -> None:
    need_id, untouched, never_announced = uuid4(), uuid4(), uuid4()
    for one in (need_id, untouched):
        await announced(world, one)
    referral_id = await world.offer(need_id, FIRST, disclosed_attributes=["sex"])
    await world.move(FIRST, referral_id, "question", {"text": "كم غرفة؟"})
    await world.move(OFFICER, referral_id, "answer", {"text": "غرفتان"})
    event = erased(world, need_id, never_announced)
    out = await world.deliver(withdrawn(world, need_id), event)
    [reported] = [one for one in out if isinstance(one, ErasureReported)]
    assert (reported.erasure_id, reported.keys_destroyed) == (event.erasure_id, 1)
    rows = await world.rows("SELECT need_id FROM need_key WHERE key IS NULL AND destroyed_at IS NOT NULL")
    assert {row.need_id for row in rows} == {need_id, never_announced}
    assert await world.value("SELECT count(*) FROM need_key WHERE key IS NOT NULL AND need_id = :id", id=untouched) == 1
    shown = (await world.get(COORDINATOR, f"/v1/referrals/{referral_id}")).body
    assert [(item["question"], item["answer"]) for item in shown["exchanges"]] == [(None, None)]
    assert (shown["age_band"], shown["attributes"]) == (None, {})


async def test_no_key_is_made_for_the_need_ever_again(world: World) -> None:
    """PersonErased has a key of its own, so it may overtake NeedIdentified."""
    need_id = uuid4()
    await world.deliver(erased(world, need_id))
    await announced(world, need_id)
    assert await world.value("SELECT count(*) FROM need_key WHERE need_id = :id AND key IS NOT NULL", id=need_id) == 0
    assert (await world.placement(need_id)).facts == b""
    await world.deliver(withdrawn(world, need_id))
    assert (await world.states(need_id))[0] == "ended"


async def test_a_text_written_afterwards_is_not_kept(world: World) -> None:
    need_id = uuid4()
    await announced(world, need_id)
    referral_id = await world.offer(need_id, FIRST)
    await world.deliver(erased(world, need_id))
    answer = await world.move(FIRST, referral_id, "question", {"text": "كم غرفة؟"})
    assert answer.status == 200
    assert await world.value("SELECT question FROM exchange WHERE need_id = :id", id=need_id) == b""
