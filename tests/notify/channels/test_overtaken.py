"""A receipt says "not reached for now", and meanwhile there was later news: what a person reads last is so. By SMPP to a real SMSC."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import NeedClosed, NeedState, NeedStateChanged
from ihala_contracts.referral_v1 import (
    AppointmentChanged,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralFailed,
    ReferralInformationRequested,
    ReferralOffered,
)
from ihala_local.sink.script import ARRIVES, FATES
from ihala_notify.receipts import Receipts

from tests.notify.channels.conftest import Network
from tests.notify.channels.test_smpp import until, until_bound
from tests.notify.peers import Peers
from tests.notify.samples import sample
from tests.notify.world import World

SILENT = FATES["9005"]  # taken, and no receipt
ADDRESS = "شارع السوق"


@pytest.fixture
async def world(by_smpp: World, smsc: Network) -> World:
    await until_bound(smsc)
    return by_smpp


async def known(world: World, *events: Event, **about: Any) -> tuple[UUID, UUID]:
    """Let a need be known with a referral that was offered; return both."""
    need, referral = uuid4(), uuid4()
    await world.identify(need, **about)
    await world.deliver(sample(ReferralOffered, need_id=need, referral_id=referral, replaces=None))
    await said(world, need)
    return need, referral


async def said(world: World, need: UUID, *events: Event) -> None:
    """Let events come and what they tell be sent, and wait for what the SMSC says of it."""
    await world.deliver(*events)
    await world.send()

    async def settled() -> bool:
        return all(state != "sent" for _, state in await world.messages(need))

    await until(settled)


async def handed_over(world: World, smsc: Network, event: Event) -> UUID:
    """Let something be handed over whose receipt does not come; return its message."""
    smsc.all_are(SILENT)
    await world.deliver(event)
    await world.send()
    smsc.all_are(ARRIVES)
    [row] = await world.rows("SELECT id FROM message WHERE state = 'sent'")
    message_id: UUID = row["id"]
    return message_id


async def not_reached(world: World, message: UUID) -> dict[str, Any]:
    """Let its receipt say so at last, and the time come when it would be tried again; return what becomes of it."""
    for part in await world.rows("SELECT route, foreign_id FROM message_part WHERE message_id = :id", id=message):
        await Receipts(world.database, ["sms"]).told(part["route"], part["foreign_id"], "temporary", "027")
    await world.rows("UPDATE message SET next_at = now() WHERE state = 'waiting' RETURNING id")
    await world.send()
    return (await world.rows("SELECT * FROM message WHERE id = :id", id=message))[0]


def last(smsc: Network) -> str:
    text: str = list(smsc.messages.by_id.values())[-1]["text"]
    return text


async def calls(world: World) -> list[str]:
    return [row["reason"] for row in await world.rows("SELECT reason FROM call_task WHERE state = 'open'")]


@pytest.mark.parametrize("urgency", ["routine", "emergency"])
@pytest.mark.parametrize("ending", [ReferralFailed, ReferralDeclined, ReferralCompleted])
async def test_nobody_is_sent_to_who_has_gone_back_on_it(world: World, smsc: Network, ending: type[Event], urgency: str) -> None:
    need, referral = await known(world, urgency=urgency)
    message = await handed_over(world, smsc, sample(ReferralAccepted, need_id=need, referral_id=referral))
    await world.deliver(sample(ending, need_id=need, referral_id=referral))
    await world.send()
    row = await not_reached(world, message)
    assert (row["state"], row["reason"]) == ("dropped", "overtaken")
    assert ADDRESS not in last(smsc) and await calls(world) == []


async def test_nor_though_later_news_waits_still(world: World, smsc: Network, peers: Peers) -> None:
    need, referral = await known(world)
    message = await handed_over(world, smsc, sample(ReferralAccepted, need_id=need, referral_id=referral))
    peers.contact_status = 503
    await world.deliver(sample(ReferralFailed, need_id=need, referral_id=referral))
    await world.send()
    row = await not_reached(world, message)
    assert (row["state"], row["reason"]) == ("dropped", "overtaken")


@pytest.mark.parametrize("urgency", ["routine", "emergency"])
@pytest.mark.parametrize("later", ["confirmed", "cancelled"])
async def test_an_old_day_is_not_told_after_the_new_one(world: World, smsc: Network, later: str, urgency: str) -> None:
    need, referral = await known(world, urgency=urgency)
    about = {"need_id": need, "referral_id": referral, "appointment_id": uuid4()}
    old, new = (datetime.now(UTC) + timedelta(days=days) for days in (3, 5))
    message = await handed_over(world, smsc, sample(AppointmentChanged, **about, starts_at=old, appointment_state="confirmed"))
    await world.deliver(sample(AppointmentChanged, **about, starts_at=new, appointment_state=later))
    await world.send()
    news = last(smsc)
    row = await not_reached(world, message)
    assert (row["state"], row["reason"]) == ("dropped", "a_later_one_says_it")
    assert last(smsc) == news and await calls(world) == []


async def test_what_holds_still_but_is_not_the_newest_is_said_in_a_call(world: World, smsc: Network) -> None:
    need, referral = await known(world)
    message = await handed_over(world, smsc, sample(ReferralAccepted, need_id=need, referral_id=referral))
    day = datetime.now(UTC) + timedelta(days=3)
    await world.deliver(sample(AppointmentChanged, need_id=need, referral_id=referral, starts_at=day, appointment_state="confirmed"))
    await world.send()
    row = await not_reached(world, message)
    assert (row["state"], row["reason"], row["failure"]) == ("failed", "out_of_turn", "temporary")
    assert ADDRESS not in last(smsc) and await calls(world) == ["not_delivered"]


async def test_news_of_another_referral_does_not_take_it_back(world: World, smsc: Network) -> None:
    need, referral = await known(world)
    message = await handed_over(world, smsc, sample(ReferralAccepted, need_id=need, referral_id=referral))
    await world.deliver(sample(ReferralDeclined, need_id=need, referral_id=uuid4()))
    await world.send()
    row = await not_reached(world, message)
    assert row["state"] in {"sent", "delivered"} and ADDRESS in last(smsc)


async def test_that_it_was_closed_is_not_said_of_a_need_that_is_open_again(world: World, smsc: Network) -> None:
    need, _ = await known(world)
    message = await handed_over(world, smsc, sample(NeedClosed, need_id=need))
    await world.deliver(sample(NeedStateChanged, need_id=need, before=NeedState.CLOSED, after=NeedState.OPEN))
    row = await not_reached(world, message)
    assert (row["state"], row["reason"]) == ("dropped", "overtaken")


async def test_news_does_not_wait_for_hours_behind_what_the_phone_did_not_take(world: World, smsc: Network) -> None:
    need, referral = await known(world)
    message = await handed_over(world, smsc, sample(ReferralInformationRequested, need_id=need, referral_id=referral))
    for part in await world.rows("SELECT route, foreign_id FROM message_part WHERE message_id = :id", id=message):
        await Receipts(world.database, ["sms"]).told(part["route"], part["foreign_id"], "temporary", "027")
    [row] = await world.rows("SELECT state, next_at > now() + interval '10 minutes' AS later FROM message WHERE id = :id", id=message)
    assert (row["state"], row["later"]) == ("waiting", True)
    await said(world, need, sample(ReferralAccepted, need_id=need, referral_id=referral))
    assert {state for _, state in await world.messages(need)} == {"delivered"}
    assert ADDRESS in last(smsc)  # both, in their order
