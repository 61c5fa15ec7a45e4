"""Several needs are withdrawn or closed at once: what reads the same is said once, each of them is told, and nobody is forgotten."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedClosed, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_notify import messages
from ihala_notify.receipts import fail_overdue

from tests.notify.limits.test_outage import NEWS, PERSON, identified, settled
from tests.notify.peers import Peers
from tests.notify.samples import sample
from tests.notify.world import World


@pytest.fixture(autouse=True)
def shared_phone(peers: Peers) -> None:
    peers.contact = {
        "language": "en", "channel": "sms", "number": "+9647000000099", "own": False, "safe_to_message": True, "recipient": str(PERSON),
    }  # fmt: skip


async def known(world: World, count: int) -> list[UUID]:
    """Let so many needs of one person be known of which nothing was told."""
    await world.introduce()
    needs = [uuid4() for _ in range(count)]
    await world.deliver(*(identified(need) for need in needs), snapshot=True)
    return needs


def withdrawn(needs: Sequence[UUID]) -> list[Event]:
    return [sample(ConsentWithdrawn, need_id=need, referral_id=None) for need in needs]


async def outcomes(world: World) -> list[tuple[str, str | None]]:
    assert await world.rows("SELECT id FROM message WHERE joined_by IS NOT NULL") == []
    return sorted(((state, reason) for _, state, reason in await settled(world)), key=str)


async def test_equal_texts_are_one(world: World, peers: Peers) -> None:
    needs = await known(world, 6)
    await world.deliver(*withdrawn(needs[:4]), *(sample(NeedClosed, need_id=need) for need in needs[4:]))
    await world.send()
    assert peers.texts() == [NEWS]
    assert await outcomes(world) == [("delivered", None)] + [("dropped", "joined")] * 5
    assert [row["joins"] for row in await world.rows("SELECT joins FROM message WHERE joins > 0")] == [5]


async def test_also_when_they_come_one_after_the_other(world: World, peers: Peers) -> None:
    for event in withdrawn(await known(world, 4)):
        await world.deliver(event)
        await world.send()
    assert peers.texts() == [NEWS]
    assert await outcomes(world) == [("delivered", None)] + [("dropped", "joined")] * 3


async def test_what_comes_later_is_said(world: World, peers: Peers) -> None:
    for event in withdrawn(await known(world, 2)):
        await world.deliver(event)
        await world.send()
        await world.rows("UPDATE recipient_message SET at = at - interval '2 minutes' RETURNING 1")
    assert peers.texts() == [NEWS] * 2


async def test_another_person_s_is_said(world: World, peers: Peers) -> None:
    needs = await known(world, 2)
    peers.contact_of = {str(needs[1]): {"recipient": str(uuid4())}}
    await world.deliver(*withdrawn(needs))
    await world.send()
    assert peers.texts() == [NEWS] * 2


async def test_what_is_said_in_full_reads_differently_and_is_said_of_each(world: World, peers: Peers) -> None:
    peers.contact["own"] = True
    needs = await known(world, 5)
    await world.rows("UPDATE need SET sensitivity = :protected WHERE need_id = ANY(:ids) RETURNING 1", protected="protected", ids=needs[3:])
    await world.deliver(*withdrawn(needs))
    await world.send()
    assert [text == NEWS for text in sorted(peers.texts(), key=len)] == [True, False, False, False]
    assert Sensitivity.PROTECTED == "protected"


async def test_what_is_being_sent_is_waited_for(world: World, database: Database, peers: Peers) -> None:
    first, second = withdrawn(await known(world, 2))
    await world.deliver(first)
    async with database.transaction(Caller.system("test")) as tx:
        [claimed] = await messages.claim(tx, {messages.UNKNOWN: 1})
    at = datetime.now(UTC)
    await world.rows(
        "INSERT INTO recipient_message (message_id, recipient_id, at) VALUES (:id, :person, :at) RETURNING 1",
        id=claimed.id, person=PERSON, at=at,
    )  # fmt: skip
    await world.deliver(second)
    async with world.flow._run(world.database) as run:
        await run.beat()
        while run._tasks:
            await run.stir.wait()
            run.stir.clear()
    [row] = await world.rows("SELECT state, attempts, next_at FROM message WHERE id <> :id", id=claimed.id)
    assert (row["state"], row["attempts"]) == ("waiting", 0) and row["next_at"] - at < timedelta(seconds=30)
    assert peers.texts() == []


async def test_with_the_one_that_did_not_arrive_somebody_calls_about_each(world: World, database: Database, peers: Peers) -> None:
    needs = await known(world, 3)
    for event in withdrawn(needs):
        await world.deliver(event)
        await world.send()
        await world.rows("UPDATE message SET state = 'sent', settled_at = NULL, next_at = now() WHERE state = 'delivered' RETURNING 1")
    assert len(peers.texts()) == 1
    assert await fail_overdue(database) == 1
    assert await outcomes(world) == [("failed", "no_receipt")] * 3
    assert {row["need_id"] for row in await world.rows("SELECT need_id FROM call_task WHERE state = 'open'")} == set(needs)
