"""Several routes: shares by weight, the shift when one fails or slows, and never by two at once."""

import asyncio
import contextlib
from uuid import uuid4

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_notify.app import Notify
from ihala_notify.channels import joining
from ihala_notify.channels import routes as routes_module
from ihala_notify.channels.http_sms import HttpSms, plain_json
from ihala_notify.channels.routes import LOOKS_BACK_SECONDS, Route, SmsRoutes
from ihala_notify.channels.ways import HandedOver, Outgoing, RefusedHere, Unsure
from ihala_notify.contacts import NotNow, Unreachable
from ihala_notify.receipts import Receipts

from tests.notify.channels.conftest import HOST, Network, sending_by
from tests.notify.channels.test_smpp import in_state, told, until, until_bound
from tests.notify.peers import Peers
from tests.notify.test_sender import events, outcome
from tests.notify.world import World


class Fake:
    """A route that does what it is told."""

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name, self.error, self.sent = name, error, 0

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        if self.error:
            raise self.error
        self.sent += 1
        return HandedOver(self.name)


async def send(routes: SmsRoutes, times: int = 1) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(times):
            await routes.send(session, Outgoing(new_id(), "+9647000000099", "x", "en"))


async def test_messages_are_shared_by_weight() -> None:
    one, two, none = Fake("one"), Fake("two"), Fake("none")
    await send(SmsRoutes([Route(one, 70), Route(two, 30), Route(none, 0)]), 2000)
    assert one.sent + two.sent == 2000
    assert 1300 < one.sent < 1500


async def test_a_message_keeps_its_route() -> None:
    routes = SmsRoutes([Route(Fake("one"), 5), Route(Fake("two"), 5)])
    for message_id in (new_id() for _ in range(50)):
        assert len({routes.order(message_id)[0].channel.name for _ in range(3)}) == 1


async def test_what_one_route_does_not_take_goes_by_the_other() -> None:
    one, two = Fake("one", NotNow("sms_route_away")), Fake("two")
    routes = SmsRoutes([Route(one, 99), Route(two, 1)])
    await send(routes, 20)
    assert two.sent == 20
    assert routes.routes[0].weight_now() == pytest.approx(99 * 0.02)  # a rare try finds it well again


async def test_a_slow_route_gets_less_and_has_it_back() -> None:
    route = Route(Fake("one"), 10)
    for number in range(20):
        route.noted(number % 2 == 0, at=number)
    assert route.weight_now(at=20) == pytest.approx(2.5)
    assert route.weight_now(at=20 + LOOKS_BACK_SECONDS) == 10


def test_a_few_bad_tries_conclude_nothing() -> None:
    route = Route(Fake("one"))
    for well in (False, False, False, False):
        route.noted(well, at=0)
    assert route.weight_now(at=1) == 1
    for _ in range(30):
        route.noted(True, at=1)
    assert route.weight_now(at=1) == 1  # 4 of 34 are within 15 %


async def test_what_one_refuses_another_is_asked_and_its_weight_tells_whose_fault_it_was() -> None:
    one, two = Fake("one", RefusedHere("sms_refused_400")), Fake("two")
    routes = SmsRoutes([Route(one, 99), Route(two, 1)])
    await send(routes, 20)
    assert two.sent == 20
    assert routes.routes[0].weight_now() == pytest.approx(99 * 0.02)


async def test_what_two_refuse_is_the_person_s_and_no_third_is_asked() -> None:
    one, two, three = Fake("one", RefusedHere("sms_refused_422")), Fake("two", RefusedHere("sms_refused_400")), Fake("three")
    routes = SmsRoutes([Route(one, 1e9), Route(two, 1), Route(three, 1e-9)])
    for _ in range(20):
        with pytest.raises(Unreachable):
            await send(routes)
    assert three.sent == 0 and [route.weight_now() for route in routes.routes] == [1e9, 1, 1e-9]


@pytest.mark.parametrize("error", [NotNow("sms_route_away"), Unsure("sms_route_silent"), Unreachable("number_unknown")])
async def test_after_one_refused_it_the_other_says_what_becomes_of_it(error: Exception) -> None:
    with pytest.raises(type(error)) as found:
        await send(SmsRoutes([Route(Fake("one", RefusedHere("sms_refused_400")), 1e9), Route(Fake("two", error), 1e-9)]))
    assert found.value is error


async def test_who_is_the_only_one_is_believed() -> None:
    with pytest.raises(RefusedHere):
        await send(SmsRoutes([Route(Fake("one", RefusedHere("sms_refused_422")), 1), Route(Fake("none"), 0)]))


