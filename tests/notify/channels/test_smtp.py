"""E-mail by SMTP to a server that takes it: three languages, TLS, one connection for many, and nothing in a header but what belongs."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock
from uuid import uuid4

import aiohttp
import aiosmtplib
import pytest
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_local.sink import mail
from ihala_local.sink.kept import Messages
from ihala_local.tls import Certificates
from ihala_notify.app import Notify, create
from ihala_notify.channels import smtp as smtp_of_ours
from ihala_notify.channels.smtp import CONNECTIONS, Smtp
from ihala_notify.channels.ways import Outgoing, Unsure
from ihala_notify.contacts import NotNow, Unreachable
from ihala_notify.wording import Language

from tests.notify.peers import Peers
from tests.notify.test_sender import outcome
from tests.notify.world import World

HOST, SENDER = "127.0.0.1", "no-reply@ihala.example"


class Post:
    """A mail server and what it kept."""

    def __init__(self, folder: Path) -> None:
        self.messages = Messages(folder / "mails.jsonl")
        self.port = 0
        self.server: asyncio.Server | None = None

    async def up(self, tls: ssl.SSLContext | None = None) -> None:
        self.server = await mail.start(self.messages, HOST, self.port, tls)
        self.port = self.server.sockets[0].getsockname()[1]

    def down(self) -> None:
        assert self.server is not None
        self.server.close()

    def kept(self) -> list[dict[str, Any]]:
        return list(self.messages.by_id.values())


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    found = Post(tmp_path)
    await found.up()
    yield found
    found.down()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    made = Certificates(tmp_path_factory.mktemp("tls"))
    made.make()
    return made


def outgoing(to: str = "somebody@example.org", text: str = "x", language: Language = "en") -> Outgoing:
    return Outgoing(new_id(), to, text, language)


async def send(smtp: Smtp, *each: Outgoing) -> None:
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(smtp.send(session, one) for one in each))


@pytest.mark.parametrize(
    ("language", "subject", "text"),
    [
        ("ar", "رسالة لكم", "لديكم خبر جديد. يرجى الاتصال على الرقم \u200e+9647000000001\u200e."),
        ("ckb", "نامەیەک بۆ ئێوە", "هەواڵێکی نوێتان هەیە. " * 30),
        ("en", "A message for you", "You have news.\n.\nPlease call."),
    ],
)
async def test_a_mail_arrives_letter_by_letter(post: Post, language: Language, subject: str, text: str) -> None:
    smtp = Smtp(HOST, post.port, SENDER, security="none")
    one = outgoing(text=text, language=language)
    await send(smtp, one)
    [kept] = post.kept()
    assert (kept["to"], kept["subject"], kept["text"].splitlines()) == ("somebody@example.org", subject, text.strip().splitlines())
    assert kept["id"] == f"<{one.id}@ihala.example> somebody@example.org"
    await send(smtp, one)  # whoever has this Message-ID has it
    assert len(post.kept()) == 1
    await smtp.close()


async def test_few_connections_carry_many_mails(post: Post) -> None:
    smtp = Smtp(HOST, post.port, SENDER, security="none")
    await send(smtp, *(outgoing(f"one{number}@example.org") for number in range(60)))
    assert len(post.kept()) == 60
    assert 1 <= len(smtp._idle) <= CONNECTIONS
    await smtp.close()


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\nBcc: all@example.org", "a@example.org\r\nSubject: x", "a@example.org, b@example.org", "<a@example.org>", "a", "a@b",
        "@example.org", "a b@example.org", "a@example.org\0", "A <a@example.org>", "a@@example.org", "a" * 250 + "@example.org", "",
        "أ@example.org",
    ],
)  # fmt: skip
async def test_what_is_no_address_gets_nothing(post: Post, address: str) -> None:
    smtp = Smtp(HOST, post.port, SENDER, security="none")
    with pytest.raises(Unreachable, match="address_unusable"):
        await send(smtp, outgoing(address))
    assert post.kept() == []


async def test_a_text_stays_a_text(post: Post) -> None:
    smtp = Smtp(HOST, post.port, SENDER, security="none")
    await send(smtp, outgoing(text="Bcc: all@example.org\r\n\r\n.\r\nMAIL FROM:<x@example.org>"))
    [kept] = post.kept()
    assert kept["to"] == "somebody@example.org" and kept["text"].startswith("Bcc:")


@pytest.mark.parametrize(("name", "kind"), [("unknown", Unreachable), ("busy", NotNow)])
async def test_a_refusal_is_for_good_or_for_now_and_the_connection_stays(post: Post, name: str, kind: type[Exception]) -> None:
    smtp = Smtp(HOST, post.port, SENDER, security="none")
    with pytest.raises(kind) as found:
        await send(smtp, outgoing(f"{name}@example.org"))
    assert not isinstance(found.value, Unsure)
    await send(smtp, outgoing())
    assert len(post.kept()) == len(smtp._idle) == 1
    await smtp.close()


async def test_a_server_that_went_is_not_now_and_is_found_again(post: Post) -> None:
    smtp = Smtp(HOST, post.port, SENDER, security="none")
    await send(smtp, outgoing())
    post.down()
    smtp._idle[0][0].close()
    with pytest.raises(NotNow, match="mail_server_away"):
        await send(smtp, outgoing())
    await post.up()
    await send(smtp, outgoing())
    assert len(post.kept()) == 2
    await smtp.close()


async def test_a_server_that_says_nothing_may_have_taken_it_and_knows_no_id(post: Post) -> None:
    smtp = Smtp(HOST, post.port, SENDER, security="none")
    await send(smtp, outgoing())
    client, _ = smtp._idle[0]
    client.data = AsyncMock(side_effect=aiosmtplib.SMTPReadTimeoutError(""))  # type: ignore[method-assign]
    with pytest.raises(Unsure) as found:
        await send(smtp, outgoing())
    assert found.value.twice
    await smtp.close()


async def test_a_server_that_takes_its_time_is_not_waited_for_longer_than_a_lease(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_of_ours, "WITHIN_SECONDS", 0.1)
    monkeypatch.setattr(smtp_of_ours, "CONNECTIONS", 1)
    smtp = Smtp(HOST, post.port, SENDER, security="none")
    await send(smtp, outgoing())

    async def never(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    smtp._idle[0][0].sendmail = never  # type: ignore[method-assign, assignment]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Unsure) as may_have_been_taken:
            await smtp.send(session, outgoing())
        async with smtp._places:
            with pytest.raises(NotNow) as not_begun:
                await smtp.send(session, outgoing())
    assert may_have_been_taken.value.twice and type(not_begun.value) is NotNow
    assert smtp._idle == [] and smtp._places._value == 1
    await send(smtp, outgoing())
    await smtp.close()


async def test_nothing_goes_out_before_tls_by_a_known_certificate(tmp_path: Path, certificates: Certificates) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate("gateway"), certificates.key("gateway"))
    post = Post(tmp_path)
    await post.up(context)
    with pytest.raises(NotNow):
        await send(Smtp(HOST, post.port, SENDER, security="starttls"), outgoing())  # signed by nobody it knows
    assert post.kept() == []
    smtp = Smtp(HOST, post.port, SENDER, security="starttls", authority=certificates.authority)
    await send(smtp, outgoing(), outgoing())
    assert len(post.kept()) == 2
    await smtp.close()
    post.down()


@pytest.fixture
def by_mail(service: Notify, database: Database, post: Post) -> World:
    change = {"smtp_host": HOST, "smtp_port": post.port, "smtp_security": "none"}
    return World(create(service.settings.model_copy(update=change)), database)  # type: ignore[arg-type]


@pytest.mark.parametrize("contact", [{"channel": "email", "number": None}, {"channel": "sms", "number": "12"}])
async def test_who_wishes_mail_or_has_no_usable_number_gets_a_neutral_mail(
    by_mail: World, post: Post, peers: Peers, contact: dict[str, Any]
) -> None:
    peers.contact |= {"email": "somebody@example.org"} | contact
    need = uuid4()
    await by_mail.identify(need)
    await by_mail.send()
    [kept] = post.kept()
    assert kept["text"].startswith("لديكم خبر جديد") and "NIN-" not in kept["text"]
    row = await outcome(by_mail, need)
    assert (row["state"], row["channel"], row["said"]) == ("delivered", "email", "neutral")
    assert "example.org" not in str(await by_mail.rows("SELECT * FROM message"))
