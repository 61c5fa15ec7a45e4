"""Sending again by hand: no day that was changed since, and no end that is over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import NeedClosed, NeedState, NeedStateChanged
from ihala_contracts.referral_v1 import AppointmentChanged

from tests.notify.desk.conftest import OWN, Staff
from tests.notify.desk.test_messages import version
from tests.notify.peers import Peers
from tests.notify.samples import sample
from tests.notify.world import World

FAIL = "UPDATE message SET state = 'failed', failure = 'temporary', reason = 'no_receipt' WHERE state = 'delivered' RETURNING id"


async def resent(world: World, staff: Staff, message: UUID) -> int:
    desk, path = staff(), f"/messages/{message}"
    return (await desk.post(f"{path}/resend", await version(desk, path)))[0]


@pytest.fixture
async def need(world: World, peers: Peers) -> UUID:
    """A need of which nothing was told yet."""
    found = uuid4()
    peers.contact = {"need_id": str(found), **OWN}
    await world.identify(found)
    await world.rows("DELETE FROM message RETURNING id")
    return found


@pytest.mark.parametrize("by_hand", [(False, False), (True, True), (True, False), (False, True)])
async def test_an_old_day_is_not_told_after_the_new_one(world: World, staff: Staff, need: UUID, by_hand: tuple[bool, bool]) -> None:
    referral, found = uuid4(), []
    for hand, days in zip(by_hand, (3, 5), strict=True):
        day = datetime.now(UTC) + timedelta(days=days)
        await world.deliver(sample(AppointmentChanged, need_id=need, referral_id=referral, starts_at=day, appointment_state="confirmed"))
        await world.rows("UPDATE message SET referral_id = NULL WHERE state = 'waiting' AND :hand RETURNING id", hand=hand)
        await world.send()
        found.append((await world.rows("SELECT id FROM message ORDER BY id DESC LIMIT 1"))[0]["id"])
        if days == 3:
            await world.rows(FAIL)
    assert await resent(world, staff, found[0]) == 409
    await world.rows(FAIL)
    assert await resent(world, staff, found[1]) == 202


async def test_that_it_was_closed_is_not_said_of_a_need_that_is_open_again(world: World, staff: Staff, need: UUID) -> None:
    await world.deliver(sample(NeedClosed, need_id=need))
    await world.send()
    [row] = await world.rows(FAIL)
    await world.deliver(sample(NeedStateChanged, need_id=need, before=NeedState.CLOSED, after=NeedState.OPEN))
    assert await resent(world, staff, row["id"]) == 409
