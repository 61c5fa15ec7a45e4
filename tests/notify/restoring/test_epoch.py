"""A feed whose positions were given anew, since notify's database came back from a backup: who follows it misses nothing."""

from typing import Any

import aiohttp
import pytest
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify import following
from ihala_notify.following import FIRST_EPOCH, cursor_at
from ihala_notify.restoring import epoch
from ihala_notify.subscriptions.reading import Place

from tests.notify.samples import OPERATOR, RECEIVER
from tests.notify.subscribing import Client, made, two_referrals
from tests.notify.world import World


@pytest.fixture
def receiver(http: aiohttp.ClientSession, mint: Mint) -> Client:
    return Client(http, mint, RECEIVER)


async def back_to(world: World, position: int) -> None:
    """Let the database be as it was when the receiver's feed had come so far, and begin the epoch that a restore begins."""
    await world.rows("DELETE FROM feed WHERE position > :n RETURNING position", n=position)
    await world.rows("UPDATE feed_counter SET position = least(position, :n) RETURNING position", n=position)
    async with world.database.transaction(Caller.system("restore")) as tx:
        await epoch.begin(tx)


async def after(receiver: Client, cursor: str) -> tuple[int, list[str], str]:
    """Return status, ids of the events after a cursor, and the cursor behind them."""
    async with receiver.http.get("/v1/events", params={"after": cursor}, headers=receiver.headers) as answer:
        page = await answer.json()
        return answer.status, [event["id"] for event in page.get("events", ())], page.get("cursor", "")


async def ids(world: World, above: int) -> list[str]:
    return [str(item["event_id"]) for item in await world.feed(RECEIVER) if item["position"] > above]


async def test_who_had_come_further_than_the_backup_goes_on_from_there_and_misses_nothing(receiver: Client, world: World) -> None:
    await world.introduce()
    await two_referrals(world)
    [stood] = await world.rows("SELECT position FROM feed_counter WHERE organization_id = :id", id=RECEIVER)
    _, _, at_backup = await after(receiver, cursor_at(RECEIVER, Place(FIRST_EPOCH, 0)))
    before_it = cursor_at(RECEIVER, Place(FIRST_EPOCH, 1))
    await two_referrals(world)
    _, lost, ahead = await after(receiver, at_backup)
    assert lost
    await back_to(world, stood["position"])
    await two_referrals(world)  # more than was lost: the old cursor lies below the new end
    await two_referrals(world)
    new = await ids(world, stood["position"])
    for cursor in (ahead, at_backup, cursor_without_epoch(ahead)):
        assert (await after(receiver, cursor))[:2] == (200, new), cursor
    assert (await after(receiver, before_it))[1] == await ids(world, 1)
    _, _, now = await after(receiver, ahead)
    await two_referrals(world)
    assert (await after(receiver, now))[1] == await ids(world, stood["position"] + len(new))


def cursor_without_epoch(cursor: str) -> str:
    """Return a cursor as it was given before there were epochs."""
    place = following.place_of(cursor, RECEIVER)
    assert place is not None
    return following.encoded((RECEIVER, place.position))


async def test_a_stream_and_a_subscription_go_on_from_there_too(receiver: Client, world: World) -> None:
    one = await made(receiver, types=["org.ihala.referral.started"])
    await two_referrals(world)
    await back_to(world, 0)
    await two_referrals(world)
    assert await receiver.types(one) == ["referral.started"] * 2
    headers = receiver.headers | {"Accept": "text/event-stream", "Last-Event-ID": cursor_at(RECEIVER, Place(FIRST_EPOCH, 2))}
    async with receiver.http.get("/v1/events", headers=headers) as answer:
        told = [line.decode() async for line in until_all_came(answer, len(await ids(world, 0)))]
    last = told[-1].removeprefix("id: ").strip()
    place = following.place_of(last, RECEIVER)
    assert place is not None and place.epoch > FIRST_EPOCH and place.position == len(await ids(world, 0))


async def until_all_came(answer: aiohttp.ClientResponse, events: int) -> Any:
    """Yield a stream's lines that tell an id, until so many events came."""
    came = 0
    async for line in answer.content:
        came += line.startswith(b"data:")
        if line.startswith(b"id:"):
            yield line
            if came == events:
                return


async def test_a_cursor_of_a_life_that_this_database_does_not_know_is_refused(receiver: Client, world: World) -> None:
    await two_referrals(world)
    first = cursor_at(RECEIVER, Place(FIRST_EPOCH, 1))
    await back_to(world, 2)
    _, _, second = await after(receiver, first)
    await world.rows("UPDATE feed_epoch SET epoch = 0, before = NULL RETURNING epoch")  # lost, too: the same backup once more
    await back_to(world, 2)
    assert (await after(receiver, second))[0] == 410
    assert (await after(receiver, first))[0] == 200
    await back_to(world, 2)  # and a second restore, of a later backup
    assert (await after(receiver, first))[0] == 410


async def test_an_epoch_is_later_than_any_before_also_where_a_clock_is_wrong(world: World) -> None:
    await world.rows("UPDATE feed_epoch SET epoch = 9000000000000 RETURNING epoch")
    await back_to(world, 0)
    assert await world.rows("SELECT epoch, before FROM feed_epoch") == [{"epoch": 9000000000001, "before": 9000000000000}]


async def test_who_was_told_nothing_before_the_backup_begins_at_the_beginning(
    http: aiohttp.ClientSession, mint: Mint, world: World
) -> None:
    """Its feed has no counter when the epoch begins."""
    await back_to(world, 0)
    await two_referrals(world)
    status, found, _ = await after(Client(http, mint, RECEIVER), cursor_at(RECEIVER, Place(FIRST_EPOCH, 2)))
    assert (status, found) == (200, await ids(world, 0))


async def test_a_poll_with_a_cursor_of_the_lost_time_does_not_take_it_for_the_end(
    receiver: Client, world: World, database: Database
) -> None:
    """The position is the newest one by chance, and waiting would not be woken by what is there already."""
    caller = Caller("x", RECEIVER, "nngo", OPERATOR)
    wakeups = world.service.wakeups
    async with world.listening():
        await two_referrals(world)
        [stood] = await world.rows("SELECT position FROM feed_counter WHERE organization_id = :id", id=RECEIVER)
        await back_to(world, stood["position"])
    async with world.listening():
        await two_referrals(world)
        end = stood["position"] + len(await ids(world, stood["position"]))
        await following.follow(database, wakeups, caller, None, following.everything, 0, 100)
        lost = cursor_at(RECEIVER, Place(FIRST_EPOCH, end))
        page = await following.follow(database, wakeups, caller, lost, following.everything, 20, 100)
        assert [item.position for item in page.items] == list(range(stood["position"] + 1, end + 1))
