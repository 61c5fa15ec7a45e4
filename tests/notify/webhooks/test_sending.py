"""One request: what a receiver does comes back as a code, and nothing of it can hold us up or be read for ever."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pycurl
import pytest
from aiohttp import web
from ihala_local.tls import Certificates
from ihala_notify.webhooks import addresses, hands, sending
from ihala_notify.webhooks.sending import Answer, Client, masked

from tests.notify.webhooks.receiver import Receiver, receiving
from tests.notify.webhooks.rig import ALLOWED, SECONDS


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(ALLOWED) as found:
        yield found


async def sent(client: Client, receiver: Receiver, url: str = "") -> Answer:
    return await client.send(url or receiver.address, {"webhook-id": "1"}, b'{"id":"1"}')


async def test_taken(client: Client, receiver: Receiver) -> None:
    answer = await sent(client, receiver)
    assert (answer.delivered, answer.status, answer.head) == (True, 204, None)
    assert "cookie" not in receiver.headers[0] and receiver.headers[0]["accept-encoding"] == "identity"


async def test_what_hangs_is_given_up(client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(number: int, event: dict[str, Any]) -> int:
        await asyncio.sleep(5)
        return 200

    receiver.answer = hang
    assert sending.WITHIN_SECONDS == 15
    monkeypatch.setattr(sending, "WITHIN_SECONDS", 0.1)
    answer = await sent(client, receiver)
    assert (answer.delivered, answer.reason) == (False, "timeout") and answer.took_ms < 2000


async def test_a_long_answer_is_read_no_further_than_its_head(client: Client, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: web.Response(text="y" * 5_000_000)
    answer = await sent(client, receiver)
    assert answer.delivered and answer.head == "y" * 200


async def test_nobody_there(client: Client, receiver: Receiver) -> None:
    assert (await sent(client, receiver, "http://127.0.0.1:1/")).reason == "unreachable"
    assert (await sent(client, receiver, "http://127.0.0.2:1/")).reason == "address_refused"
    assert (await sent(client, receiver, "https://no-such-host.invalid/")).reason == "name_unknown"


async def test_a_receiver_without_tls_behind_https(client: Client, receiver: Receiver) -> None:
    answer = await sent(client, receiver, receiver.address.replace("http:", "https:"))
    assert answer.reason == "tls_failed"  # there is no certificate to be refused


async def test_a_connection_ends_some_time_however_busy_so_that_a_name_is_asked_again(
    client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hands._SETTINGS[pycurl.MAXLIFETIME_CONN] == 300
    monkeypatch.setitem(hands._SETTINGS, pycurl.MAXLIFETIME_CONN, 1)
    async with asyncio.timeout(SECONDS):
        while len(receiver.callers) < 2:  # each another connection
            assert (await sent(client, receiver)).delivered
            await asyncio.sleep(0.05)
    assert len(receiver.came) > 2


async def test_proxies_of_the_environment_are_not_used(client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert (await sent(client, receiver)).delivered


async def test_a_name_goes_where_it_was_found_to_lead_and_is_asked_for_once(receiver: Receiver) -> None:
    asked: list[str] = []

    def look(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    url = receiver.address.replace("127.0.0.1", "h.example")
    async with Client({"h.example"}, look) as client:
        assert [(await sent(client, receiver, url)).delivered for _ in range(3)] == [True] * 3
    assert asked == ["h.example"] and receiver.headers[0]["host"].startswith("h.example:")


async def test_no_socket_is_opened_to_an_address_within_whatever_led_there(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: True)  # the first lock is open
    async with Client(frozenset(), lambda host, port: ["127.0.0.1"]) as client:
        for url in (receiver.address.replace("http://127.0.0.1", "https://h.example"), receiver.address.replace("http:", "https:")):
            assert (await sent(client, receiver, url)).reason == "address_refused"


async def test_an_answer_in_parts_and_connections_that_end_with_each(client: Client, receiver: Receiver) -> None:
    async def parts(number: int, event: dict[str, Any]) -> web.Response:
        return web.Response(status=202, body=b"a" * 300, headers={"Connection": "close"} if number % 2 else {})

    receiver.answer = parts
    found = await asyncio.gather(*(sent(client, receiver) for _ in range(20)))
    assert {(each.delivered, each.head) for each in found} == {(True, "a" * 200)}


async def test_a_certificate_must_be_of_somebody_who_is_trusted_and_for_this_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Certificates(tmp_path)
    made.make()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.certificate("gateway"), made.key("gateway"))
    async with receiving(context) as receiver:
        for trusted, host, reason in (("", "localhost", "certificate_refused"), (str(made.authority), "localhost", None),
                                      (str(made.authority), "other.example", "certificate_refused")):  # fmt: skip
            monkeypatch.setenv("SSL_CERT_FILE", trusted)
            async with Client({"localhost", "other.example"}, lambda host, port: ["127.0.0.1"]) as client:
                assert (await sent(client, receiver, receiver.address.replace("127.0.0.1", host))).reason == reason


async def test_a_pause_may_be_asked_for_in_seconds_or_as_a_date(client: Client, receiver: Receiver) -> None:
    at = datetime.now(UTC) + timedelta(seconds=1200)
    inside = at.astimezone(timezone(timedelta(hours=3)))
    given: dict[str, float | None] = {
        "": None, "300": 300, "0": None, "99999": 3600, "-5": None, "soon": None, "Wed, 21 Oct 2015 07:28:00 GMT": None,
        f"Wed, 21 Oct {'9' * 30} 07:28:00 GMT": None, f"{at:%a, %d %b %Y %H:%M:%S} GMT": 1200, f"{at:%A, %d-%b-%y %H:%M:%S} GMT": 1200,
        f"{at:%a %b %d %H:%M:%S %Y}": 1200, f"{inside:%a, %d %b %Y %H:%M:%S} +0300": 1200, "Sun, 23 Nov 2036 00:00:00 GMT": 3600,
    }  # fmt: skip
    for asked, seconds in given.items():
        receiver.answer = partial(_busy, asked)
        found = (await sent(client, receiver)).pause_seconds
        assert found == (seconds if seconds is None else pytest.approx(seconds, abs=60)), asked


def _busy(asked: str, number: int, event: dict[str, Any]) -> web.Response:
    return web.Response(status=429, headers={"Retry-After": asked})


@pytest.mark.parametrize(
    ("read", "shown"),
    [
        (b"", None), (b"\x00\x01", None), (b"ok\r\nfine", "ok fine"), (b"call +964 (770) 123-4567 now", "call +… now"),
        ("رقم ٠٧٧٠١٢٣٤٥٦٧".encode(), "رقم …"), (b"to sara.k@example.org, please", "to … please"), (b"12345 is short", "12345 is short"),
        (b"see https://x.example/?token=abc", "see …"), (b"from 2001:db8::7334", "from …"), (b"\xff" * 3, "\ufffd" * 3),
        (b"<a@b.c> 'd@e.f'", "<…> '…'"),
    ],
)  # fmt: skip
def test_heads_are_masked(read: bytes, shown: str | None) -> None:
    assert masked(read) == shown


@pytest.mark.parametrize("word", ["a", "1", "a:", "1 ", "a@", ":", "http"])
def test_no_answer_takes_long_to_mask(word: str) -> None:
    def took() -> float:
        began = time.perf_counter()
        masked((word * 4096).encode()[:4096])
        return time.perf_counter() - began

    assert min(took() for _ in range(5)) < 0.02  # all lanes stand meanwhile
