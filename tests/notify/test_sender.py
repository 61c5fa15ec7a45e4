"""Sending: the contact asked at the moment, the right openness and language, once, again when it must, never too late."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedChanged, Sensitivity
from ihala_contracts.referral_v1 import AppointmentChanged, ReferralAccepted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_notify import messages
from ihala_notify.app import create
from ihala_notify.channels.ways import dialled
from ihala_notify.contacts import Unreachable

from tests.notify.peers import Peers
from tests.notify.samples import RECEIVER, STRANGER, sample
from tests.notify.world import World

OWN = {"language": "ar", "channel": "sms", "number": "+964 700 000 0099", "own": True, "safe_to_message": True}


@pytest.fixture(autouse=True)
def own_phone(peers: Peers) -> None:
    peers.contact = {"need_id": str(uuid4()), **OWN}


async def accepted(world: World, **more: Any) -> UUID:
    """Bring a need to where its person hears that somebody will help."""
    need = uuid4()
    await world.identify(need, **more)
    await world.deliver(sample(ReferralAccepted, need_id=need))
    return need


async def outcome(world: World, need: UUID) -> dict[str, Any]:
    """Return what became of the last message about a need."""
    return (await world.rows("SELECT * FROM message WHERE need_id = :id ORDER BY id DESC LIMIT 1", id=need))[0]


async def events(world: World) -> list[str]:
    """Return what was told of messages; of calls nothing."""
    rows = await world.rows("SELECT type, data FROM outbox ORDER BY seq")
    names = [str(row["type"]).rsplit(".")[-1] for row in rows]
    return [name for name in names if name.startswith("message-")]


async def test_the_whole_text_in_arabic_to_ones_own_phone(world: World, peers: Peers) -> None:
    need = await accepted(world)
    await world.send()
    received, told = peers.sent
    assert (received["to"], received["lang"]) == ("+9647000000099", "ar")
    assert received["text"].startswith("تم استلام الطلب \u200eNIN-7K3F-92QX\u200e.")
    for part in ("منظمة السكن", "شارع السوق، تلعفر", "الأحد إلى الخميس", "أي وثيقة متوفرة", "+9647000000022", "+9647000000001"):
        assert part in told["text"]
    assert await world.messages(need) == [("request-received", "delivered"), ("referral-accepted", "delivered")]
    assert await events(world) == ["message-delivered", "message-delivered"]


@pytest.mark.parametrize(("language", "news"), [("ar", "لديكم خبر جديد"), ("ckb", "هەواڵێکی نوێتان هەیە"), ("en", "You have news")])
async def test_neutral_words_to_a_phone_that_others_read(world: World, peers: Peers, language: str, news: str) -> None:
    peers.contact |= {"own": False, "language": language}
    need = await accepted(world)
    await world.send()
    assert len(peers.sent) == 2
    assert all(text.startswith(news) and "NIN-" not in text for text in peers.texts())
    assert (await outcome(world, need))["said"] == "neutral"


async def test_neutral_words_about_a_protected_need(world: World, peers: Peers) -> None:
    await accepted(world, sensitivity=Sensitivity.PROTECTED)
    await world.send()
    assert all(text.startswith("لديكم خبر جديد") for text in peers.texts())


async def test_neutral_words_about_a_provider_without_a_public_page(world: World, peers: Peers) -> None:
    need = await accepted(world)
    await world.deliver(sample(OrganizationJoined, organization_id=RECEIVER, hidden=True))
    await world.send()
    assert [text.startswith("لديكم خبر جديد") for text in peers.texts()] == [False, True]
    assert (await outcome(world, need))["said"] == "neutral"


async def test_the_contact_is_asked_at_each_sending_and_kept_nowhere(world: World, peers: Peers) -> None:
    need = await accepted(world)
    await world.send()
    assert peers.contacts_asked == [str(need)] * 2
    assert peers.tokens_asked == 1
    for table in ("message", "outbox", "feed", "need", "due_work"):
        kept = str(await world.rows(f"SELECT * FROM {table}"))
        assert "000 0099" not in kept and "9647000000099" not in kept and "تم استلام" not in kept


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        ({"safe_to_message": False}, "not_safe_to_message"),
        ({"channel": "call"}, "wishes_a_call"),
        ({"channel": "slip"}, "wishes_a_slip"),
        ({"number": None}, "wishes_a_sms"),
        ({"number": "12\nBcc: all"}, "number_unusable"),
    ],
)
async def test_who_cannot_be_written_to_is_called(world: World, peers: Peers, contact: dict[str, Any], reason: str) -> None:
    peers.contact |= contact
    need = await accepted(world)
    await world.send()
    assert peers.sent == []
    assert (await outcome(world, need))["reason"] == reason
    assert await events(world) == ["message-failed", "message-failed"]


@pytest.mark.parametrize("status", [404, 409])
async def test_without_a_contact_nothing_is_tried_again(world: World, peers: Peers, status: int) -> None:
    peers.contact_status = status
    need = await accepted(world)
    await world.send()
    assert (await outcome(world, need))["reason"] == "no_contact"


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_when_intake_does_not_answer_the_message_waits(world: World, peers: Peers, status: int) -> None:
    peers.contact_status = status
    need = await accepted(world)
    await world.send()
    first = (await world.rows("SELECT * FROM message WHERE need_id = :id ORDER BY id LIMIT 1", id=need))[0]
    assert (first["state"], first["reason"], first["attempts"]) == ("waiting", f"intake_{status}", 1)
    assert first["next_at"] > datetime.now(UTC)
    assert (await outcome(world, need))["attempts"] == 0  # the second waits behind the first: a person hears things in order
    peers.contact_status = 200
    await world.hurry()
    await world.send()
    assert [state for _, state in await world.messages(need)] == ["delivered", "delivered"]
    assert peers.tokens_asked == (2 if status == 401 else 1)


async def test_pauses_grow_between_tries(world: World, peers: Peers) -> None:
    peers.sms_status = 503
    need = await accepted(world)
    pauses = []
    for _ in range(4):
        await world.hurry()
        before = datetime.now(UTC)
        await world.send()
        row = (await world.rows("SELECT * FROM message WHERE need_id = :id ORDER BY id LIMIT 1", id=need))[0]
        pauses.append(row["next_at"] - before)
    assert pauses == sorted(pauses)
    assert pauses[-1] > timedelta(seconds=10)


@pytest.mark.parametrize(("status", "state"), [(200, "delivered"), (409, "delivered"), (400, "failed"), (422, "failed"), (500, "waiting")])
async def test_what_the_route_says_is_what_becomes_of_it(world: World, peers: Peers, status: int, state: str) -> None:
    peers.sms_status = status
    need = uuid4()
    await world.identify(need)
    await world.send()
    assert (await outcome(world, need))["state"] == state


async def test_without_a_key_a_route_or_an_answer_messages_wait(world: World, database: Database, peers: Peers) -> None:
    need = uuid4()
    await world.identify(need)
    for change, reason in (
        ({"client_key_file": None}, "client_key_missing"),
        ({"issuer": "http://127.0.0.1:1"}, "gateway_away"),
        ({"sms_url": None}, "no_sms_route"),
        ({"sms_url": "http://127.0.0.1:1/sms"}, "sms_route_away"),
    ):
        other = World(create(world.service.settings.model_copy(update=change)), database)  # type: ignore[arg-type]
        await world.hurry()
        await other.send()
        assert ((await outcome(world, need))["state"], (await outcome(world, need))["reason"]) == ("waiting", reason)
    peers.contact = {"nonsense": True}
    await world.hurry()
    await world.send()
    assert (await outcome(world, need))["reason"] == "contact_not_understood"


async def test_news_that_waited_too_long_becomes_a_call(world: World, peers: Peers) -> None:
    need = uuid4()
    await world.identify(need)
    await world.rows("UPDATE message SET useful_until = now() - interval '1 second' RETURNING id")
    await world.send()
    assert ((await outcome(world, need))["state"], (await outcome(world, need))["reason"]) == ("failed", "late")
    assert peers.contacts_asked == []
    assert await events(world) == ["message-failed"]


@pytest.mark.parametrize("over", [True, False])
async def test_nobody_is_called_to_hear_of_a_day_that_is_over(world: World, peers: Peers, over: bool) -> None:
    need = uuid4()
    await world.identify(need)
    await world.send()
    day = datetime.now(UTC) + timedelta(days=3)
    await world.deliver(sample(AppointmentChanged, need_id=need, starts_at=day, appointment_state="confirmed"))
    past = datetime.now(UTC) - timedelta(days=1)
    await world.rows("UPDATE message SET useful_until = :past WHERE template = 'appointment-reminder' RETURNING id", past=past)
    if over:
        given = json.dumps({"date": past.date().isoformat(), "time": "00:00"})
        await world.rows("UPDATE message SET given = CAST(:given AS jsonb) WHERE given IS NOT NULL RETURNING id", given=given)
    await world.send()
    row = await outcome(world, need)
    assert (row["state"], row["reason"]) == ("dropped" if over else "failed", "late")
    assert len(await world.rows("SELECT id FROM call_task")) == (0 if over else 1)


async def test_after_a_hand_over_the_new_owner_s_number_is_given(world: World, peers: Peers) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(OrganizationJoined, organization_id=STRANGER, kind="operator", operator_id=None, phone="+964 700 000 0044"))
    await world.deliver(sample(NeedChanged, need_id=need, operator_id=STRANGER))
    await world.send()
    [text] = peers.texts()
    assert "+9647000000044" in text and "+9647000000001" not in text


async def test_a_facts_event_that_has_not_come_is_waited_for(world: World, peers: Peers) -> None:
    need = uuid4()
    await world.identify(need)
    await world.rows("DELETE FROM organization RETURNING organization_id")
    await world.send()
    assert (await outcome(world, need))["reason"] == "phone_unknown"
    await world.introduce()
    await world.hurry()
    await world.send()
    assert len(peers.sent) == 1


async def test_nothing_is_said_after_a_withdrawal_but_that(world: World, peers: Peers) -> None:
    need = await accepted(world)
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=None))
    await world.send()
    assert len(peers.sent) == 1
    assert "سحب الموافقة" in peers.texts()[0]


async def test_a_need_that_ended_while_its_message_was_claimed_is_not_spoken_of(world: World, peers: Peers) -> None:
    need = uuid4()
    await world.identify(need)
    await world.rows("UPDATE need SET ended = true RETURNING need_id")
    await world.send()
    assert ((await outcome(world, need))["state"], (await outcome(world, need))["reason"]) == ("dropped", "overtaken")
    assert peers.sent == []


async def test_many_at_once_share_one_token(world: World, peers: Peers) -> None:
    await world.introduce()
    await asyncio.gather(*(world.announce(uuid4()) for _ in range(8)))
    await world.send()
    assert (len(peers.sent), peers.tokens_asked) == (8, 1)


async def test_a_token_is_renewed_before_its_end(world: World, peers: Peers) -> None:
    peers.token_lives = 30
    await accepted(world)
    await world.send()
    assert (len(peers.sent), peers.tokens_asked) == (2, 2)


async def test_two_senders_never_send_the_same(world: World, peers: Peers) -> None:
    needs = [uuid4() for _ in range(12)]
    for need in needs:
        await world.identify(need)
    await asyncio.gather(*(world.send() for _ in range(4)))
    assert len(peers.sent) == len(needs)
    assert sorted(peers.contacts_asked) == sorted(map(str, needs))


async def test_a_sender_that_died_is_taken_over_and_its_word_counts_no_more(world: World, database: Database, peers: Peers) -> None:
    need = uuid4()
    await world.identify(need)
    async with database.transaction(Caller.system("test")) as tx:
        [dead] = await messages.claim(tx, {messages.UNKNOWN: 10})
    await world.send()
    assert peers.sent == []  # its lease runs
    await world.hurry()
    await world.send()
    assert [each["id"] for each in peers.sent] == [str(dead.id)]
    async with database.transaction(Caller.system("test")) as tx:
        assert not await messages.settle(tx, [(dead, messages.Settled("failed", "late"))])
    assert await world.messages(need) == [("request-received", "delivered")]


@pytest.mark.parametrize("number", ["+9647700000001", "00964 770 000 0001", "\u200e0770-000-0001"])
def test_numbers_are_dialled_plainly(number: str) -> None:
    assert dialled(number).lstrip("+").isdecimal()


@pytest.mark.parametrize("number", ["", "123", "077a0000001", "+964\n770000000", "٠٧٧٠٠٠٠٠٠٠١"])
def test_what_is_no_number_is_not_dialled(number: str) -> None:
    with pytest.raises(Unreachable):
        dialled(number)
