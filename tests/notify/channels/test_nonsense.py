"""Other systems that answer nonsense: the message waits or fails with a reason, is never lost, and no second text goes out for it."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from ihala_kit.db import Database
from ihala_local.sink.kept import Messages
from ihala_notify.app import Notify
from ihala_notify.channels import smtp
from ihala_notify.channels.smpp import connection
from ihala_notify.settings import SmsRoute

from tests.notify.channels.conftest import HOST, Network, sending_by
from tests.notify.channels.test_smpp import in_state, told, until_bound
from tests.notify.test_sender import events, outcome
from tests.notify.world import World

MEGABYTE = b"x" * 2**20
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[int]:
    """Serve raw TCP; give the port."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, HOST, 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


class Aggregator:
    """Takes requests and answers each with the same bytes; `ids` are those that it was asked to send."""

    def __init__(self, body: bytes, status: str = "200 OK", length: int | None = None) -> None:
        self.body, self.status, self.length, self.ids = body, status, length, list[str]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        self.ids.append(json.loads(await reader.readexactly(size))["id"])
        length = len(self.body) if self.length is None else self.length
        head = f"HTTP/1.1 {self.status}\r\nContent-Length: {length}\r\nConnection: close\r\nLocation: /\r\n\r\n".encode()
        writer.write(head + self.body)
        await writer.drain()


REFUSED, NONSENSE, AWAY = "sms_refused_in_answer", "sms_answer_not_understood", "sms_route_away"


@pytest.mark.parametrize(
    ("aggregator", "state", "reason"),
    [
        (Aggregator(b""), "delivered", None),
        (Aggregator(b'{"id": "its-own-name-for-it", "status": "queued"}'), "delivered", None),
        (Aggregator(b'{"errors": [], "error": null}'), "delivered", None),
        (Aggregator(b'{"error": "no credit"}'), "waiting", REFUSED),
        (Aggregator(b'{"errors": [{"code": 9}]}'), "waiting", REFUSED),
        (Aggregator(b'{"status": "Rejected"}'), "waiting", REFUSED),
        (Aggregator(b'{"success": false}'), "waiting", REFUSED),
        (Aggregator(b"<!doctype html><title>Sign in to this network</title>"), "waiting", NONSENSE),
        (Aggregator(b"nonsense"), "waiting", NONSENSE),
        (Aggregator(b"\xff\xfe\x00"), "waiting", NONSENSE),
        (Aggregator(b"[1]"), "waiting", NONSENSE),
        (Aggregator(b"[" * 60_000), "waiting", NONSENSE),
        (Aggregator(b'{"id": "' + MEGABYTE + b'"}'), "waiting", NONSENSE),
        (Aggregator(b'{"id":', length=500), "waiting", AWAY),
        (Aggregator(b"", "302 Found"), "waiting", "sms_route_302"),
        (Aggregator(MEGABYTE, "500 Oh"), "waiting", "sms_route_500"),
        (Aggregator(MEGABYTE, "422 No"), "failed", "sms_refused_422"),
        (Aggregator(b"", "999 What"), "waiting", "sms_route_999"),
    ],
    ids=lambda each: each.body[:20].decode("ascii", "replace") + each.status if isinstance(each, Aggregator) else None,
)
async def test_an_aggregator(service: Notify, database: Database, aggregator: Aggregator, state: str, reason: str | None) -> None:
    aggregator.ids.clear()
    async with serving(aggregator.serve) as port:
        route = SmsRoute(name="one", kind="http", url=f"http://{HOST}:{port}/")
        async with sending_by(service, database, route) as world:
            need = await told(world)
            row = await outcome(world, need)
            assert (row["state"], row["reason"]) == (state, reason)
            if state == "waiting":
                aggregator.body, aggregator.status, aggregator.length = b"{}", "200 OK", None
                await world.hurry()
                await world.send()
            await is_settled(world, need, "failed" if state == "failed" else "delivered")
            assert set(aggregator.ids) == {str(row["id"])}, "one id, so whoever has it knows it"


async def is_settled(world: World, need: UUID, state: str) -> None:
    await in_state(world, need, state)
    assert await events(world) == [f"message-{state}"]


