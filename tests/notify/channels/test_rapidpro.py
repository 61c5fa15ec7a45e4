"""RapidPro's way there and back, and who may say what became of a message."""

from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from ihala_kit.db import Database
from ihala_local.sink import http as sink
from ihala_local.sink.kept import Messages
from ihala_local.sink.script import FATES, Callback
from ihala_notify.app import Notify
from ihala_notify.channels.receipts_http import listening
from ihala_notify.receipts import Receipts
from ihala_notify.settings import SmsRoute

from tests.notify.channels.conftest import HOST, sending_by
from tests.notify.channels.test_smpp import in_state, told
from tests.notify.test_sender import events
from tests.notify.world import World

SECRET = "receipts-of-two"


@pytest.fixture
async def aggregator(database: Database, tmp_path: Any) -> Any:
    """An aggregator as RapidPro knows them, which calls back; give its address and what it kept."""
    messages = Messages(tmp_path / "rapidpro.jsonl")
    async with listening(Receipts(database), {"two": SECRET}, HOST, 0) as receipts:
        runner = web.AppRunner(sink.application(messages, Callback(f"{receipts}/receipts/two", SECRET)))
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}", messages, receipts
        await runner.cleanup()


def by_rapidpro(address: str) -> SmsRoute:
    return SmsRoute.model_validate({
        "name": "two", "kind": "rapidpro", "url": f"{address}/rapidpro", "channel": str(UUID(int=2)), "receipt_secret": SECRET,
        "sender": "Ihala",
    })  # fmt: skip


async def test_rapidpros_way_there_and_back(service: Notify, database: Database, aggregator: Any) -> None:
    address, messages, _ = aggregator
    async with sending_by(service, database, by_rapidpro(address)) as world:
        need = await told(world)
        row = await in_state(world, need, "delivered")
        assert (row["route"], row["parts"]) == ("two", 2)
        assert [each["id"] for each in messages.by_id.values()] == [str(row["id"])]
        assert await events(world) == ["message-delivered"]


@pytest.mark.parametrize(("digits", "reason"), [("9001", "permanent_failed"), ("9003", "sms_refused_422")])
async def test_rapidpros_bad_news(service: Notify, database: Database, aggregator: Any, peers: Any, digits: str, reason: str) -> None:
    assert digits in FATES
    peers.contact |= {"number": f"+964700000{digits}"}
    async with sending_by(service, database, by_rapidpro(aggregator[0])) as world:
        row = await in_state(world, await told(world), "failed")
        assert (row["failure"], row["reason"]) == ("permanent", reason)


@pytest.mark.parametrize(
    ("path", "secret", "body", "status"),
    [
        ("two/delivered", SECRET, {"id": "never-heard-of"}, 204),  # it may be early: it is kept until its message comes
        ("two/sent", SECRET, {"id": "x"}, 204),
        ("two/delivered", "wrong", {"id": "x"}, 401),
        ("two/delivered", "", {"id": "x"}, 401),
        ("three/delivered", SECRET, {"id": "x"}, 401),
        ("two/exploded", SECRET, {"id": "x"}, 400),
        ("two/delivered", SECRET, {}, 400),
        ("two/delivered", SECRET, {"id": "x" * 101}, 400),
        ("two/delivered", SECRET, {"id": "x\ny"}, 400),
        ("two/delivered", SECRET, {"id": "x" * 20_000}, 413),
    ],
)
async def test_who_may_say_what_became_of_a_message(
    world: World, aggregator: Any, path: str, secret: str, body: dict[str, str], status: int
) -> None:
    url = f"{aggregator[2]}/receipts/{path}"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {secret}"}) as session:
        async with session.post(url, data=body) as answer:
            assert answer.status == status
        if status == 204:
            async with session.post(url, json=body) as answer:
                assert answer.status == 204
    kept = await world.rows("SELECT foreign_id, state FROM message_part")
    assert kept == ([{"foreign_id": "never-heard-of", "state": "delivered"}] if body.get("id") == "never-heard-of" else [])
