"""What goes away when somebody wishes to see an outage: each of the sink's three ways by itself."""

import asyncio
from dataclasses import dataclass, field

from ihala_local.sink.mail import Mailbox
from ihala_local.sink.smsc import Smsc

WAYS = ("smpp", "http", "mail")


@dataclass
class Outages:
    """Who is away: an SMSC that cannot be connected to, an aggregator that answers 503, a mail server that has no time."""

    smsc: Smsc | None = None
    mailbox: Mailbox | None = None
    host: str = ""
    smpp_port: int = 0
    away: set[str] = field(default_factory=set)
    _listening: asyncio.Server | None = None

    async def open(self) -> None:
        """Let the SMSC be there, if there is one."""
        if self.smsc is not None and self._listening is None:
            self._listening = await self.smsc.start(self.host, self.smpp_port)

    async def change(self, way: str, *, away: bool) -> None:
        """Let one way go, or come back; a second time changes nothing."""
        (self.away.add if away else self.away.discard)(way)
        if way == "mail" and self.mailbox is not None:
            self.mailbox.away = away
        if way != "smpp" or self.smsc is None:
            return
        if not away:
            await self.open()
        elif self._listening is not None:
            self._listening.close()
            self._listening = None
            self.smsc.hang_up()
