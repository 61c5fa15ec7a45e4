"""SMS by SMPP to an SMSC that reads octets by itself: texts in three languages, receipts, refusals, silence, loss."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.referral_v1 import ReferralAccepted
from ihala_kit.db import Database
from ihala_local.sink.script import FATES, Fate
from ihala_notify.app import Notify
from ihala_notify.channels.smpp import connection, pdu

from tests.notify.channels.conftest import Network, sending_by
from tests.notify.peers import Peers
from tests.notify.samples import sample
from tests.notify.test_sender import events, outcome
from tests.notify.world import World


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await true():
            await asyncio.sleep(0.01)


async def in_state(world: World, need: UUID, *states: str) -> dict[str, Any]:
    """Return the message about a need when it has come to one of these states."""

    async def there() -> bool:
        return (await outcome(world, need))["state"] in states

    await until(there)
    return await outcome(world, need)


async def told(world: World) -> UUID:
    """Have one person told something; return the need."""
    need = uuid4()
    await world.identify(need)
    await world.send()
    return need


@pytest.mark.parametrize("language", ["ar", "ckb", "en"])
async def test_a_text_arrives_letter_by_letter_and_its_receipt_counts(by_smpp: World, smsc: Network, peers: Peers, language: str) -> None:
    peers.contact |= {"language": language}
    need = uuid4()
    await by_smpp.identify(need)
    await by_smpp.deliver(sample(ReferralAccepted, need_id=need))
    await by_smpp.send()
    row = await in_state(by_smpp, need, "delivered")
    first, second = smsc.messages.by_id.values()
    assert (first["to"], first["from"], second["id"]) == ("+9647000000099", "Ihala", str(row["id"]))
    assert {"ar": "تم استلام الطلب", "ckb": "وەرگیرا", "en": "was received."}[language] in first["text"]
    assert "NIN-7K3F-92QX" in first["text"]
    parts = [sms for sms in smsc.taken if sms.id and sms.id.startswith(str(row["id"]))]
    assert (row["parts"], row["route"], row["channel"]) == (len(parts), "one", "sms")
    assert len({sms.place[0] for sms in parts if sms.place}) == 1
    assert smsc.taken[0].coding == (0 if language == "en" else 8)
    assert await events(by_smpp) == ["message-delivered"] * 2


@pytest.mark.parametrize(
    ("fate", "state", "failure", "reason"),
    [
        ("9001", "failed", "permanent", "permanent_011"),
        ("9003", "failed", "permanent", "number_unknown"),
        ("9004", "waiting", None, "temporary_027"),
        ("9005", "sent", None, None),
        ("9006", "waiting", None, "sms_route_busy"),
    ],
)
async def test_what_the_network_says_is_what_becomes_of_it(
    by_smpp: World, smsc: Network, fate: str, state: str, failure: str | None, reason: str | None
) -> None:
    smsc.all_are(FATES[fate])
    row = await in_state(by_smpp, await told(by_smpp), state)
    assert (row["failure"], row["reason"]) == (failure, reason)
    assert await events(by_smpp) == (["message-failed"] if failure else [])


async def test_what_did_not_arrive_goes_again_as_another_one(by_smpp: World, smsc: Network) -> None:
    smsc.all_are(FATES["9004"])
    need = await told(by_smpp)
    row = await in_state(by_smpp, need, "waiting")
    smsc.all_are(Fate())
    await by_smpp.hurry()
    await by_smpp.send()
    await in_state(by_smpp, need, "delivered")
    assert len(smsc.messages.by_id) == 2 and str(row["id"]) in smsc.messages.by_id
    assert await events(by_smpp) == ["message-delivered"]


async def test_no_word_in_72_hours_is_a_temporary_failure(by_smpp: World, smsc: Network, database: Database) -> None:
    smsc.all_are(FATES["9005"])
    need = await told(by_smpp)
    overdue = next(job for job in by_smpp.service.jobs if job.name == "fail what has no receipt")
    assert await overdue.run(database) == 0
    row = await outcome(by_smpp, need)
    assert (row["next_at"] - row["handed_at"]).total_seconds() == 72 * 3600
    await by_smpp.hurry()
    assert await overdue.run(database) == 1
    row = await outcome(by_smpp, need)
    assert (row["state"], row["failure"], row["reason"]) == ("failed", "temporary", "no_receipt")
    assert await events(by_smpp) == ["message-failed"]
    await by_smpp.send()
    assert len(smsc.messages.by_id) == 1


async def test_a_sender_killed_before_it_wrote_down_sends_nothing_twice(by_smpp: World, smsc: Network) -> None:
    """The kill is played by forgetting what came of the round; the receipts come before the second sender has written."""
    need = await told(by_smpp)
    await in_state(by_smpp, need, "delivered")
    await by_smpp.rows("DELETE FROM outbox RETURNING seq")
    await by_smpp.rows("UPDATE message_part SET message_id = NULL, attempt = NULL RETURNING route")
    await by_smpp.rows("UPDATE message SET state = 'sending', next_at = now(), settled_at = NULL RETURNING id")
    await by_smpp.send()
    row = await in_state(by_smpp, need, "delivered")
    assert (row["attempts"], len(smsc.messages.by_id), len(smsc.taken)) == (2, 1, row["parts"])
    assert await events(by_smpp) == ["message-delivered"]


async def test_an_smsc_that_begins_its_ids_anew_is_understood(by_smpp: World, smsc: Network) -> None:
    for state, fate in (("delivered", replace(FATES["9001"], after=0.1)), ("failed", Fate())):
        smsc._ids = itertools.count(1)
        need = await told(by_smpp)
        await in_state(by_smpp, need, state)
        smsc.all_are(fate)
    assert len(await by_smpp.rows("SELECT DISTINCT message_id FROM message_part")) == 1, "the same ids, all taken over"


async def test_an_smsc_that_falls_silent_is_left_and_found_again(
    service: Notify, database: Database, smsc: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.1)
    async with sending_by(service, database, smsc.route().model_copy(update={"quiet_seconds": 0.5})) as world:
        await told(world)
        smsc.silent = True
        need = await told(world)
        assert (await outcome(world, need))["reason"] in {"sms_route_silent", "sms_route_away"}
        await until_closed(smsc)
        smsc.silent = False
        await until_bound(smsc)
        await world.hurry()
        await world.send()
        await in_state(world, need, "delivered")
        assert sum("/1" in (sms.id or "") for sms in smsc.taken) == 2


async def test_a_text_that_may_come_twice_is_not_tried_for_ever(
    service: Notify, database: Database, smsc: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An SMSC that takes texts and never says so."""
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.1)
    async with sending_by(service, database, smsc.route(tells_id=False)) as world:
        need = uuid4()
        await world.identify(need)
        await until_bound(smsc)
        await asyncio.sleep(0.1)  # bound at both ends
        smsc.silent = True
        await world.send()
        assert ((await outcome(world, need))["state"], (await outcome(world, need))["reason"]) == ("waiting", "sms_route_silent")
        await world.hurry()
        await world.send()
        row = await outcome(world, need)
        assert (row["state"], row["failure"], row["attempts"]) == ("failed", "technical", 2)


