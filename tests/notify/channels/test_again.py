"""What is sent again, and when no more: a phone that is off, a receipt that says nothing, and what people send again by hand."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from ihala_kit.db import Database
from ihala_local.sink.script import FATES, Fate
from ihala_notify.control import by_hand

from tests.notify.channels.conftest import Network
from tests.notify.channels.test_smpp import in_state, told
from tests.notify.peers import Peers
from tests.notify.test_sender import events, outcome
from tests.notify.world import World

OFF = FATES["9004"]


async def once_more(world: World) -> None:
    await world.hurry()
    await world.send()


async def test_a_phone_that_stays_off_is_tried_less_and_less_and_not_for_ever(by_smpp: World, smsc: Network) -> None:
    smsc.all_are(OFF)
    need, rests = await told(by_smpp), []
    while (row := await in_state(by_smpp, need, "waiting", "failed"))["state"] == "waiting":
        rests.append(round((row["next_at"] - row["handed_at"]) / timedelta(minutes=15)))
        await once_more(by_smpp)
    assert rests == [1, 2, 4, 8, 16]
    assert (row["failure"], row["reason"], len(smsc.messages.by_id)) == ("temporary", "temporary_027", 6)
    assert await events(by_smpp) == ["message-failed"]


async def test_each_time_counts_for_how_much_one_is_sent(by_smpp: World, smsc: Network, peers: Peers) -> None:
    peers.contact |= {"recipient": str(uuid4())}
    smsc.all_are(OFF)
    need = uuid4()
    await by_smpp.identify(need, urgency="routine")
    await by_smpp.send()
    for times in (1, 2, 3):
        await in_state(by_smpp, need, "waiting")
        assert len(await by_smpp.rows("SELECT message_id FROM recipient_message")) == times
        await once_more(by_smpp)
    row = await outcome(by_smpp, need)
    assert (row["state"], row["reason"], len(smsc.messages.by_id)) == ("waiting", "too_many_at_once", 3)


@pytest.mark.parametrize("word", ["UNKNOWN", "Strange", "ok"])
async def test_a_receipt_that_says_nothing_sends_nothing_again(by_smpp: World, smsc: Network, word: str) -> None:
    smsc.all_are(Fate(state=word))
    need = await told(by_smpp)
    smsc.all_are(Fate(state="Delivrd"))
    await in_state(by_smpp, await told(by_smpp), "delivered")  # its receipt came after the other's
    row = await outcome(by_smpp, need)
    assert (row["state"], row["next_at"] - row["handed_at"]) == ("sent", timedelta(hours=72))
    await by_smpp.send()
    assert len(smsc.messages.by_id) == 2


async def sent_again(world: World, database: Database, need: UUID) -> None:
    await by_hand.resend(database, (await outcome(world, need))["id"])
    await world.send()


async def test_what_people_send_again_has_all_its_tries(by_smpp: World, smsc: Network, database: Database) -> None:
    smsc.all_are(FATES["9006"])
    need = await told(by_smpp)
    await by_smpp.rows("UPDATE message SET attempts = 47 RETURNING id")
    await once_more(by_smpp)
    assert (await outcome(by_smpp, need))["state"] == "failed"
    await sent_again(by_smpp, database, need)
    row = await outcome(by_smpp, need)
    assert (row["state"], row["attempts"]) == ("waiting", 1)


async def test_no_earlier_receipt_counts_for_what_people_send_again(by_smpp: World, smsc: Network, database: Database) -> None:
    smsc.all_are(FATES["9001"])
    need = await told(by_smpp)
    before = await in_state(by_smpp, need, "failed")
    smsc.all_are(Fate())
    await sent_again(by_smpp, database, need)
    row = await in_state(by_smpp, need, "delivered", "failed")
    assert (row["state"], row["attempts"]) == ("delivered", before["attempts"])


async def test_what_people_send_again_to_a_phone_that_is_off_has_all_its_rounds(by_smpp: World, smsc: Network, database: Database) -> None:
    smsc.all_are(OFF)
    need = await told(by_smpp)
    await in_state(by_smpp, need, "waiting")
    await by_smpp.rows("UPDATE message SET rounds = 5 RETURNING id")
    await by_smpp.rows("UPDATE message SET attempts = 5 RETURNING id")
    await once_more(by_smpp)
    await in_state(by_smpp, need, "failed")
    await sent_again(by_smpp, database, need)
    row = await in_state(by_smpp, need, "waiting", "failed")
    assert (row["state"], round((row["next_at"] - row["handed_at"]) / timedelta(minutes=15))) == ("waiting", 1)
