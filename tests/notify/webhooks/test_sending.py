"""One request: what a receiver does comes back as a code, and nothing of it can hold us up or be read for ever."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from ihala_notify.webhooks import sending
from ihala_notify.webhooks.sending import Answer, masked, new_session, pause_asked, send

from tests.notify.webhooks.receiver import Receiver
from tests.notify.webhooks.rig import ALLOWED


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session(ALLOWED) as found:
        yield found


async def sent(session: aiohttp.ClientSession, receiver: Receiver, url: str = "") -> Answer:
    return await send(session, ALLOWED, url or receiver.address, {"webhook-id": "1"}, b'{"id":"1"}')


async def test_taken(session: aiohttp.ClientSession, receiver: Receiver) -> None:
    answer = await sent(session, receiver)
    assert (answer.delivered, answer.status, answer.head) == (True, 204, None)
    assert "cookie" not in receiver.headers[0] and receiver.headers[0]["accept-encoding"] == "identity"


async def test_what_hangs_is_given_up(session: aiohttp.ClientSession, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(number: int, event: dict[str, Any]) -> int:
        await asyncio.sleep(5)
        return 200

    receiver.answer = hang
    monkeypatch.setattr(session, "_timeout", aiohttp.ClientTimeout(total=0.1))
    answer = await sent(session, receiver)
    assert (answer.delivered, answer.reason) == (False, "timeout") and answer.took_ms < 2000
    assert sending.WITHIN_SECONDS == 15


async def test_a_long_answer_is_read_no_further_than_its_head(session: aiohttp.ClientSession, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: web.Response(text="y" * 5_000_000)
    answer = await sent(session, receiver)
    assert answer.delivered and answer.head == "y" * 200


async def test_nobody_there(session: aiohttp.ClientSession, receiver: Receiver) -> None:
    assert (await sent(session, receiver, "http://127.0.0.1:1/")).reason == "unreachable"
    assert (await sent(session, receiver, "http://127.0.0.2:1/")).reason == "address_refused"
    assert (await sent(session, receiver, "https://no-such-host.invalid/")).reason == "name_unknown"


async def test_a_receiver_without_tls_behind_https(session: aiohttp.ClientSession, receiver: Receiver) -> None:
    answer = await sent(session, receiver, receiver.address.replace("http:", "https:"))
    assert answer.reason in {"certificate_refused", "connection_lost", "unreachable"}


async def test_proxies_of_the_environment_are_not_used(
    session: aiohttp.ClientSession, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert (await sent(session, receiver)).delivered


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("", None), ("300", 300), ("0", 0), ("99999", 3600), ("9" * 400, 3600), ("-5", None), ("soon", None), ("٣٠", None),
        ("Sun, 22 Nov 2026 00:20:00 GMT", 1200), ("Sunday, 22-Nov-26 00:20:00 GMT", 1200), ("Sun Nov 22 00:20:00 2026", 1200),
        ("Sun, 22 Nov 2026 03:20:00 +0300", 1200), ("Mon, 23 Nov 2026 00:00:00 GMT", 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None), ("Wed, 21 Oct 99999 07:28:00 GMT", None), (f"Wed, 21 Oct {'9' * 30} 07:28:00 GMT", None),
    ],
)  # fmt: skip
def test_a_pause_may_be_asked_for_in_seconds_or_as_a_date(given: str, seconds: float | None) -> None:
    assert pause_asked(given, datetime(2026, 11, 22, tzinfo=UTC)) == seconds


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
