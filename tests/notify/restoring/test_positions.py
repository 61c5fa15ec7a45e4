"""A feed whose positions were given anew, since notify's database came back from a backup: who follows it misses nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify import following
from ihala_notify.following import cursor_at
from ihala_notify.restoring import positions
from ihala_notify.subscriptions import reading
from ihala_notify.webhooks import store

from tests.notify.samples import OPERATOR, RECEIVER
from tests.notify.subscribing import Client, made, two_referrals
from tests.notify.world import World


@pytest.fixture
def receiver(http: aiohttp.ClientSession, mint: Mint) -> Client:
    return Client(http, mint, RECEIVER)


async def back_to(world: World, position: int) -> None:
    """Let the database be as it was when the receiver's feed had come so far, and go on as after a restore."""
    await world.rows("DELETE FROM feed WHERE position > :n RETURNING position", n=position)
    await world.rows("UPDATE feed_counter SET position = least(position, :n) RETURNING position", n=position)
    async with world.database.transaction(Caller.system("restore")) as tx:
        await positions.begin(tx)


async def stood(world: World) -> int:
    """Return the newest position of the receiver's feed."""
    [row] = await world.rows("SELECT position FROM feed_counter WHERE organization_id = :id", id=RECEIVER)
    return int(row["position"])


async def after(receiver: Client, cursor: str) -> tuple[int, list[str], str]:
    """Return status, ids of the events after a cursor, and the cursor behind them."""
    found: list[str] = []
    while True:
        async with receiver.http.get("/v1/events", params={"after": cursor}, headers=receiver.headers) as answer:
            page = await answer.json()
        if not page.get("events"):
            return answer.status, found, page.get("cursor", "")
        found, cursor = [*found, *(event["id"] for event in page["events"])], page["cursor"]


async def ids(world: World, above: int) -> list[str]:
    return [str(item["event_id"]) for item in await world.feed(RECEIVER) if item["position"] > above]


async def test_who_had_come_further_than_the_backup_goes_on_and_misses_nothing(receiver: Client, world: World) -> None:
    await world.introduce()
    await two_referrals(world)
    at_backup = await stood(world)
    await two_referrals(world)
    ahead = await stood(world)
    await back_to(world, at_backup)
    assert (await after(receiver, cursor_at(RECEIVER, ahead)))[:2] == (200, [])  # until something is read again
    for _ in range(3):  # more than was lost: it lies below the new end, as positions were counted before
        await two_referrals(world)
    new = await ids(world, at_backup)
    assert len(new) > ahead - at_backup
    for cursor in (ahead, ahead - 1, at_backup):
        assert (await after(receiver, cursor_at(RECEIVER, cursor)))[:2] == (200, new), cursor
    assert (await after(receiver, cursor_at(RECEIVER, 1)))[1] == await ids(world, 1)
    _, _, now = await after(receiver, cursor_at(RECEIVER, ahead))
    await two_referrals(world)
    assert (await after(receiver, now))[1] == (await ids(world, at_backup))[len(new) :]


async def test_a_second_life_that_is_lost_had_none_of_the_positions_of_the_third(receiver: Client, world: World) -> None:
    await two_referrals(world)
    at_backup = await stood(world)
    await back_to(world, at_backup)
    await two_referrals(world)
    second = await stood(world)
    await back_to(world, at_backup)
    await two_referrals(world)
    assert (await after(receiver, cursor_at(RECEIVER, second)))[1] == await ids(world, at_backup)


async def test_what_was_never_given_is_refused(receiver: Client, world: World) -> None:
    await two_referrals(world)
    await back_to(world, 1)
    assert (await after(receiver, cursor_at(RECEIVER, 2**62)))[0] == 410


async def test_who_was_told_nothing_before_the_backup_begins_above_its_cursors_too(receiver: Client, world: World) -> None:
    """Its feed has no counter when the rest goes on."""
    await back_to(world, 0)
    assert await world.rows("SELECT position FROM feed_counter WHERE organization_id = :id", id=RECEIVER) == []
    await two_referrals(world)
    assert (await after(receiver, cursor_at(RECEIVER, 2)))[:2] == (200, await ids(world, 0))


async def test_nobody_looks_through_the_gap(receiver: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_SCANNED", 3)
    await two_referrals(world)
    at_backup = await stood(world)
    await back_to(world, at_backup)
    await two_referrals(world)
    looks = 0
    async with world.database.transaction(Caller.system("test")) as tx:
        found, position, more = 0, 0, True
        while more:
            part = await reading.read_after(tx, RECEIVER, position, 100)
            found, position, more, looks = found + len(part.items), part.position, part.more, looks + 1
    assert (found, position) == (len(await world.feed(RECEIVER)), await stood(world))
    assert looks < 10


async def test_who_asks_for_all_again_is_told_how_many_there_are(world: World) -> None:
    await two_referrals(world)
    began, caller = datetime.now(UTC), Caller("x", RECEIVER, "nngo", OPERATOR)
    await back_to(world, await stood(world) - 1)
    await two_referrals(world)
    async with world.database.transaction(caller) as tx:
        for since, expected in ((began - timedelta(hours=1), await ids(world, 0)), (began, await ids(world, 10**9))):
            start, newest = await store.before(tx, caller, since)
            assert await store.between(tx, caller, start, newest) == len(expected)


async def test_a_subscription_and_a_stream_go_on_too(receiver: Client, world: World) -> None:
    one = await made(receiver, types=["org.ihala.referral.started"])
    await two_referrals(world)
    await back_to(world, 0)
    await two_referrals(world)
    assert await receiver.types(one) == ["referral.started"] * 2
    headers = receiver.headers | {"Accept": "text/event-stream", "Last-Event-ID": cursor_at(RECEIVER, 2)}
    async with receiver.http.get("/v1/events", headers=headers) as answer:
        last = [line.decode() async for line in until_all_came(answer, len(await ids(world, 0)))][-1]
    assert following.position_of(last.removeprefix("id: ").strip(), RECEIVER) == await stood(world)


async def until_all_came(answer: aiohttp.ClientResponse, events: int) -> Any:
    """Yield a stream's lines that tell an id, until so many events came."""
    came = 0
    async for line in answer.content:
        came += line.startswith(b"data:")
        if line.startswith(b"id:"):
            yield line
            if came == events:
                return


async def test_who_waits_with_a_cursor_of_the_lost_time_is_woken(world: World, database: Database) -> None:
    caller, wakeups = Caller("x", RECEIVER, "nngo", OPERATOR), world.service.wakeups
    await two_referrals(world)
    lost = cursor_at(RECEIVER, await stood(world))
    await back_to(world, 1)
    async with world.listening():
        await two_referrals(world)
        page = await following.follow(database, wakeups, caller, lost, following.everything, 20, 100)
    assert [str(item.event_id) for item in page.items] == await ids(world, 1)
