"""A person was erased: nothing that waited is said about their needs, nothing is opened or kept of them, and notify reports it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedState, NeedStateChanged, PersonErased
from ihala_contracts.referral_v1 import AppointmentChanged, ReferralAccepted
from ihala_kit.auth import Caller
from ihala_notify.calls import opening
from sqlalchemy import text

from tests.notify.peers import Peers
from tests.notify.samples import OPERATOR, sample
from tests.notify.world import World

ERASED = {"type": "urn:ihala:problem:person-erased"}
_CALLS = "SELECT id FROM call_task WHERE need_id = :id UNION ALL SELECT id FROM message WHERE need_id = :id AND state = 'failed'"


def erased(*needs: UUID) -> PersonErased:
    return PersonErased(erasure_id=uuid4(), operator_id=OPERATOR, needs=list(needs), erased_at=datetime.now(UTC))


async def told(world: World) -> list[str]:
    rows = await world.rows("SELECT type FROM outbox ORDER BY seq")
    return [row["type"].removeprefix("org.ihala.notify.") for row in rows]


async def test_what_waits_is_dropped_and_it_is_reported_once(world: World) -> None:
    need, other, unknown = uuid4(), uuid4(), uuid4()
    for one in (need, other):
        await world.identify(one)
        await world.deliver(sample(ReferralAccepted, need_id=one))
    event = erased(need, unknown)
    await world.deliver(event)
    assert {state for _, state in await world.messages(need)} == {"dropped"}
    assert {state for _, state in await world.messages(other)} == {"waiting"}
    await world.deliver(sample(ReferralAccepted, need_id=need))
    assert {state for _, state in await world.messages(need)} == {"dropped"}
    async with world.database.engine.connect() as connection:
        query = text("SELECT data::jsonb ->> 'erasure_id' FROM outbox WHERE type LIKE '%erasure-reported'")
        assert (await connection.execute(query)).scalars().all() == [str(event.erasure_id)]


@pytest.mark.parametrize("first", ["erased", "withdrawn", "withdrawn, and tried"])
async def test_nobody_is_called_about_who_was_erased_whichever_event_comes_first(world: World, peers: Peers, first: str) -> None:
    need = uuid4()
    await world.identify(need)
    peers.contact_status, peers.contact = 410, ERASED  # intake erases before it says so
    both: list[Any] = [sample(ConsentWithdrawn, need_id=need, referral_id=None), erased(need)]
    for event in reversed(both) if first == "erased" else both:
        await world.deliver(event)
        if first != "withdrawn":
            await world.send()
    await world.send()
    assert await world.rows(_CALLS, id=need) == []
    assert not {"call-task-opened", "message-failed"} & set(await told(world))
    assert peers.sent == []


async def test_what_was_on_its_way_and_fails_later_opens_nothing(world: World) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=None))
    await world.deliver(erased(need))
    [row] = await world.rows(
        "UPDATE message SET state = 'failed', reason = 'no_receipt' WHERE need_id = :id AND template = 'consent-withdrawn' RETURNING id",
        id=need,
    )
    async with world.database.transaction(Caller.system("test")) as tx:
        await opening.call_about(tx, [row["id"]])
    assert await world.rows("SELECT id FROM call_task WHERE need_id = :id", id=need) == []


async def test_the_day_of_an_appointment_does_not_stay_and_none_is_kept_later(world: World) -> None:
    need, other = uuid4(), uuid4()
    for one in (need, other):
        await world.identify(one)
        await world.deliver(sample(AppointmentChanged, need_id=one, appointment_state="confirmed"))
    given = "SELECT id FROM message WHERE need_id = :id AND given IS NOT NULL"
    assert len(await world.rows(given, id=need)) == 1
    await world.deliver(erased(need))
    before = await world.messages(need)
    await world.deliver(sample(AppointmentChanged, need_id=need, appointment_state="confirmed"))
    assert await world.rows(given, id=need) == [] and await world.messages(need) == before
    assert len(await world.rows(given, id=other)) == 1


async def test_what_happened_before_and_is_heard_of_later_does_not_open_the_need_again(world: World) -> None:
    need, unknown = uuid4(), uuid4()
    await world.identify(need)
    await world.deliver(erased(need, unknown))
    before = await world.messages(need)
    await world.announce(unknown)
    await world.deliver(sample(NeedStateChanged, need_id=need, after=NeedState.OPEN), sample(ReferralAccepted, need_id=need))
    await world.deliver(sample(ConsentWithdrawn, need_id=unknown, referral_id=None))
    assert (await world.messages(need), await world.messages(unknown)) == (before, [])
    rows = await world.rows("SELECT ended, erased FROM need WHERE need_id = ANY(:ids)", ids=[need, unknown])
    assert [tuple(row.values()) for row in rows] == [(True, True)] * 2
