"""What filters let through, and how much is looked through for it."""

from typing import Any
from uuid import UUID

import aiohttp
import pytest
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralCompleted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify import following
from ihala_notify.errors import CursorTooOld
from ihala_notify.subscriptions import reading
from ihala_notify.subscriptions.filters import Filters

from tests.notify.samples import OPERATOR, RECEIVER, SERVICE, sample
from tests.notify.subscribing import Client, made, two_referrals
from tests.notify.world import World


@pytest.fixture
def receiver(http: aiohttp.ClientSession, mint: Mint) -> Client:
    return Client(http, mint, RECEIVER)


async def test_filters_that_match_nothing_move_on_in_bounded_steps(
    receiver: Client, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_SCANNED", 3)
    await world.introduce()
    for _ in range(4):
        await two_referrals(world)
    async with database.transaction(Caller.system("test")) as tx:
        end = await reading.newest(tx, RECEIVER)
        part = await reading.read_after(tx, RECEIVER, 0, 100, Filters(roles=["operator"], types=["org.ihala.referral.started"]))
        assert (part.items, part.position, part.more) == ([], 3, True)
        last = await reading.read_after(tx, RECEIVER, end - 1, 100, Filters(roles=["provider"]))
        assert (len(last.items), last.position, last.more) == (1, end, False)


async def test_a_call_that_looked_through_much_answers_early_and_empty(
    receiver: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_SCANNED", 1)
    monkeypatch.setattr("ihala_notify.following.MOST_LOOKS", 2)
    one = await made(receiver, roles=["operator"])
    await two_referrals(world)
    await two_referrals(world)
    cursors = [one["cursor"]]
    for _ in range(2):
        status, page = await receiver.call("GET", f"/{one['id']}/events", after=cursors[-1], wait=20)
        assert (status, page["events"]) == (200, [])
        cursors.append(page["cursor"])
    assert [following.position_of(cursor, RECEIVER) for cursor in cursors] == [0, 2, 4]  # of 8, and long before the wait was over


async def test_what_is_thrown_away_while_it_is_read_is_told_as_lost(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter and the items are two questions: between them the oldest items may go."""
    await world.introduce()
    await two_referrals(world)
    counter = reading._counter

    async def then_purged(tx: Any, organization_id: UUID) -> tuple[int, int]:
        found = await counter(tx, organization_id)
        await world.rows("DELETE FROM feed WHERE organization_id = :id AND position <= 2 RETURNING position", id=RECEIVER)
        await world.rows("UPDATE feed_counter SET purged_to = 2 WHERE organization_id = :id RETURNING position", id=RECEIVER)
        return found

    async with database.transaction(Caller.system("test")) as tx:
        monkeypatch.setattr(reading, "_counter", then_purged)
        with pytest.raises(CursorTooOld):
            await reading.read_after(tx, RECEIVER, 0, 100)
        monkeypatch.undo()
        assert [item.position for item in (await reading.read_after(tx, RECEIVER, 2, 100)).items][:1] == [3]
        assert [item.position for item in (await reading.read_after(tx, RECEIVER, None, 100)).items][:1] == [3]


async def test_filters_of_every_pair_agree_with_what_they_say(database: Database, world: World) -> None:
    """The condition in SQL against the same rule in Python, over each combination of what may stand beside an event."""
    await world.introduce()
    await two_referrals(world)
    accepted = sample(ReferralAccepted, organization_id=OPERATOR), sample(ReferralCompleted)
    await world.deliver(*accepted)
    kinds = (None, ["org.ihala.referral.started", "org.ihala.referral.offered"])
    places, services, roles = (None, ["IQG15"]), (None, [SERVICE]), (None, ["provider"], ["origin", "operator"])
    rows = await world.feed(RECEIVER)
    async with database.transaction(Caller.system("test")) as tx:
        for asked in [Filters(k, p, s, r) for k in kinds for p in places for s in services for r in roles]:
            found = await reading.read_after(tx, RECEIVER, None, 100, asked)
            assert [item.position for item in found.items] == [row["position"] for row in rows if wanted(asked, row)]


def wanted(asked: Filters, row: dict[str, Any]) -> bool:
    """Tell whether a row of the feed is asked for."""
    itself = row["roles"] == ["itself"]
    return (
        (asked.types is None or row["type"] in asked.types)
        and (asked.roles is None or itself or bool(set(asked.roles) & set(row["roles"])))
        and (asked.governorates is None or itself or row["governorate"] in asked.governorates)
        and (asked.services is None or row["service_id"] in asked.services or (itself and row["service_id"] is None))
    )
