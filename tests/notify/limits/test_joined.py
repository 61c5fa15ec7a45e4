"""What becomes of those for which another message spoke, when that one does not arrive: they are not forgotten."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedClosed
from ihala_contracts.referral_v1 import ReferralAccepted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_notify import messages
from ihala_notify.limits import store
from ihala_notify.messages import Settled
from ihala_notify.receipts import Receipts, fail_overdue

from tests.notify.peers import Peers
from tests.notify.samples import sample
from tests.notify.test_sender import events
from tests.notify.world import World

PARTS = """
    INSERT INTO message_part (route, foreign_id, message_id, attempt, recorded_at)
    SELECT 'one', id::text, id, attempts, now() FROM message WHERE state = 'sent' RETURNING foreign_id
"""


@pytest.fixture
async def needs(world: World, peers: Peers) -> list[UUID]:
    """Three needs of a person; what is to be said of the first was sent, and speaks for the others."""
    peers.contact = {"language": "en", "channel": "sms", "number": "+9647000000099", "own": True, "safe_to_message": True}
    await world.introduce()
    found = [uuid4() for _ in range(3)]
    for need in found:
        await world.announce(need)
    async with world.database.transaction(Caller.system("test")) as tx:
        speaker, *others = await messages.claim(tx, {messages.UNKNOWN: 10})
        await messages.settle(tx, [(one, Settled("waiting", next_at=one.lease_until)) for one in others])
        await messages.settle(tx, [(speaker, Settled("sent", next_at=speaker.lease_until, channel="sms", handed_at=speaker.lease_until))])
        await store.join(tx, speaker.id, [one.id for one in others])
    return found


async def states(world: World) -> list[tuple[str, str | None]]:
    rows = await world.rows("SELECT state, reason, settled_at, joined_by FROM message ORDER BY id")
    assert all(row["settled_at"] is None or row["joined_by"] is None for row in rows)
    return [(row["state"], row["reason"]) for row in rows]


async def receipt(world: World, told: Any) -> None:
    for part in await world.rows(PARTS):
        await Receipts(world.database, ["sms"]).told("one", part["foreign_id"], told, "001")


async def calls(world: World) -> set[UUID]:
    return {row["need_id"] for row in await world.rows("SELECT need_id FROM call_task WHERE state = 'open'")}


async def test_with_the_one_that_speaks_for_them_they_are_told(world: World, needs: list[UUID]) -> None:
    assert await states(world) == [("sent", None), ("dropped", "joined"), ("dropped", "joined")]
    assert len(await world.rows("SELECT id FROM message WHERE settled_at IS NULL")) == 3  # nobody knows yet
    await receipt(world, "delivered")
    assert await states(world) == [("delivered", None), ("dropped", "joined"), ("dropped", "joined")]
    assert await world.rows("SELECT id FROM message WHERE joined_by IS NOT NULL OR settled_at IS NULL") == []
    assert await events(world) == ["message-delivered", "message-joined", "message-joined"]
    told = await world.rows("SELECT key, data::jsonb ->> 'message_id' AS id, data::jsonb ->> 'told_of' AS told_of FROM outbox ORDER BY seq")
    rows = await world.rows("SELECT need_id AS key, id::text, event_id::text AS told_of FROM message ORDER BY id")
    assert told[0] == rows[0] and sorted(told[1:], key=str) == sorted(rows[1:], key=str)  # each in the stream of its own need


async def test_with_the_one_that_speaks_for_them_they_fail_and_somebody_calls_about_each(world: World, needs: list[UUID]) -> None:
    await receipt(world, "permanent")
    assert await states(world) == [("failed", "permanent_001")] * 3
    assert await calls(world) == set(needs) and await events(world) == ["message-failed"] * 3


async def test_without_a_receipt_somebody_calls_about_each(world: World, database: Database, needs: list[UUID]) -> None:
    await world.hurry()
    assert await fail_overdue(database) == 1
    assert await states(world) == [("failed", "no_receipt")] * 3 and await calls(world) == set(needs)


async def test_when_it_is_not_said_any_more_they_speak_for_themselves(world: World, needs: list[UUID]) -> None:
    await receipt(world, "temporary")  # it is said again later
    assert await states(world) == [("waiting", "temporary_001"), ("dropped", "joined"), ("dropped", "joined")]
    await world.deliver(sample(NeedClosed, need_id=needs[0]))
    assert (await states(world))[:3] == [("dropped", "overtaken"), ("waiting", None), ("waiting", None)]
    await world.send()
    assert (await states(world))[1:3] == [("delivered", None)] * 2


async def test_nor_do_they_when_later_news_was_told_meanwhile(world: World, peers: Peers, needs: list[UUID]) -> None:
    await world.deliver(sample(ReferralAccepted, need_id=needs[1]))
    await world.send()
    accepted = peers.texts()
    await receipt(world, "temporary")
    await world.deliver(sample(NeedClosed, need_id=needs[0]))
    await world.send()
    assert (await states(world))[1:3] == [("dropped", "a_later_one_says_it"), ("delivered", None)]
    assert len(accepted) == 1 and len(peers.texts()) == 3  # that, the other need's, and that one was closed


async def test_a_last_try_that_did_not_arrive_leaves_the_others_to_be_said(world: World, needs: list[UUID]) -> None:
    await world.deliver(sample(ConsentWithdrawn, need_id=needs[0], referral_id=None))
    await receipt(world, "temporary")
    assert (await states(world))[:3] == [("dropped", "overtaken"), ("waiting", None), ("waiting", None)]


async def test_what_was_withdrawn_meanwhile_is_neither_said_nor_called_about(world: World, needs: list[UUID]) -> None:
    await world.deliver(sample(ConsentWithdrawn, need_id=needs[1], referral_id=None))
    await receipt(world, "permanent")
    assert (await states(world))[:3] == [("failed", "permanent_001"), ("dropped", "overtaken"), ("failed", "permanent_001")]
    assert await calls(world) == {needs[0], needs[2]}