async def test_tries_have_an_end(by_smpp: World, smsc: Network) -> None:
    smsc.all_are(FATES["9006"])
    need = await told(by_smpp)
    await by_smpp.rows("UPDATE message SET attempts = 46 RETURNING id")
    states = []
    for _ in range(2):
        await by_smpp.hurry()
        await by_smpp.send()
        row = await outcome(by_smpp, need)
        states.append((row["state"], row["failure"], row["reason"]))
    assert states == [("waiting", None, "sms_route_busy"), ("failed", "technical", "sms_route_busy")]


async def test_a_lost_connection_is_made_anew(by_smpp: World, smsc: Network) -> None:
    await told(by_smpp)
    await smsc.down()
    need = await told(by_smpp)
    assert (await outcome(by_smpp, need))["reason"] in {"sms_route_away", "sms_route_silent"}
    await smsc.up()
    await until_bound(smsc)
    await by_smpp.hurry()
    await by_smpp.send()
    await in_state(by_smpp, need, "delivered")


async def test_another_password_binds_nothing(service: Notify, database: Database, smsc: Network) -> None:
    smsc.password = "other"
    async with sending_by(service, database, smsc.route()) as world:
        assert (await outcome(world, await told(world)))["reason"] == "sms_route_away"
        assert smsc.taken == []


