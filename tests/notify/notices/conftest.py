"""An office with a mail server: real SMTP, and whatever came by it as it came."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import aiohttp
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify.app import Notify, create
from ihala_notify.settings import Settings

from tests.notify.notices.office import Officer
from tests.notify.samples import RECEIVER
from tests.notify.world import World

HOST = "127.0.0.1"


class Mails:
    """What a mail server was given; `answer` is what it says to the next recipients."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.answer: str | None = None

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.answer is None:
            envelope.rcpt_tos.append(address)
        return self.answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        return "250 OK"

    def take(self) -> list[EmailMessage]:
        """Return what has come since it was last asked."""
        found = [message_from_bytes(each, policy=policy.default) for each in self.raw]
        self.raw.clear()
        return [each for each in found if isinstance(each, EmailMessage)]


@pytest.fixture
async def mails() -> AsyncIterator[Mails]:
    found = Mails()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(found), HOST, 0)
    found.port = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    yield found
    server.close()


@pytest.fixture
def service(fresh: Settings, mails: Any) -> Notify:
    post = {"smtp_host": HOST, "smtp_port": mails.port, "smtp_security": "none", "smtp_sender": "no-reply@ihala.example"}
    return create(fresh.model_copy(update={**post, "desk_url": "https://desk.example"}))


@pytest.fixture
def officer(service: Notify, database: Database, http: aiohttp.ClientSession, mint: Mint, mails: Mails, world: World) -> Officer:
    """An officer of the receiver."""
    return Officer(service, database, http, mint, mails, RECEIVER, "officer-1")
