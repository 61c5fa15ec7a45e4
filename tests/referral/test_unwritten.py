"""Each row is written once a transaction, and what is asked is still what is so."""

from collections import Counter
from typing import Any

from ihala_contracts import referral_v1
from ihala_kit.auth import Caller
from ihala_referral import store
from ihala_referral.states import AttemptState
from sqlalchemy.event import listen, remove

from tests.referral.actors import FIRST
from tests.referral.world import World


async def test_an_acceptance_and_a_completion_write_each_row_once(world: World) -> None:
    [asked] = await world.deliver(world.need())
    assert isinstance(asked, referral_v1.PlacementRequested)
    [offered] = await world.deliver(world.reserved(asked, FIRST))
    assert isinstance(offered, referral_v1.ReferralOffered)
    done = {"outcomes": [{"item": "housing.hlp", "result": "met"}]}
    for act, body in (("acceptance", {}), ("start", {}), ("completion", done)):
        said = list[str]()

        def hear(_: Any, __: Any, statement: str, *___: Any, said: list[str] = said) -> None:
            said.append(" ".join(statement.split()[:2]))

        listen(world.database.engine.sync_engine, "before_cursor_execute", hear)
        answer = await world.move(FIRST, offered.referral_id, act, body)
        remove(world.database.engine.sync_engine, "before_cursor_execute", hear)
        assert answer.status == 200, answer.body
        written = Counter(said)
        assert (written["UPDATE referral"], written["UPDATE placement"]) == (1, 1), act


async def test_what_waits_to_be_written_is_seen_by_whoever_asks_for_its_table(world: World) -> None:
    [asked] = await world.deliver(world.need())
    assert isinstance(asked, referral_v1.PlacementRequested)
    async with world.database.transaction(Caller.system("test")) as tx:
        [attempt] = await store.outstanding(tx, asked.placement_id)
        attempt.state = AttemptState.CANCELLED
        assert await store.outstanding(tx, asked.placement_id) == []