async def until_closed(smsc: Network) -> None:
    async def closed() -> bool:
        return not smsc.connections

    await until(closed)


async def until_bound(smsc: Network) -> None:
    async def bound() -> bool:
        return bool(smsc.connections)

    await until(bound)


def deliver(text: bytes, *, esm: int = 4, more: bytes = b"") -> bytes:
    return b"\0\1\1964\0\5\0Ihala\0" + bytes([esm]) + b"\0\0\0\0\0\0\0\0" + bytes([len(text)]) + text + more


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (deliver(b"id:0a1 sub:001 dlvrd:001 submit date:2 done date:3 stat:DELIVRD err:000 text:"), ("0a1", "DELIVRD", "000")),
        (deliver(b"id: 77 stat:UNDELIV err:001"), ("77", "UNDELIV", "001")),
        (deliver(b"", more=b"\0\x1e\0\x03ab\0\x04\x27\0\1\5"), ("ab", "UNDELIV", "")),
        (deliver(b"id:no stat:DELIVRD", more=b"\0\x1e\0\2ab"), ("ab", "DELIVRD", "")),
        (deliver(b"id:0a1 stat:Delivrd ERR:0AB"), ("0a1", "DELIVRD", "0AB")),
        (deliver(b"ID:0a1 Stat: undeliverable Err:1"), ("0a1", "UNDELIV", "1")),
        (deliver(b"id:0a1 stat:delivered"), ("0a1", "DELIVRD", "")),
        (deliver(b"id:0a1 stat:EXPIRED", more=b"\0\x1e\0\4ab\0c\x04\x27\0\1\x09"), ("ab", "EXPIRED", "")),
        (deliver(b"id:0a1", more=b"\x04\x27\0\1\0"), ("0a1", "UNKNOWN", "")),
        (deliver(b"id:0a1", more=b"\x04\x27\0\0"), ("0a1", "UNKNOWN", "")),
        (deliver(b"id:0a1 stat:?"), ("0a1", "UNKNOWN", "")),
        (deliver(b"id:" + b"a" * 65 + b" stat:DELIVRD"), ("a" * 65, "DELIVRD", "")),
    ],
)
def test_receipts_are_read_as_smscs_write_them(body: bytes, found: tuple[str, str, str]) -> None:
    read = pdu.receipt(body)
    assert read is not None
    assert (read.id, read.state, read.error) == found


def test_somebodys_own_text_is_no_receipt() -> None:
    assert pdu.receipt(deliver(b"id:1 stat:DELIVRD", esm=0)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0\1", deliver(b"hello"), deliver(b"id:1", more=b"\0\x1e\0"), deliver(b"")[:-1], deliver(b"id:" + b"a" * 66),
        deliver(b"", more=b"\0\x1e\0\x42" + b"a" * 66), deliver(b"", more=b"\0\x1e\0\2\0a"),
    ],
)  # fmt: skip
def test_what_is_no_receipt_is_malformed(body: bytes) -> None:
    with pytest.raises(pdu.Malformed):
        pdu.receipt(body)


@pytest.mark.parametrize("number", ["+964700\x000000", "9" * 22])
def test_a_field_holds_what_it_can(number: str) -> None:
    with pytest.raises(pdu.Malformed):
        pdu.Submission("Ihala", number, b"", 0, has_header=False).body()
