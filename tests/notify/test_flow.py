"""How messages flow: woken at once, many asked for together, shared by processes; what hangs holds up its own channel and nothing else."""

import asyncio
import base64
import contextlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch
from ihala_local.sink import mail
from ihala_local.sink.kept import Messages
from ihala_notify import flow, lanes, messages, queueing
from ihala_notify.app import create
from ihala_notify.channels.smtp import CONNECTIONS
from ihala_notify.channels.ways import HandedOver, Outgoing
from ihala_notify.lanes import HELD_FOR_EACH_PLACE, Lane, NoPlace
from sqlalchemy import text

from tests.notify.peers import Peers
from tests.notify.test_sender import OWN, events
from tests.notify.world import World

HOST = "127.0.0.1"
MAIL = {"channel": "email", "number": None, "email": "somebody@example.org"}


@pytest.fixture(autouse=True)
def own_phone(peers: Peers) -> None:
    peers.contact = dict(OWN)


@pytest.fixture(autouse=True)
def never_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes within these tests' time was woken."""
    monkeypatch.setattr(flow, "POLL_SECONDS", 30.0)


@asynccontextmanager
async def following(world: World) -> AsyncIterator[None]:
    """Run what sends, as a process does."""
    task = asyncio.create_task(world.flow.follow(world.database))
    await listening(world)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def listening(world: World, number: int = 1) -> None:
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = :name AND datname = current_database()"
    async with asyncio.timeout(30):
        while len(await world.rows(query, name=flow.APPLICATION)) < number:
            await asyncio.sleep(0.01)


async def states(world: World) -> dict[str, int]:
    rows = await world.rows("SELECT state, count(*)::int AS n FROM message GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def until_states(world: World, **expected: int) -> None:
    async with asyncio.timeout(30):
        while await states(world) != expected:
            await asyncio.sleep(0.02)


async def test_another_process_s_event_wakes_it(world: World, peers: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "POLL_SECONDS", 600)
    other = Database(world.service.settings)
    await other.start()
    await world.introduce()
    async with following(world):
        await World(world.service, other).announce(uuid4())
        await until_states(world, delivered=1)
    await other.stop()
    assert len(peers.sent) == 1


async def test_what_is_tried_again_needs_no_event(world: World, peers: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "POLL_SECONDS", 0.02)
    async with following(world):
        peers.sms_status = 503
        await world.identify(uuid4())
        await until_states(world, waiting=1)
        peers.sms_status = 202
        await world.hurry()
        await until_states(world, delivered=1)


async def test_many_are_asked_for_in_few_calls_and_settled_together(world: World, peers: Peers) -> None:
    needs = await world.queue(150)
    await world.send()
    assert sorted(peers.contacts_asked) == sorted(map(str, needs))
    assert peers.bulks_asked <= 4
    assert len({sms["id"] for sms in peers.sent}) == len(peers.sent) == 150
    assert await states(world) == {"delivered": 150}
    assert await events(world) == ["message-delivered"] * 150


async def test_what_is_queued_in_a_moment_is_asked_for_together(world: World, peers: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "MOMENT_SECONDS", 1.0)
    await world.introduce()
    async with following(world):
        await until_states(world)
        for _ in range(4):
            await world.announce(uuid4())
        await until_states(world, delivered=4)
    assert (len(peers.contacts_asked), peers.bulks_asked) == (4, 1)


async def test_a_hundred_refusals_in_many_words_are_understood(world: World, peers: Peers) -> None:
    peers.contact_status, peers.contact = 409, {"detail": "لا" * 500}
    await world.queue(100)
    await world.send()
    assert await states(world) == {"failed": 100}


async def test_two_processes_share_what_waits(world: World, peers: Peers) -> None:
    other = Database(world.service.settings)
    await other.start()
    second = World(create(world.service.settings), other)  # type: ignore[arg-type]
    await world.queue(300)
    tried = await asyncio.gather(world.flow.drain(world.database), second.flow.drain(other))
    await other.stop()
    assert min(tried) > 0
    assert len(peers.sent) == 300
    assert await states(world) == {"delivered": 300}


@asynccontextmanager
async def by_mail(world: World, server: asyncio.Server) -> AsyncIterator[World]:
    change = {"smtp_host": HOST, "smtp_port": server.sockets[0].getsockname()[1], "smtp_security": "none"}
    yield World(create(world.service.settings.model_copy(update=change)), world.database)  # type: ignore[arg-type]
    server.close()


async def test_a_mail_server_that_hangs_holds_up_no_sms(world: World, peers: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "STUCK_SECONDS", 0.1)
    hanging = await asyncio.start_server(lambda *_: None, HOST, 0)
    mails = HELD_FOR_EACH_PLACE * CONNECTIONS + 60
    async with by_mail(world, hanging) as other:
        needs = await world.queue(mails)
        peers.contact_of = {str(need): MAIL for need in needs}
        async with following(other):
            await asyncio.sleep(0.2)
            async with asyncio.timeout(10):
                for _ in range(5):
                    await world.announce(uuid4())
                while len(peers.sent) < 5:
                    await asyncio.sleep(0.02)
    kept = await world.rows("SELECT state, channel, attempts FROM message WHERE state <> 'delivered'")
    assert len(kept) == mails
    back = [row for row in kept if row["state"] == "waiting"]
    assert len(back) >= 60 and {(row["channel"], row["attempts"]) for row in back} == {("email", 0)}  # none of them was tried


async def test_what_found_no_room_is_sent_when_there_is(world: World, peers: Peers, tmp_path: Any) -> None:
    kept = Messages(tmp_path / "mails.jsonl")
    async with by_mail(world, await mail.start(kept, HOST, 0)) as other:
        needs = await world.queue(120)
        peers.contact_of = {str(need): MAIL | {"email": f"one{number}@example.org"} for number, need in enumerate(needs)}
        await other.send()
    assert len(kept.by_id) == 120
    assert await states(world) == {"delivered": 120}
    assert {row["attempts"] for row in await world.rows("SELECT attempts FROM message")} == {1}


async def test_what_cannot_be_settled_now_is_settled_later_and_not_sent_again(
    world: World, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "POLL_SECONDS", 0.02)
    settle, failures = messages.settle, iter([OSError, OSError])

    async def failing(*given: Any) -> Any:
        if error := next(failures, None):
            raise error
        return await settle(*given)

    monkeypatch.setattr(messages, "settle", failing)
    await world.queue(3)
    async with following(world):
        await until_states(world, delivered=3)
    assert len(peers.sent) == 3


class Naming:
    """A way that calls its second text something that PostgreSQL cannot keep."""

    name = "sms"

    def __init__(self, odd: str) -> None:
        self.odd, self.sent = odd, list[str]()

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        self.sent.append(str(outgoing.id))
        return HandedOver("one", (self.odd if len(self.sent) == 2 else str(outgoing.id),))


@pytest.mark.parametrize("odd", [base64.b85encode(os.urandom(20_000)).decode(), "a\0b"], ids=["long", "zero"])
async def test_what_cannot_be_written_of_one_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch, odd: str) -> None:
    monkeypatch.setattr(world.flow.sender, "channels", {"sms": Naming(odd)})
    await world.queue(5)
    async with following(world):
        await until_states(world, sent=5)
        await world.announce(uuid4())
        await until_states(world, sent=6)
    assert len(world.flow.sender.channels["sms"].sent) == 6  # type: ignore[attr-defined]
    nameless = "SELECT next_at - handed_at AS waits FROM message WHERE id NOT IN (SELECT message_id FROM message_part)"
    assert await world.rows(nameless) == [{"waits": timedelta(hours=72)}]


