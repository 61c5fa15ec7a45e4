"""E-mail by SMTP: a few connections for many mails, TLS, and headers that nothing can be put into."""

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as AS_SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

import aiohttp
import aiosmtplib
from ihala_kit.mail import is_address
from ihala_kit.words import Language, Words

from ihala_notify.channels.ways import HandedOver, Outgoing, Unsure
from ihala_notify.contacts import NotNow, Unreachable

CONNECTIONS = 8  # four questions a mail: at 20 ms each, a hundred mails a second
TIMEOUT_SECONDS = 15.0  # for each answer
WITHIN_SECONDS = 45.0  # for a whole mail and the wait for a connection: less than any lease has left when it begins
FRESH_SECONDS = 2.0  # a connection used so lately is not asked whether it lives
# Of a refusal for good by its enhanced code (RFC 3463): mail system, network, protocol, policy. All others are of the address or the mail.
ITS_OWN_FAULT = re.compile(r"5\.[3457]\.")
SUBJECT = Words(en="A message for you", ar="رسالة لكم", ckb="نامەیەک بۆ ئێوە")  # whoever sees the list of mails learns nothing


class Smtp:
    """One mail server. A connection that was used stays for the next mail; one that failed is thrown away."""

    name = "email"

    def __init__(
        self, host: str, port: int, sender: str, *, security: Literal["starttls", "tls", "none"] = "starttls",
        authority: Path | None = None, username: str = "", password: str = "",
    ) -> None:  # fmt: skip
        self.sender, self._domain = sender, sender.rpartition("@")[2]
        context = None if security == "none" else ssl.create_default_context(cafile=authority)
        self._words = {
            "hostname": host, "port": port, "use_tls": security == "tls", "start_tls": security == "starttls", "tls_context": context,
            "username": username or None, "password": password or None, "timeout": TIMEOUT_SECONDS,
        }  # fmt: skip
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[tuple[aiosmtplib.SMTP, float]] = []  # and since when, in seconds of the monotonic clock

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        """Hand the mail over; its Message-ID is the same at each try. Raises NotNow, Unsure (no answer), Unreachable."""
        return await self.post(mail_of(outgoing, self.sender, self._domain))

    def headed(self, mail_id: UUID, to: str, language: Language, subject: str) -> EmailMessage:
        """Return a mail that has all its headers and no words yet. Raises Unreachable when the address cannot be one."""
        return headed(mail_id, to, language, subject, self.sender, self._domain)

    async def post(self, mail: EmailMessage) -> HandedOver:
        """Hand a mail over, within 45 seconds. Raises NotNow, Unsure (no answer, or one that takes too long), Unreachable."""
        begun = False
        try:
            async with asyncio.timeout(WITHIN_SECONDS), self._connection() as client:
                begun = True
                await _hand_over(client, mail)
        except TimeoutError:
            raise Unsure("mail_server_silent", twice=True) if begun else NotNow("mail_server_slow") from None
        return HandedOver(self.name)

    async def close(self) -> None:
        """Part from the server."""
        while self._idle:
            self._idle.pop()[0].close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Give a connection that is alive. Raises NotNow when there is none to be had."""
        async with self._places:
            client = await self._living()
            try:
                yield client
            finally:
                if client.is_connected:
                    self._idle.append((client, time.monotonic()))

    async def _living(self) -> aiosmtplib.SMTP:
        while self._idle:
            client, since = self._idle.pop()
            if time.monotonic() - since < FRESH_SECONDS and client.is_connected:
                return client
            try:
                await client.rset()  # a server may have closed it since
            except (aiosmtplib.SMTPException, OSError):
                client.close()
            except BaseException:
                client.close()
                raise
            else:
                return client
        client = aiosmtplib.SMTP(**self._words)  # type: ignore[arg-type]
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError, ValueError):
            client.close()
            raise NotNow("mail_server_away") from None
        except BaseException:
            client.close()
            raise
        return client


async def _hand_over(client: aiosmtplib.SMTP, mail: EmailMessage) -> None:
    try:
        await client.send_message(mail)
    except aiosmtplib.SMTPRecipientsRefused as error:
        worst = max(error.recipients, key=lambda each: each.code)
        raise _refused(client, worst, "address_refused") from None
    except aiosmtplib.SMTPDataError as error:
        raise _refused(client, error, "mail_refused") from None
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(client, error, None) from None  # us, before it heard for whom
    except (aiosmtplib.SMTPException, OSError):
        client.close()
        raise Unsure("mail_server_silent", twice=True) from None
    except BaseException:
        client.close()  # in the middle of a mail it is of no use to the next
        raise


def mail_of(outgoing: Outgoing, sender: str, domain: str) -> EmailMessage:
    """Return the mail. Raises Unreachable when the address cannot be one."""
    mail = headed(outgoing.id, outgoing.to, outgoing.language, SUBJECT.spoken(outgoing.language), sender, domain)
    mail.set_content(outgoing.text)
    return mail


def headed(mail_id: UUID, to: str, language: Language, subject: str, sender: str, domain: str) -> EmailMessage:
    """Return a mail with its headers; what is said in it comes after. Raises Unreachable when the address cannot be one."""
    mail = EmailMessage(policy=AS_SMTP)
    mail["Subject"] = subject
    mail["From"] = Address(addr_spec=sender)
    mail["To"] = _address(to)
    mail["Message-ID"] = f"<{mail_id}@{domain}>"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Content-Language"] = language
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office note comes back
    return mail


def _address(given: str) -> Address:
    if not is_address(given):
        raise Unreachable("address_unusable")
    try:
        return Address(addr_spec=given)
    except (ValueError, MessageError):
        raise Unreachable("address_unusable") from None


def _refused(client: aiosmtplib.SMTP, error: aiosmtplib.SMTPResponseException, reason: str | None) -> NotNow | Unreachable:
    """Return what a refusal means: 5xx is for good and has this reason, where it concerns this mail and not all of them (None: it cannot).
    What is no refusal, or no answer of a mail server at all, leaves everything open."""
    if not 400 <= error.code < 600:
        client.close()
        return Unsure("mail_server_silent", twice=True)
    if error.code < 500:
        return NotNow("mail_server_busy")
    return NotNow("mail_server_refuses") if reason is None or ITS_OWN_FAULT.match(error.message) else Unreachable(reason)
