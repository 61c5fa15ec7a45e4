"""A closed database: nobody works on it, the api says so, and whoever closes it waits for those who still do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from ihala_kit import closing
from ihala_kit.closing import Closed, Doorkeeper, Gate, StillWorking, at_work, closed
from ihala_kit.dsn import plain_dsn
from ihala_kit.settings import KitSettings


class Part:
    """A part of a process that runs until it is told to stop."""

    def __init__(self) -> None:
        self.began, self.runs, self.ended = 0, asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self.began += 1
        self.runs.set()
        self.ended.clear()
        try:
            await asyncio.Event().wait()
        finally:
            self.runs.clear()
            self.ended.set()


@pytest.fixture
async def gate(kit_settings: KitSettings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    monkeypatch.setattr(closing, "LOOK_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(closing, "GRACE_SECONDS", 0.1)
    made = Gate(kit_settings.database_url)
    following = asyncio.create_task(made.follow())
    yield made
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


@pytest.fixture
async def part(gate: Gate) -> AsyncIterator[Part]:
    made = Part()
    working = asyncio.create_task(gate.while_open(made))
    yield made
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


def owner_url(settings: KitSettings) -> str:
    assert settings.owner_database_url is not None
    return settings.owner_database_url


async def within(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), 15)


async def test_parts_rest_while_the_database_is_closed_and_go_on_when_it_opens(kit_settings: KitSettings, part: Part) -> None:
    await within(part.runs)
    async with closed(owner_url(kit_settings), "test"):
        assert part.ended.is_set()  # before whoever closed it begins
        await asyncio.sleep(0.1)
        assert part.began == 1
    await within(part.runs)
    assert part.began == 2


async def test_what_begins_on_a_closed_database_waits(kit_settings: KitSettings) -> None:
    async with closed(owner_url(kit_settings), "test"):
        gate, part = Gate(kit_settings.database_url), Part()
        tasks = [asyncio.create_task(gate.follow()), asyncio.create_task(gate.while_open(part))]
        await asyncio.sleep(0.1)
        assert (gate.closed, part.began) == (True, 0)
    await within(part.runs)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_goes_wrong_inside_leaves_it_closed(kit_settings: KitSettings, gate: Gate, part: Part) -> None:
    await within(part.runs)
    with pytest.raises(ValueError, match="wrong"):
        async with closed(owner_url(kit_settings), "test"):
            raise ValueError("wrong")
    await asyncio.sleep(0.1)
    assert gate.closed and not part.runs.is_set()
    async with closed(owner_url(kit_settings), "again"):
        pass
    await within(part.runs)


async def test_whoever_does_not_stop_is_told_of(kit_settings: KitSettings) -> None:
    frozen = await asyncpg.connect(plain_dsn(kit_settings.database_url))
    await frozen.execute("SELECT pg_advisory_lock_shared($1)", closing.LOCK)
    with pytest.raises(StillWorking, match="1 processes"):
        async with closed(owner_url(kit_settings), "test", within_seconds=0.1):
            pass
    assert await frozen.fetchval("SELECT count(*) FROM closed") == 1
    await frozen.close()


async def test_whoever_closes_it_beside_another_is_told_of_that_one(kit_settings: KitSettings) -> None:
    async with closed(owner_url(kit_settings), "first"):
        with pytest.raises(StillWorking, match="1 processes"):
            async with closed(owner_url(kit_settings), "second", within_seconds=0.1):
                pass


async def test_an_operators_command_does_nothing_on_a_closed_database_and_is_waited_for(kit_settings: KitSettings) -> None:
    async with closed(owner_url(kit_settings), "test"):
        with pytest.raises(Closed):
            async with at_work(kit_settings.database_url):
                pass
    async with at_work(kit_settings.database_url):
        with pytest.raises(StillWorking):
            async with closed(owner_url(kit_settings), "test", within_seconds=0.1):
                pass


async def test_a_part_that_takes_a_while_to_end_is_told_once(gate: Gate) -> None:
    told, began = [], asyncio.Event()

    async def part() -> None:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            try:
                await asyncio.sleep(0.2)  # twice as long as a request would be given
            except asyncio.CancelledError:
                told.append("again")

    working = asyncio.create_task(gate.while_open(part))
    await within(began)
    await gate._end_work()
    assert (told, gate._parts) == ([], set())
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_a_part_stops_when_the_connection_with_its_lock_is_lost(kit_settings: KitSettings, part: Part) -> None:
    """Another database may stand there when it comes back."""
    await within(part.runs)
    owner = await asyncpg.connect(plain_dsn(owner_url(kit_settings)))
    mine = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1"
    pid = await owner.fetchval(mine, closing.LOCK)
    await owner.close()
    user = await asyncpg.connect(plain_dsn(kit_settings.database_url))
    await user.execute("SELECT pg_terminate_backend($1)", pid)
    await user.close()
    await within(part.ended)
    await within(part.runs)
    assert part.began == 2


async def test_the_application_cannot_open_or_close_it(kit_settings: KitSettings) -> None:
    user = await asyncpg.connect(plain_dsn(kit_settings.database_url))
    for statement in ("INSERT INTO closed (why) VALUES ('x')", "DELETE FROM closed"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await user.execute(statement)
    await user.close()


async def test_a_request_is_sent_away_and_one_under_way_is_waited_for(kit_settings: KitSettings, gate: Gate) -> None:
    done, go_on = [], asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await go_on.wait()
        done.append(scope["path"])

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    door = Doorkeeper(app, gate)
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/v1/things", "headers": [], "query_string": b""}
    await within(gate.opened)
    under_way = asyncio.create_task(door(dict(scope), None, send))
    await asyncio.sleep(0.01)
    closer = asyncio.create_task(_hold_closed(owner_url(kit_settings), held := asyncio.Event(), free := asyncio.Event()))
    await asyncio.sleep(0.06)
    assert not held.is_set()
    go_on.set()
    await under_way
    await within(held)
    await door(dict(scope), None, send)
    await door(scope | {"path": "/health/live"}, None, send)
    assert done == ["/v1/things", "/health/live"]
    assert sent[0]["status"] == 503
    assert dict(sent[0]["headers"])[b"retry-after"] == b"30"
    free.set()
    await closer


@pytest.mark.parametrize("begun", [False, True])
async def test_a_request_that_outlasts_the_end_of_its_process_may_come_again(kit_settings: KitSettings, gate: Gate, begun: bool) -> None:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.Event().wait()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/v1/things", "headers": [], "query_string": b""}
    await within(gate.opened)
    under_way = asyncio.create_task(Doorkeeper(app, gate)(scope, None, send))
    await asyncio.sleep(0.01)
    under_way.cancel()  # as the server does, and the gate
    if begun:
        with pytest.raises(asyncio.CancelledError):
            await under_way
        assert [message["type"] for message in sent] == ["http.response.start"]
    else:
        await under_way
        assert (sent[0]["status"], dict(sent[0]["headers"])[b"retry-after"]) == (503, b"1")


async def _hold_closed(url: str, held: asyncio.Event, free: asyncio.Event) -> None:
    async with closed(url, "test"):
        held.set()
        await free.wait()