async def test_and_is_settled_when_the_process_is_told_to_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.flow.sender, "channels", {"sms": Naming("a\0b")})
    await world.queue(3)
    async with world.flow._run(world.database) as run, asyncio.timeout(30):
        await run.beat()
        while len(run._ended) < 3:
            await asyncio.sleep(0.01)
    assert await states(world) == {"sent": 3}


async def test_what_ended_is_settled_when_the_process_is_told_to_end(world: World, peers: Peers) -> None:
    world.flow.gather_seconds = 30
    await world.queue(2)
    async with following(world):
        async with asyncio.timeout(10):
            while len(peers.sent) < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert await states(world) == {"sending": 2}
    assert await states(world) == {"delivered": 2}


async def test_a_lane_has_places_and_a_little_room_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "STUCK_SECONDS", 0.05)
    lane, go = Lane(2), asyncio.Event()
    assert lane.room == 2 * HELD_FOR_EACH_PLACE

    async def hold() -> bool:
        try:
            async with lane.place(0.1):
                await go.wait()
        except NoPlace:
            return False
        return True

    held = [asyncio.create_task(hold()) for _ in range(4)]
    await asyncio.sleep(0.01)
    assert lane.room == 2 * HELD_FOR_EACH_PLACE - 4
    await asyncio.sleep(0.15)
    assert lane.room == 0  # nothing moved for long
    assert not await hold()
    go.set()
    assert await asyncio.gather(*held) == [True, True, False, False]
    assert lane.room == 2 * HELD_FOR_EACH_PLACE


async def test_whom_nobody_can_write_to_now_is_not_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "STUCK_SECONDS", -1.0)
    async with world.flow._run(world.database) as run:
        assert run._rooms()[messages.UNKNOWN] > 0
        lane = run.lanes["sms"]
        async with contextlib.AsyncExitStack() as held:
            for _ in range(world.flow.places["sms"]):
                await held.enter_async_context(lane.place(1))
            assert run._rooms()[messages.UNKNOWN] == 0


async def test_what_was_settled_long_ago_costs_a_claim_nothing(world: World) -> None:
    await world.queue(20_000)
    await world.rows("UPDATE message SET state = 'delivered', next_at = NULL, settled_at = now() RETURNING 1")
    await world.queue(300)
    async with world.database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE message"))
    async with world.database.transaction(Caller.system("send")) as tx:
        now = datetime.now(UTC)
        values = (["", "sms", "email"], [200, 200, 80], now, ["need-closed"], now)
        plan = "\n".join(row[0] for row in await fetch(tx, f"EXPLAIN {messages._CLAIM}", *values))
        assert "Seq Scan on message" not in plan and "Index Scan using message_due_in_lane" in plan
        assert "using message_by_need on message later" in plan  # what each need was told since
        result = {"id": str(uuid4()), "attempts": 1, "lease_until": now.isoformat(), "state": "delivered", "untried": False}
        plan = "\n".join(
            (await tx.execute(text(f"EXPLAIN {messages._SETTLE.text}"), {"results": json.dumps([result]), "now": now})).scalars()
        )
        assert "Seq Scan on message" not in plan
        withdrawn = {"need_id": uuid4(), "referral_id": None, "only": None, "before": None, "now": now, "at": now}
        for query, index in ((queueing._LAST_TRY, "by_need"), (queueing._DROP, "open"), (queueing._HURRY, "open")):
            plan = "\n".join((await tx.execute(text(f"EXPLAIN {query.text}"), withdrawn)).scalars())
            assert f"message_{index}" in plan, plan
