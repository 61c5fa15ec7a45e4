"""After an outage nobody is flooded, hears nothing that is not true any more, and hears it in its order; with real PostgreSQL and HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedChanged, NeedIdentified
from ihala_contracts.referral_v1 import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralInformationRequested,
    ReferralOffered,
    ReferralWaitlisted,
)
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_notify import messages
from ihala_notify.limits import store
from ihala_notify.limits.admission import admit
from ihala_notify.limits.policy import policy
from ihala_notify.messages import Claimed

from tests.notify.peers import Peers
from tests.notify.samples import sample
from tests.notify.world import World

NEWS = "You have news. Please call +964 700 000 0001."
PERSON = uuid4()
OUTAGE = timedelta(hours=6)


@pytest.fixture(autouse=True)
def one_person(peers: Peers) -> None:
    peers.contact = {
        "language": "en", "channel": "sms", "number": "+9647000000099", "own": True, "safe_to_message": True, "recipient": str(PERSON),
    }  # fmt: skip


def identified(need: UUID) -> Event:
    return sample(NeedIdentified, need_id=need, sensitivity="standard", reference="NIN-7K3F-92QX", urgency="routine")


async def told(world: World, *events: Event, ago: timedelta = OUTAGE) -> None:
    """Let events come that were made one after the other since then, and could not be told of."""
    at = datetime.now(UTC) - ago
    for number, event in enumerate(events):
        await world.deliver(event, at=at + number * ago / (len(events) + 1))


async def needs_of_one_person(world: World, count: int) -> list[UUID]:
    await world.introduce()
    needs = [uuid4() for _ in range(count)]
    await told(world, *(identified(need) for need in needs))
    return needs


async def settled(world: World) -> list[tuple[str, str, str | None]]:
    rows = await world.rows("SELECT template, state, reason FROM message ORDER BY id")
    return [(row["template"], row["state"], row["reason"]) for row in rows]


async def test_twelve_events_of_six_hours_end_in_three_messages_that_are_true(world: World, peers: Peers) -> None:
    one, two, three, declined, done, asked = (uuid4() for _ in range(6))
    await world.introduce()
    peers.contact_status = 500
    await told(
        world, identified(one), identified(two), sample(ReferralOffered, need_id=one, referral_id=declined, replaces=None),
        sample(ReferralDeclined, need_id=one, referral_id=declined), sample(ReferralAccepted, need_id=one, referral_id=done),
        sample(ReferralOffered, need_id=two, referral_id=asked, replaces=None), identified(three),
        sample(ReferralInformationRequested, need_id=two, referral_id=asked), sample(ReferralCompleted, need_id=one, referral_id=done),
        sample(ReferralOffered, need_id=three, replaces=None), sample(ReferralAccepted, need_id=two, referral_id=asked),
        sample(ReferralWaitlisted, need_id=three),
    )  # fmt: skip
    await world.send()
    assert peers.sent == []
    peers.contact_status = 200
    await world.hurry()
    await world.send()
    said = peers.texts()
    assert len(said) == 3
    assert sum("is finished" in text for text in said) == sum("was accepted by" in text for text in said) == 1
    assert sum("waiting list" in text for text in said) == 1
    rows = await settled(world)
    assert len(rows) == 12 and {state for _, state, _ in rows} == {"delivered", "dropped"}
    assert {reason for _, state, reason in rows if state == "dropped"} == {"a_later_one_says_it", "overtaken"}


async def test_of_many_needs_the_last_message_speaks_for_the_rest(world: World, peers: Peers) -> None:
    await needs_of_one_person(world, 6)
    await world.send()
    assert [text == NEWS for text in peers.texts()] == [False, False, True]
    rows = await settled(world)
    assert sorted((state, reason or "") for _, state, reason in rows) == [("delivered", "")] * 3 + [("dropped", "joined")] * 3
    [joins] = await world.rows("SELECT joins, said FROM message WHERE joins > 0")
    assert (joins["joins"], joins["said"]) == (3, "neutral")


async def test_too_many_wait_for_an_hour_and_are_joined_then(world: World, peers: Peers) -> None:
    for _ in range(5):  # each when the one before is sent
        await needs_of_one_person(world, 1)
        await world.send()
    assert len(peers.sent) == 3
    waiting = await world.rows("SELECT next_at, attempts, reason FROM message WHERE state = 'waiting'")
    assert [(row["attempts"], row["reason"]) for row in waiting] == [(0, "too_many_at_once")] * 2
    assert all(timedelta(minutes=59) < row["next_at"] - datetime.now(UTC) < timedelta(minutes=61) for row in waiting)
    oldest = "SELECT message_id FROM recipient_message ORDER BY at LIMIT 1"
    await world.rows(f"UPDATE recipient_message SET at = at - interval '2 hours' WHERE message_id = ({oldest}) RETURNING 1")
    first = "SELECT id FROM message WHERE state = 'waiting' ORDER BY id LIMIT 1"
    await world.rows(f"UPDATE message SET next_at = now() WHERE id = ({first}) RETURNING 1")
    await world.send()
    assert peers.texts()[3:] == [NEWS]  # also for the one whose hour has not come
    assert [(state, reason) for _, state, reason in await settled(world)][3:] == [("delivered", None), ("dropped", "joined")]


async def test_a_withdrawal_is_confirmed_after_however_many(world: World, peers: Peers) -> None:
    needs = await needs_of_one_person(world, 3)
    await world.send()
    await world.deliver(sample(ConsentWithdrawn, need_id=needs[0], referral_id=None))
    await world.send()
    assert len(peers.sent) == 4 and "withdrawal" in peers.texts()[-1]


async def test_another_person_is_not_kept_waiting(world: World, peers: Peers) -> None:
    await needs_of_one_person(world, 6)
    await world.send()
    peers.contact["recipient"] = str(uuid4())
    await needs_of_one_person(world, 1)
    await world.send()
    assert len(peers.sent) == 4


async def test_who_gets_no_message_anyhow_is_not_counted(world: World, peers: Peers) -> None:
    peers.contact |= {"channel": "slip", "number": None}
    await needs_of_one_person(world, 5)
    await world.send()
    assert {reason for _, _, reason in await settled(world)} == {"wishes_a_slip"}
    assert await world.rows("SELECT message_id FROM recipient_message") == []


async def test_several_senders_count_together(world: World, database: Database, peers: Peers) -> None:
    needs = await needs_of_one_person(world, 8)
    async with database.transaction(Caller.system("test")) as tx:
        claimed = await messages.claim(tx, {"": 100})
    found = await asyncio.gather(*(admit(database, [one], {one.need_id: PERSON}, policy()) for one in claimed))
    assert len(needs) == len(found) == 8
    assert len([one for each in found for one in each.values() if isinstance(one, Claimed)]) == 3
    await world.hurry()
    await asyncio.gather(*(world.send() for _ in range(3)))
    assert len(peers.sent) == 3


async def test_a_sender_that_died_after_counting_makes_nobody_hear_more_or_less(world: World, database: Database, peers: Peers) -> None:
    needs = await needs_of_one_person(world, 6)
    async with database.transaction(Caller.system("test")) as tx:
        claimed = await messages.claim(tx, {"": 100})
    await admit(database, claimed, dict.fromkeys(needs, PERSON), policy())  # and no more
    assert len(await world.rows("SELECT message_id FROM recipient_message")) == 3
    await world.hurry()  # which the lease's end would do, too
    await world.send()
    assert [text == NEWS for text in peers.texts()] == [False, False, True]
    assert len(await world.rows("SELECT message_id FROM recipient_message")) == 3


async def test_what_a_dead_sender_may_have_handed_over_is_handed_over_again(world: World, database: Database, peers: Peers) -> None:
    [need_id] = await needs_of_one_person(world, 1)
    async with database.transaction(Caller.system("test")) as tx:
        [claimed] = await messages.claim(tx, {"": 1})  # and was killed, perhaps after it had sent it
    await told(world, sample(ReferralOffered, need_id=need_id, replaces=None), ago=timedelta(hours=1))  # makes it needless
    await world.hurry()
    await world.send()
    assert peers.sent[0]["id"] == str(claimed.id)


async def test_a_message_that_is_tried_again_counts_once_and_still_speaks_for_the_rest(world: World, peers: Peers) -> None:
    await needs_of_one_person(world, 4)
    peers.sms_status = 503
    for _ in range(3):
        await world.hurry()
        await world.send()
    peers.sms_status = 202
    await world.hurry()
    await world.send()
    assert [text == NEWS for text in peers.texts()].count(True) == 1 and len(peers.sent) == 3


async def test_what_an_outage_held_back_is_no_flood_when_each_is_tried_in_its_own_time(world: World, peers: Peers) -> None:
    await needs_of_one_person(world, 8)
    peers.sms_status = 503
    for _ in range(3):  # hours in which nothing goes
        await world.hurry()
        await world.send()
        await world.rows("UPDATE recipient_message SET at = at - interval '2 hours' RETURNING 1")
    peers.sms_status = 202
    await world.rows("UPDATE message SET next_at = now() + interval '1 hour' WHERE state = 'waiting' RETURNING 1")
    for row in await world.rows("SELECT id FROM message ORDER BY id"):
        await world.rows("UPDATE message SET next_at = now() WHERE id = :id AND state = 'waiting' RETURNING 1", id=row["id"])
        await world.send()
    assert [text == NEWS for text in peers.texts()] == [False, False, True]
    assert [reason for _, _, reason in await settled(world)].count("joined") == 5


async def test_what_was_not_sent_counts_not(world: World, peers: Peers) -> None:
    await needs_of_one_person(world, 2)
    peers.sms_status = 503
    await world.send()
    assert await world.rows("SELECT message_id FROM recipient_message") == []


async def put_off(world: World, need: UUID) -> None:
    """Let something of a need wait until tomorrow, since its person was sent as many as may be."""
    await needs_of_one_person(world, 3)
    await world.send()
    await told(world, identified(need))
    await world.send()
    [row] = await world.rows("SELECT state, reason FROM message WHERE need_id = :id", id=need)
    assert (row["state"], row["reason"]) == ("waiting", "too_many_at_once")


async def test_the_end_of_one_referral_is_confirmed_before_what_was_put_off(world: World, peers: Peers) -> None:
    need = uuid4()
    await put_off(world, need)
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=uuid4()))
    await world.send()
    assert "withdrawal" in peers.texts()[-1]
    assert await world.messages(need) == [("request-received", "waiting"), ("consent-withdrawn", "delivered")]


async def test_what_was_put_off_goes_when_its_need_becomes_an_emergency(world: World, peers: Peers) -> None:
    need = uuid4()
    await put_off(world, need)
    await world.deliver(sample(NeedChanged, need_id=need, urgency="emergency"))
    await world.send()
    assert await world.messages(need) == [("request-received", "delivered")] and len(peers.sent) == 4


async def test_also_what_waits_for_the_morning(world: World, peers: Peers) -> None:
    need, referral = uuid4(), uuid4()
    await world.introduce()
    await world.deliver(identified(need))
    peers.contact_status = 503
    await world.send()
    await world.rows("UPDATE message SET next_at = now() + interval '10 hours' RETURNING 1")  # as intake asked, at night
    peers.contact_status = 200
    await world.deliver(sample(ReferralAccepted, need_id=need, referral_id=referral))
    await world.send()
    assert peers.sent == []
    await world.deliver(sample(NeedChanged, need_id=need, urgency="emergency"))
    await world.send()
    assert await world.messages(need) == [("request-received", "delivered"), ("referral-accepted", "delivered")]


async def test_who_a_recipient_is_stays_with_nothing_that_waits_no_more(world: World, peers: Peers) -> None:
    known = "SELECT state FROM message WHERE recipient_id IS NOT NULL"
    needs = await needs_of_one_person(world, 6)
    peers.sms_status = 503
    await world.send()
    assert len(await world.rows(known)) == 6
    await world.deliver(sample(ConsentWithdrawn, need_id=needs[5], referral_id=None))
    assert len(await world.rows(known)) == 5
    peers.sms_status = 202
    await world.hurry()
    await world.send()
    assert await world.rows(known) == []


async def test_what_counts_no_more_is_forgotten(world: World, database: Database) -> None:
    await needs_of_one_person(world, 2)
    await world.send()
    newest = "SELECT message_id FROM recipient_message ORDER BY message_id DESC LIMIT 1"
    await world.rows(f"UPDATE recipient_message SET at = at - interval '26 hours' WHERE message_id = ({newest}) RETURNING 1")
    assert await store.forget(database) == 1
    assert len(await world.rows("SELECT message_id FROM recipient_message")) == 1
