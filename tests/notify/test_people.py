"""Steps of which a person hears once, or only after another; and what a person wishes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import FollowUpRecorded, NeedChanged, NeedClosed, Sensitivity
from ihala_contracts.referral_v1 import (
    AppointmentChanged,
    NeedUnserved,
    ReferralAccepted,
    ReferralCancelled,
    ReferralInformationRequested,
    ReferralWaitlisted,
)
from ihala_notify.contacts import Contact

from tests.notify.peers import Peers
from tests.notify.samples import STRANGER, sample
from tests.notify.world import World

OWN = {"language": "en", "channel": "sms", "number": "+9647000000099", "own": True, "safe_to_message": True}
RESTRICTED = Sensitivity.RESTRICTED


@pytest.fixture(autouse=True)
def own_phone(peers: Peers) -> None:
    peers.contact = OWN.copy()


async def heard(world: World, need: UUID) -> list[tuple[str, str]]:
    """Return what the person was told after the first message."""
    await world.send()
    return (await world.messages(need))[1:]


@pytest.mark.parametrize(
    ("event", "template", "words"),
    [
        (ReferralInformationRequested, "question-asked", "There is a question"),
        (ReferralWaitlisted, "waiting-list", "Organisation: Housing Organisation."),
        (NeedUnserved, "no-provider-yet", "We have not yet found"),
    ],
)
async def test_a_step_is_told_in_full_on_ones_own_phone(world: World, peers: Peers, event: type[Event], template: str, words: str) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(event, need_id=need))
    assert await heard(world, need) == [(template, "delivered")]
    assert words in peers.texts()[-1]


async def test_that_nobody_was_found_is_told_once_however_often_it_is_tried(world: World) -> None:
    need, other = uuid4(), uuid4()
    await world.identify(need)
    await world.announce(other)
    for attempt in (1, 2, 3):
        await world.deliver(sample(NeedUnserved, need_id=need, attempt=attempt))
    await world.deliver(sample(NeedUnserved, need_id=other))
    assert await heard(world, need) == [("no-provider-yet", "delivered")]
    assert await heard(world, other) == [("no-provider-yet", "delivered")]


@pytest.mark.parametrize(("result", "told"), [("disputed", [("taken-up-again", "delivered")]), ("confirmed", []), ("unreached", [])])
async def test_who_says_that_help_did_not_come_hears_that_it_goes_on(world: World, result: str, told: list[tuple[str, str]]) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(FollowUpRecorded, need_id=need, result=result))
    assert await heard(world, need) == told


async def test_an_appointment_is_told_with_day_and_hour_in_iraq(world: World, peers: Peers) -> None:
    need, referral = uuid4(), uuid4()
    await world.identify(need)
    at = (datetime.now(UTC) + timedelta(days=3)).replace(hour=6, minute=30, second=0, microsecond=0)
    about = {"need_id": need, "referral_id": referral, "appointment_id": uuid4(), "starts_at": at}
    for state in ("proposed", "confirmed", "attended"):
        await world.deliver(sample(AppointmentChanged, **about, appointment_state=state))
    assert await heard(world, need) == [("appointment-reminder", "delivered")]
    assert f"{at:%A} {at.day} {at:%B %Y}" in peers.texts()[-1] and "09:30" in peers.texts()[-1]


async def test_an_appointment_is_taken_back_only_where_it_was_told(world: World) -> None:
    need, referral = uuid4(), uuid4()
    await world.identify(need)
    soon = datetime.now(UTC) + timedelta(days=2)
    cancelled = {"need_id": need, "starts_at": soon, "appointment_state": "cancelled"}
    await world.deliver(sample(AppointmentChanged, **cancelled, referral_id=uuid4()))
    assert await heard(world, need) == []
    confirmed = {"need_id": need, "starts_at": soon, "appointment_state": "confirmed"}
    await world.deliver(sample(AppointmentChanged, **confirmed, referral_id=referral))
    await world.deliver(sample(AppointmentChanged, **cancelled, referral_id=referral))
    assert await heard(world, need) == [("appointment-reminder", "delivered"), ("appointment-cancelled", "delivered")]


async def test_who_was_told_of_an_appointment_hears_that_it_is_moved(world: World, peers: Peers) -> None:
    """Another appointment of the same referral is none of it, and what was told is told once."""
    need, referral = uuid4(), uuid4()
    await world.identify(need)
    soon = datetime.now(UTC) + timedelta(days=2)
    first, second = ({"need_id": need, "referral_id": referral, "appointment_id": uuid4()} for _ in range(2))

    async def becomes(which: dict[str, Any], state: str, days: int = 0) -> None:
        await world.deliver(sample(AppointmentChanged, **which, appointment_state=state, starts_at=soon + timedelta(days=days)))
        await world.send()

    await becomes(first, "proposed")
    await becomes(first, "confirmed")
    await becomes(second, "proposed", 7)
    assert await heard(world, need) == [("appointment-reminder", "delivered")]
    for days in (1, 2):
        await becomes(first, "proposed", days)
    assert [name for name, _ in await heard(world, need)] == ["appointment-reminder", "appointment-moved"]
    assert "A time that was told before no longer holds" in peers.texts()[-1]
    await becomes(first, "confirmed", 2)
    await becomes(first, "cancelled", 2)
    await becomes(second, "cancelled", 7)
    assert [name for name, _ in await heard(world, need)][2:] == ["appointment-reminder", "appointment-cancelled"]


async def test_an_appointment_that_was_given_up_before_its_new_time_stood_is_told(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    about = {"need_id": need, "appointment_id": uuid4(), "starts_at": datetime.now(UTC) + timedelta(days=2)}
    for state in ("confirmed", "proposed", "cancelled"):
        await world.deliver(sample(AppointmentChanged, **about, appointment_state=state))
    told = [name for name, _ in await heard(world, need)]
    assert told == ["appointment-reminder", "appointment-moved", "appointment-cancelled"]


async def test_a_reminder_of_before_that_names_no_appointment_is_taken_back(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    about = {"need_id": need, "starts_at": datetime.now(UTC) + timedelta(days=2)}
    await world.deliver(sample(AppointmentChanged, **about, appointment_state="confirmed"))
    await world.rows("UPDATE message SET given = given - 'appointment' WHERE template = 'appointment-reminder' RETURNING id")
    await world.deliver(sample(AppointmentChanged, **about, appointment_state="proposed"))
    assert [name for name, _ in await heard(world, need)] == ["appointment-reminder", "appointment-moved"]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("better_place", ["referral-cancelled"]),
        ("entered_by_mistake", ["office-follows-up"]),
        ("placed_elsewhere", []),  # the other acceptance says it
        ("need_closed", []),
        ("no_longer_needed", []),
    ],
)
@pytest.mark.parametrize("step", [ReferralAccepted, ReferralWaitlisted])
async def test_who_was_told_where_to_go_hears_that_it_is_over(world: World, step: type[Event], reason: str, told: list[str]) -> None:
    need, referral = uuid4(), uuid4()
    await world.identify(need)
    await world.deliver(sample(step, need_id=need, referral_id=referral))
    await world.send()
    await world.deliver(sample(ReferralCancelled, need_id=need, referral_id=referral, reason=reason))
    assert (await heard(world, need))[1:] == [(name, "delivered") for name in told]


async def test_after_a_hand_over_what_the_former_owner_told_is_taken_back(world: World) -> None:
    need, referral = uuid4(), uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralAccepted, need_id=need, referral_id=referral))
    await world.send()
    await world.deliver(sample(OrganizationJoined, organization_id=STRANGER, kind="operator", operator_id=None))
    await world.deliver(sample(NeedChanged, need_id=need, operator_id=STRANGER))
    await world.deliver(sample(ReferralCancelled, need_id=need, referral_id=referral, operator_id=STRANGER, reason="better_place"))
    assert (await heard(world, need))[-1] == ("referral-cancelled", "delivered")


async def test_of_what_nobody_was_told_nobody_hears_that_it_is_cancelled(world: World) -> None:
    """Neither of one that was offered alone, nor of one whose acceptance was still waiting to be told."""
    need, offered, accepted = uuid4(), uuid4(), uuid4()
    await world.identify(need)
    await world.send()
    await world.deliver(sample(ReferralAccepted, need_id=need, referral_id=accepted))
    for referral in (offered, accepted):
        await world.deliver(sample(ReferralCancelled, need_id=need, referral_id=referral, reason="better_place"))
    assert await heard(world, need) == [("referral-accepted", "dropped")]


async def test_who_is_handed_over_hears_that_another_office_has_it(world: World, peers: Peers) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(NeedClosed, need_id=need, reason="handed_over"))
    assert await heard(world, need) == [("handed-over", "delivered")]
    assert peers.texts()[-1].startswith("Another office now looks after your request NIN-7K3F-92QX")


async def test_an_appointment_that_is_over_is_not_spoken_of(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    past = {"starts_at": datetime.now(UTC) - timedelta(minutes=1), "appointment_state": "confirmed"}
    await world.deliver(sample(AppointmentChanged, need_id=need, **past))
    assert await heard(world, need) == [("appointment-reminder", "dropped")]


async def test_a_restricted_need_is_spoken_of_only_where_she_wished_it_and_says_nothing(world: World, peers: Peers) -> None:
    silent, wished = uuid4(), uuid4()
    await world.identify(silent, sensitivity=RESTRICTED)
    await world.announce(wished, sensitivity=RESTRICTED, messages_wanted=True)
    for need in (silent, wished):
        await world.deliver(sample(ReferralAccepted, need_id=need, restricted=True))
    await world.send()
    assert await world.messages(silent) == []
    assert await world.messages(wished) == [("request-received", "delivered"), ("referral-accepted", "delivered")]
    assert set(peers.texts()) == {"You have news. Please call +964 700 000 0001."}
    await world.deliver(sample(NeedChanged, need_id=wished, messages_wanted=False))
    await world.deliver(sample(ReferralInformationRequested, need_id=wished, restricted=True))
    assert len(await world.messages(wished)) == 2


async def test_who_wished_to_be_told_and_cannot_be_is_not_forgotten(world: World, peers: Peers) -> None:
    peers.contact_status, peers.contact = 409, {"type": "urn:ihala:problem:no-safe-contact"}
    need = uuid4()
    await world.introduce()
    await world.announce(need, sensitivity=RESTRICTED, messages_wanted=True)
    await world.send()
    [row] = await world.rows("SELECT state, reason, failure, restricted FROM message WHERE need_id = :id", id=need)
    assert tuple(row.values()) == ("failed", "no_safe_way", "permanent", True)  # cleared eyes see it among what failed
    assert [row["type"] for row in await world.rows("SELECT type FROM outbox")] == ["org.ihala.notify.message-failed"]  # and no call


@pytest.mark.parametrize("sensitivity", [Sensitivity.STANDARD, Sensitivity.PROTECTED, RESTRICTED])
async def test_who_stopped_messages_is_called_but_not_of_a_restricted_need(world: World, peers: Peers, sensitivity: Sensitivity) -> None:
    peers.contact_status, peers.contact = 409, {"type": "urn:ihala:problem:messages-stopped"}
    need = uuid4()
    await world.identify(need, sensitivity=sensitivity, messages_wanted=True)
    await world.send()
    [row] = await world.rows("SELECT state, reason FROM message WHERE need_id = :id", id=need)
    assert (row["state"], row["reason"]) == ("failed", "messages_stopped")
    calls = await world.rows("SELECT reason, due_at - opened_at = '2 hours' AS soon FROM call_task WHERE need_id = :id", id=need)
    assert calls == ([] if sensitivity is RESTRICTED else [{"reason": "no_way", "soon": True}])
    assert peers.sent == []


async def test_who_wishes_no_message_of_this_need_gets_none_and_nobody_calls_for_that(world: World, peers: Peers) -> None:
    reason = "not_wished"
    peers.contact_status, peers.contact = 409, {"type": "urn:ihala:problem:contact-withheld"}
    need = uuid4()
    await world.identify(need)
    await world.send()
    [row] = await world.rows("SELECT state, reason FROM message WHERE need_id = :id", id=need)
    assert (row["state"], row["reason"]) == ("dropped", reason)
    assert await world.rows("SELECT type FROM outbox") == []


@pytest.mark.parametrize(("more", "said"), [({}, "neutral"), ({"email_own": True}, "full")])
def test_an_e_mail_says_all_only_where_nobody_else_reads_it(more: dict[str, Any], said: str) -> None:
    contact = Contact.model_validate(OWN | {"channel": "slip", "number": None, "own": False, "email": "a@b.example", **more})
    assert list(contact.ways()) == [("email", "a@b.example")]
    assert contact.is_own("email") is (said == "full")
