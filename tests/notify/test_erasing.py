"""A person was erased: nothing that waited is said about their needs, and notify reports it."""

from datetime import UTC, datetime
from uuid import uuid4

from ihala_contracts.intake_v1 import PersonErased
from ihala_contracts.referral_v1 import ReferralAccepted
from sqlalchemy import text

from tests.notify.samples import OPERATOR, sample
from tests.notify.world import World


async def test_what_waits_is_dropped_and_it_is_reported_once(world: World) -> None:
    need, other, unknown = uuid4(), uuid4(), uuid4()
    for one in (need, other):
        await world.identify(one)
        await world.deliver(sample(ReferralAccepted, need_id=one))
    erasure_id = uuid4()
    await world.deliver(PersonErased(erasure_id=erasure_id, operator_id=OPERATOR, needs=[need, unknown], erased_at=datetime.now(UTC)))
    assert {state for _, state in await world.messages(need)} == {"dropped"}
    assert {state for _, state in await world.messages(other)} == {"waiting"}
    await world.deliver(sample(ReferralAccepted, need_id=need))
    assert {state for _, state in await world.messages(need)} == {"dropped"}
    async with world.database.engine.connect() as connection:
        query = text("SELECT data::jsonb ->> 'erasure_id' FROM outbox WHERE type LIKE '%erasure-reported'")
        assert (await connection.execute(query)).scalars().all() == [str(erasure_id)]
