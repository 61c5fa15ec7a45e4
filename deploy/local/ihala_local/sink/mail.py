"""E-mail by SMTP."""

import asyncio
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from ihala_local.sink.kept import Messages

LARGEST = 2 * 1024 * 1024
REFUSED = {"unknown": "550 5.1.1 No such mailbox", "busy": "451 4.3.0 Come again later"}  # by how the address begins


class Mailbox:
    """Keeps what it is given, once for each recipient; aiosmtpd calls it."""

    def __init__(self, messages: Messages) -> None:
        self.messages = messages
        self.away = False

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        """Know nobody whose name begins with `unknown`, have no time for `busy`; while away for nobody."""
        if self.away:
            return "451 4.3.2 Not now"
        refusal = next((words for name, words in REFUSED.items() if address.startswith(name)), None)
        if refusal is not None:
            self.messages.refuse({"id": f"refused {address}", "to": address, "text": "", "way": "mail"})
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep it."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        text = body.get_content().strip() if body is not None else ""
        for to in envelope.rcpt_tos:
            subject, known = str(mail["subject"] or ""), str(mail["message-id"] or f"{id(envelope)}-{to}")
            self.messages.keep({"id": f"{known} {to}", "to": to, "subject": subject, "text": text, "way": "mail"})
        return "250 Message accepted for delivery"


async def start(messages: Messages | Mailbox, host: str, port: int, tls: ssl.SSLContext | None = None) -> asyncio.Server:
    """Serve SMTP; port 0 takes a free one. With `tls` nothing is taken before STARTTLS."""
    mailbox = messages if isinstance(messages, Mailbox) else Mailbox(messages)

    def session() -> SMTP:
        return SMTP(mailbox, enable_SMTPUTF8=True, data_size_limit=LARGEST, tls_context=tls, require_starttls=tls is not None)

    return await asyncio.get_running_loop().create_server(session, host, port)
