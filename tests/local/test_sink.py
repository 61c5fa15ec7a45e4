"""The page of what was sent: languages, parts, states, refusals; and outages that somebody asks for."""

import asyncio
import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import aiosmtplib
import pytest
from aiohttp import web
from ihala_local.ports import HOST
from ihala_local.sink import mail, script, smsc, words
from ihala_local.sink.alphabet import size_of
from ihala_local.sink.http import application
from ihala_local.sink.kept import Messages
from ihala_local.sink.outage import Outages
from ihala_local.sink.page import language_in, page_of, state_of
from ihala_local.sink.script import Callback

ARABIC, KURDISH, ENGLISH = "لديكم خبر جديد.", "هەواڵێکی نوێتان هەیە.", "You have news."


@pytest.fixture
def messages(tmp_path: Path) -> Messages:
    return Messages(tmp_path / "messages.jsonl")


@pytest.fixture
async def outages(messages: Messages) -> AsyncIterator[Outages]:
    made = Outages(smsc.Smsc(messages), mail.Mailbox(messages), HOST)
    await made.open()
    assert made._listening is not None
    made.smpp_port = made._listening.sockets[0].getsockname()[1]
    yield made
    await made.change("smpp", away=True)


@pytest.fixture
async def sink(messages: Messages, outages: Outages) -> AsyncIterator[aiohttp.ClientSession]:
    runner = web.AppRunner(application(messages, Callback(None), outages))
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    async with aiohttp.ClientSession(f"http://{HOST}:{runner.addresses[0][1]}") as session:
        yield session
    await runner.cleanup()


async def sms(sink: aiohttp.ClientSession, to: str = "+9647000000001", text: str = ENGLISH) -> int:
    async with sink.post("/sms", json={"id": f"{to} {text}", "to": to, "text": text}) as answer:
        return answer.status


@pytest.mark.parametrize(("text", "language"), [(ARABIC, "ar"), (KURDISH, "ckb"), (ENGLISH, "en"), ("", "en"), ("+964 5", "en")])
def test_a_text_is_known_by_its_letters(text: str, language: str) -> None:
    assert language_in(text) == language


@pytest.mark.parametrize(
    ("text", "found"),
    [("x" * 160, ("GSM-7", 160, 1, 160)), ("x" * 161, ("GSM-7", 161, 2, 306)), ("€" * 81, ("GSM-7", 162, 2, 306)),
     ("ب" * 70, ("UCS-2", 70, 1, 70)), ("ب" * 71, ("UCS-2", 71, 2, 134)), ("😀" * 36, ("UCS-2", 72, 2, 134))],
)  # fmt: skip
def test_a_text_has_its_size(text: str, found: tuple[str, int, int, int]) -> None:
    size = size_of(text)
    assert (size.alphabet, size.letters, size.parts, size.room) == found


@pytest.mark.parametrize(
    ("digits", "seconds", "state"),
    [("0001", 0, "arrived"), ("9001", 0, "never"), ("9002", 0, "late"), ("9002", script.LATE_SECONDS + 1, "arrived"),
     ("9003", 0, "unknown"), ("9004", 0, "off"), ("9005", 99, "silent"), ("9006", 0, "busy")],
)  # fmt: skip
def test_what_becomes_of_it_is_what_its_number_does(digits: str, seconds: float, state: str) -> None:
    at = datetime.now(UTC)
    message = {"way": "smpp", "to": f"+964700000{digits}", "received_at": at.isoformat()}
    assert state_of(message, at + timedelta(seconds=seconds)) == state


def test_every_number_of_the_script_is_explained() -> None:
    assert words.SCRIPT.keys() == script.FATES.keys()


@pytest.mark.parametrize(
    ("language", "direction", "title"), [("ar", "rtl", "الرسائل"), ("ckb", "rtl", "نامەکان"), ("en", "ltr", "Messages")]
)
async def test_the_page_speaks_the_readers_language(sink: aiohttp.ClientSession, language: str, direction: str, title: str) -> None:
    for text in (ARABIC, KURDISH, ENGLISH):
        assert await sms(sink, text=text) == 200
    assert await sms(sink, "+9647000009003") == 422
    asked: list[dict[str, Any]] = [{"params": {"language": language}}, {"headers": {"Accept-Language": language}}]
    for how in asked:
        async with sink.get("/", **how) as answer:
            page = await answer.text()
        assert f'<html lang="{language}" dir="{direction}">' in page and f"<h1>{title}</h1>" in page
        assert f'<article lang="ckb" class="well"><p dir="auto">{KURDISH}</p>' in page
        assert words.STATES["unknown"].spoken(language) in page  # type: ignore[arg-type]
        assert page.index(ARABIC) < page.index(KURDISH), "on a phone the oldest stands first"


def test_what_came_is_shown_as_text(messages: Messages) -> None:
    hostile = "<script>alert(1)</script>"
    messages.keep({"id": "1", "to": f'a"{hostile}@example.org', "subject": hostile, "text": hostile, "way": "mail"})
    assert "<script" not in page_of(messages, set(), "en")


async def test_a_refused_text_is_told_once_with_its_tries(sink: aiohttp.ClientSession, messages: Messages) -> None:
    for _ in range(3):
        assert await sms(sink, "+9647000009006") == 503
    assert messages.by_id == {} and [each["tries"] for each in messages.refused.values()] == [3]
    async with sink.get("/") as answer:
        assert "refused: busy · 3 tries" in await answer.text()


async def test_each_way_goes_and_comes_back(sink: aiohttp.ClientSession, outages: Outages) -> None:
    assert outages.mailbox is not None
    server = await mail.start(outages.mailbox, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    for away in (True, False):
        for way in ("smpp", "http", "mail"):
            async with sink.post("/outage", data={"way": way, "away": "yes" if away else "no"}) as answer:
                assert answer.status == 200
        assert await sms(sink) == (503 if away else 200)
        assert await binds(outages.smpp_port) is not away
        assert await takes_mail(port) is not away
    server.close()


async def test_an_outage_of_nothing_is_refused_and_a_browser_is_sent_back(sink: aiohttp.ClientSession) -> None:
    async with sink.post("/outage", data={"way": "pigeon", "away": "yes"}) as answer:
        assert answer.status == 400
    form = {"way": "http", "away": "yes", "language": "ckb"}
    async with sink.post("/outage", data=form, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/?language=ckb")


async def binds(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.write(struct.pack(">IIII", 16, 0x15, 0, 7))
    found = await reader.readexactly(16)
    writer.close()
    return found[4:8] == b"\x80\x00\x00\x15"


async def takes_mail(port: int) -> bool:
    try:
        await aiosmtplib.send(f"Message-ID: <{port}>\n\nx", sender="a@example.org", recipients=["b@example.org"], hostname=HOST, port=port)
    except aiosmtplib.SMTPRecipientsRefused:
        return False
    return True