@pytest.mark.parametrize(("answer", "state"), [(b"Accepted", "delivered"), (b"<html>Sign in</html>", "waiting"), (b"", "waiting")])
async def test_an_aggregator_whose_right_answer_is_known(service: Notify, database: Database, answer: bytes, state: str) -> None:
    async with serving(Aggregator(answer).serve) as port:
        route = SmsRoute(name="one", kind="http", url=f"http://{HOST}:{port}/", expects="Accepted")
        async with sending_by(service, database, route) as world:
            assert (await outcome(world, await told(world)))["state"] == state


class Odd(Network):
    """An SMSC that answers a text with whatever it is told."""

    says: Callable[[int], bytes] = staticmethod(lambda _: b"")  # by the sequence number

    def _submitted(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        writer.write(self.says(sequence))


def unit(command: int, sequence: int, body: bytes = b"", status: int = 0, length: int | None = None) -> bytes:
    head = [16 + len(body) if length is None else length, command, status, sequence]
    return b"".join(number.to_bytes(4, "big") for number in head) + body


@pytest.mark.parametrize(
    ("says", "state", "reasons"),
    [
        (lambda n: b"HTTP/1.1 400 Bad Request\r\n\r\n", "waiting", {"sms_route_silent"}),
        (lambda n: unit(0x80000004, n, b"id\0", length=2**31), "waiting", {"sms_route_silent"}),
        (lambda n: unit(0x80000004, n, length=3), "waiting", {"sms_route_silent"}),
        (lambda n: unit(0x80000004, n + 1000, b"other\0"), "waiting", {"sms_route_silent"}),
        (lambda n: unit(0x80000000, n, status=3), "waiting", {"sms_status_0x3"}),
        (lambda n: unit(0x80000004, n, b"\xff" * 70), "delivered", {None}),  # taken, under a name that nobody can read
        (lambda n: unit(0x80000004, n, base64.b85encode(os.urandom(20_000)) + b"\0"), "delivered", {None}),  # and that no table holds
        (lambda n: unit(0x80000004, n), "delivered", {None}),
        (lambda n: unit(0x80000004, n, b"good\0") * 3, "sent", {None}),
        (lambda n: unit(0x99, 1) + unit(0x80000004, n, b"good\0"), "sent", {None}),
        (lambda n: unit(5, 1, b"\xff") + unit(5, 2) + unit(0x80000004, n, b"good\0"), "sent", {None}),  # receipts of nothing
    ],
    ids=[
        "http", "length of 2 GB", "length of 3", "another's answer", "nack", "id without end", "long id", "no id", "thrice", "unknown",
        "receipts",
    ],
)  # fmt: skip
async def test_an_smsc(
    service: Notify, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: Any, state: str, reasons: set[str | None]
) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.1)
    smsc = Odd(Messages(tmp_path / "odd.jsonl"), password="secret")
    await smsc.up()
    smsc.says = says
    async with sending_by(service, database, smsc.route()) as world:
        row = await outcome(world, await told(world))
        assert row["state"] == state and row["reason"] in reasons
        await until_bound(smsc)
    await smsc.down()


@pytest.mark.parametrize(
    "hello",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0",
        MEGABYTE,
        unit(0x80000009, 99),
        unit(0x80000000, 1, status=2),
        unit(0x80000009, 1, status=5),
    ],
    ids=["http", "a zero", "a megabyte", "another's answer", "nack", "refusal"],
)
async def test_what_is_no_smsc_is_left_and_messages_wait(
    service: Notify, database: Database, monkeypatch: pytest.MonkeyPatch, hello: bytes
) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.1)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(16)
        writer.write(hello)
        await reader.read(2**16)

    async with serving(greet) as port:
        route = SmsRoute(name="one", kind="smpp", url=f"smpp://{HOST}:{port}", system_id="ihala")
        async with sending_by(service, database, route) as world:
            row = await outcome(world, await told(world))
            assert (row["state"], row["reason"]) == ("waiting", "sms_route_away")


