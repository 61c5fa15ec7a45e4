"""One referral is withdrawn while its message is on its way: what did not arrive is not said again."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import ConsentWithdrawn
from ihala_contracts.referral_v1 import ReferralAccepted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_local.sink.script import FATES
from ihala_notify import messages
from ihala_notify.messages import Claimed, Settled
from ihala_notify.receipts import Receipts

from tests.notify.channels.conftest import Network
from tests.notify.channels.test_smpp import until_bound
from tests.notify.peers import Peers
from tests.notify.samples import sample
from tests.notify.world import World

ACCEPTED = "SELECT * FROM message WHERE need_id = :id AND template = 'referral-accepted'"


async def accepted(world: World) -> tuple[UUID, UUID]:
    """Let a person have something to hear of a referral; return need and referral."""
    need, referral = uuid4(), uuid4()
    await world.identify(need)
    await world.send()
    await world.deliver(sample(ReferralAccepted, need_id=need, referral_id=referral))
    return need, referral


async def claimed(world: World) -> Claimed:
    async with world.database.transaction(Caller.system("test")) as tx:
        [found] = await messages.claim(tx, {messages.UNKNOWN: 10})
    return found


async def became(world: World, need: UUID) -> tuple[str, str | None]:
    [row] = await world.rows(ACCEPTED, id=need)
    assert (row["next_at"] is None) == (row["settled_at"] is not None)
    return row["state"], row["reason"]


@pytest.mark.parametrize("withdrawn", [True, False])
async def test_what_the_phone_did_not_take_is_not_sent_again(by_smpp: World, database: Database, smsc: Network, withdrawn: bool) -> None:
    smsc.all_are(FATES["9005"])  # taken, and no receipt
    await until_bound(smsc)
    need, referral = await accepted(by_smpp)
    await by_smpp.send()
    await by_smpp.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=referral if withdrawn else uuid4()))
    assert (await became(by_smpp, need))[0] == "sent"
    [message] = await by_smpp.rows(ACCEPTED, id=need)
    for part in await by_smpp.rows("SELECT foreign_id FROM message_part WHERE message_id = :id", id=message["id"]):
        await Receipts(database).told("one", part["foreign_id"], "temporary", "027")
    assert await became(by_smpp, need) == (("dropped", "overtaken") if withdrawn else ("waiting", "temporary_027"))


async def test_what_was_handed_over_meanwhile_stays_the_last_try(world: World, database: Database) -> None:
    need, referral = await accepted(world)
    message = await claimed(world)
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=referral))
    async with database.transaction(Caller.system("test")) as tx:
        assert await messages.settle(tx, [(message, Settled("sent", next_at=datetime.now(UTC)))])
    assert await became(world, need) == ("sent", "overtaken")


async def test_what_no_route_took_meanwhile_is_dropped(world: World, database: Database) -> None:
    need, referral = await accepted(world)
    message = await claimed(world)
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=referral))
    async with database.transaction(Caller.system("test")) as tx:
        assert await messages.settle(tx, [(message, Settled("waiting", "sms_route_away", next_at=datetime.now(UTC)))])
    assert await became(world, need) == ("dropped", "overtaken")


async def test_what_a_dead_sender_had_is_dropped_by_the_next(world: World, peers: Peers) -> None:
    need, referral = await accepted(world)
    await claimed(world)
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=referral))
    before = len(peers.sent)
    await world.hurry()
    await world.send()
    assert await became(world, need) == ("dropped", "overtaken")
    assert all("منظمة السكن" not in text for text in peers.texts()[before:])