class Hanging(Fake):
    """A route that takes and never answers."""

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        self.sent += 1
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_route_that_hangs_is_given_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes_module, "PATIENCE_SECONDS", 0.05)
    hanging, other = Hanging("one"), Fake("two")
    routes = SmsRoutes([Route(hanging, 3, places=5), Route(other, 1, places=5)])
    sending = [asyncio.create_task(send(routes)) for _ in range(100)]
    done, pending = await asyncio.wait(sending, timeout=1)
    assert (hanging.sent, other.sent, len(done), len(pending)) == (5, 95, 95, 5)
    assert routes.routes[0].weight_now() < 1
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)


@pytest.mark.parametrize("error", [Unsure("sms_route_silent"), Unreachable("number_unknown")])
async def test_what_may_have_gone_or_never_will_goes_by_no_other(error: Exception) -> None:
    one, two = Fake("one", error), Fake("two")
    with pytest.raises(type(error)):
        await send(SmsRoutes([Route(one, 1e9), Route(two, 1e-9)]))
    assert two.sent == 0


@pytest.mark.parametrize(("status", "reason"), [(404, "sms_route_404"), (410, "sms_route_410")])
async def test_a_path_that_is_no_more_is_nobody_s_failure(world: World, peers: Peers, status: int, reason: str) -> None:
    peers.sms_status = status
    need = await told(world)
    assert ((await outcome(world, need))["state"], (await outcome(world, need))["reason"]) == ("waiting", reason)
    peers.sms_status = 202
    await world.hurry()
    await world.send()
    assert (await outcome(world, need))["state"] == "delivered"


async def test_nobody_there_is_certain() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NotNow) as found:
            await HttpSms("one", "http://127.0.0.1:1/", plain_json()).send(session, Outgoing(uuid4(), "+9647000000099", "x", "en"))
        assert not isinstance(found.value, Unsure)


async def test_who_hangs_up_without_an_answer_may_have_taken_it() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, HOST, 0)
    url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}/"
    other = Fake("two")
    with pytest.raises(Unsure):
        await send(SmsRoutes([Route(HttpSms("one", url, plain_json()), 1e9), Route(other, 1e-9)]))
    assert other.sent == 0
    server.close()


@pytest.mark.parametrize(
    ("status", "unsure"),
    [(500, True), (502, True), (504, True), *((status, False) for status in (503, 429, 400, 401, 403, 404, 410, 413, 422))],
)
async def test_who_fails_on_it_may_have_taken_it_and_who_is_busy_or_refuses_has_not(peers: Peers, status: int, unsure: bool) -> None:
    peers.sms_status = status
    other = Fake("two")
    routes = SmsRoutes([Route(HttpSms("one", f"{peers.address}/sms", plain_json()), 1e9), Route(other, 1e-9)])
    with pytest.raises(Unsure) if unsure else contextlib.nullcontext():
        await send(routes)
    assert other.sent == (0 if unsure else 1)


async def test_a_port_for_receipts_that_is_taken_holds_up_no_smsc(
    service: Notify, database: Database, smsc: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "PORT_AGAIN_SECONDS", 0.02)
    taken = await asyncio.start_server(lambda *_: None, HOST, 0)
    port = taken.sockets[0].getsockname()[1]
    async with sending_by(service, database, smsc.route(), port=port) as world:
        await in_state(world, await told(world), "delivered")
        taken.close()
        await until(lambda: answers(port))


async def answers(port: int) -> bool:
    with contextlib.suppress(aiohttp.ClientError):
        async with aiohttp.ClientSession() as session, session.post(f"http://{HOST}:{port}/receipts/one/delivered") as answer:
            return answer.status == 401
    return False


async def test_an_smsc_that_goes_is_replaced_by_the_other(service: Notify, database: Database, smsc: Network, second: Network) -> None:
    async with sending_by(service, database, smsc.route("one", 1000), second.route("two", 1)) as world:
        await until_bound(smsc)
        await until_bound(second)
        await smsc.down()
        need = await told(world)
        row = await outcome(world, need)
        if row["reason"] == "sms_route_silent":  # it was lost with the text under way: the same route is asked first again
            await world.hurry()
            await world.send()
        row = await in_state(world, need, "delivered")
        assert (row["route"], len(second.messages.by_id)) == ("two", 1)


async def test_a_receipt_that_comes_twice_or_changes_its_mind_changes_nothing(service: Notify, database: Database, smsc: Network) -> None:
    async with sending_by(service, database, smsc.route()) as world:
        need = await told(world)
        await in_state(world, need, "delivered")
        for part in await world.rows("SELECT foreign_id FROM message_part"):
            await Receipts(database).told("one", part["foreign_id"], "permanent", "011")
            await Receipts(database).told("one", part["foreign_id"], "delivered", "000")
        assert (await outcome(world, need))["state"] == "delivered"
        assert await events(world) == ["message-delivered"]