class Post:
    """A mail server by its lines: what it greets with, and what it answers to some commands; `mails` is how many it took whole."""

    def __init__(self, greeting: bytes = b"220 x\r\n", **answers: bytes) -> None:
        self.greeting, self.answers, self.mails = greeting, answers, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting)
        while line := await reader.readline():
            word = line[:4].decode().strip().lower()
            writer.write(self.answers.get(word, {"data": b"354 go\r\n", "quit": b"221 x\r\n"}.get(word, b"250 x\r\n")))
            if word == "data" and self.answers.get("data") is None:
                await reader.readuntil(b"\r\n.\r\n")
                self.mails += 1
                writer.write(self.answers.get("mail_taken", b"250 x\r\n"))
                await writer.drain()
                if self.answers.get("mail_taken") == b"":
                    return


@pytest.mark.parametrize(
    ("post", "reason", "state"),
    [
        (Post(b"<html>\r\n"), "mail_server_away", "waiting"),
        (Post(MEGABYTE), "mail_server_away", "waiting"),
        (Post(b"\xff\xfe\r\n"), "mail_server_away", "waiting"),
        (Post(b"554 no\r\n"), "mail_server_away", "waiting"),
        (Post(rcpt=b"<html>\r\n"), "mail_server_silent", "failed"),
        (Post(rcpt=b"250-" + b"y" * 70_000 + b"\r\n"), "mail_server_silent", "failed"),
        (Post(data=b"250 no\r\n"), "mail_server_silent", "failed"),
        (Post(mail_taken=b"<html>\r\n"), "mail_server_silent", "failed"),
        (Post(mail_taken=b""), "mail_server_silent", "failed"),
        (Post(mail_taken=b"451 later\r\n"), "mail_server_busy", "waiting"),
        (Post(mail_taken=b"554 spam\r\n"), "mail_refused", "failed"),
        (Post(mail_taken=b"550 5.1.1 no such mailbox\r\n"), "mail_refused", "failed"),
        (Post(rcpt=b"550 5.2.2 mailbox full\r\n"), "address_refused", "failed"),
        (Post(rcpt=b"550 No such mailbox\r\n"), "address_refused", "failed"),
        (Post(rcpt=b"550 5.7.1 We do not relay\r\n"), "mail_server_refuses", "waiting"),
        (Post(mail=b"550 5.1.8 Sender refused\r\n"), "mail_server_refuses", "waiting"),
        (Post(mail=b"550 Daily quota\r\n"), "mail_server_refuses", "waiting"),
        (Post(mail_taken=b"550-5.4.5 Daily quota\r\n550 5.4.5 of mails\r\n"), "mail_server_refuses", "waiting"),
        (Post(ehlo=b"554 no\r\n", helo=b"554 no\r\n"), "mail_server_refuses", "waiting"),
    ],
    ids=[
        "html", "a megabyte", "no letters", "554", "rcpt: html", "rcpt: long", "data: 250", "taken? html", "taken? silent", "taken? 451",
        "taken? 554", "taken? 5.1.1", "rcpt: full", "rcpt: 550", "rcpt: no relay", "from: 5.1.8", "from: quota", "taken? quota",
        "ehlo: 554",
    ],
)  # fmt: skip
async def test_a_mail_server(
    service: Notify, database: Database, peers: Any, monkeypatch: pytest.MonkeyPatch, post: Post, reason: str, state: str
) -> None:
    """What may have gone is tried twice, never a third time."""
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.15)
    peers.contact |= {"channel": "email", "email": "somebody@example.org"}
    async with serving(post.serve) as port:
        settings = {"smtp_host": HOST, "smtp_port": port, "smtp_security": "none", "smtp_sender": "no-reply@example.org"}
        changed = service.settings.model_copy(update=settings)
        monkeypatch.setattr(service, "settings", changed)
        async with sending_by(service, database) as world:
            need = await told(world)
            for _ in range(3):
                await world.hurry()
                await world.send()
            row = await outcome(world, need)
            assert (row["state"], row["reason"]) == (state, reason)
            if reason == "mail_server_silent":
                assert post.mails <= 2 and row["attempts"] == 2


async def test_contacts_that_come_in_pieces_are_read_whole(by_smpp: World, peers: Any) -> None:
    peers.in_pieces = True
    await in_state(by_smpp, await told(by_smpp), "delivered")
