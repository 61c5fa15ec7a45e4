"""A route that sends SMS by SMPP: holds its connection, keeps to its window, and reads what the SMSC's refusals mean."""

import asyncio
import hashlib
import logging
import random
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from ihala_kit.waiting import is_set_within

from ihala_notify.channels.smpp import pdu
from ihala_notify.channels.smpp.connection import Connection, Lost, Refused, connect
from ihala_notify.channels.smpp.pdu import Command, Submission
from ihala_notify.channels.sms_text import Alphabet, TextTooLong, sms_of
from ihala_notify.channels.ways import HandedOver, Outgoing, Unsure, dialled
from ihala_notify.contacts import NotNow, Unreachable

log = logging.getLogger(__name__)

Told = Callable[[str, pdu.Receipt], Awaitable[None]]  # the route's name, and what its SMSC says
UNBIND_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
WAIT_FOR_BINDING_SECONDS = 0.5
# Sections 5.1.3 and 5.2.3: number, its kind or its plan is none | busy, or come later. All else is this route's own fault.
_NO_NUMBER = frozenset({0x0B, 0x50, 0x51})
_COME_LATER = frozenset({0x08, 0x14, 0x58, 0x64})


@dataclass
class SmppSms:
    """One SMSC. `hold` must run for it to be of use; `send` waits a moment for a connection that is being made."""

    name: str
    url: str  # smpp://host:port, smpps:// by TLS
    system_id: str
    password: str = field(repr=False)
    sender: str
    window: int = 10
    quiet_seconds: float = 20.0  # without a word, then the SMSC is asked whether it is there
    tells_id: bool = False  # also says the message's own id (TLV 0x1501), for an SMSC that knows a repeated one by it
    _connection: Connection | None = None
    _bound: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.window)

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        """Submit all parts. Raises NotNow (no connection, busy, this route cannot), Unsure (no answer), Unreachable (no such number)."""
        number = dialled(outgoing.to)
        try:
            sms = sms_of(outgoing.text)
        except TextTooLong:
            raise Unreachable("text_too_long") from None
        connection = await self._bound_connection()
        reference = hashlib.blake2b(outgoing.id.bytes, digest_size=1).digest()[0]  # the same at each try: a phone sees the same parts
        coding = pdu.UCS2 if sms.alphabet is Alphabet.UCS2 else 0
        several = len(sms.parts) > 1
        submissions = [
            Submission(self.sender, number, part, coding, several, f"{outgoing.id}/{place}" if self.tells_id else None)
            for place, part in enumerate(pdu.concatenated(reference, sms.parts), 1)
        ]
        answers = await asyncio.gather(*(self._submit(connection, each) for each in submissions), return_exceptions=True)
        return HandedOver(self.name, _ids(answers, twice=not self.tells_id), len(submissions))

    async def hold(self, told: Told) -> None:
        """Keep a connection until cancelled; after a loss another one, with pauses that grow. Hands receipts to `told`."""
        failures = 0
        while True:
            try:
                await self._hold_one(told)
                failures = 0
            except (OSError, Lost, Refused, pdu.Malformed) as error:
                failures += 1
                log.warning("an SMS route cannot be reached", extra={"route": self.name, "reason": f"{type(error).__name__} {error}"[:80]})
            pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures, 10))
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads load, hides nothing

    async def _hold_one(self, told: Told) -> None:
        where = urlsplit(self.url)
        tls = ssl.create_default_context() if where.scheme == "smpps" else None
        address = (where.hostname or "", where.port or (3550 if tls else 2775))
        connection, serving = await connect(
            address, (self.system_id, self.password), lambda receipt: told(self.name, receipt), tls=tls, quiet=self.quiet_seconds
        )
        self._connection = connection
        self._bound.set()
        try:
            await asyncio.shield(serving)
        finally:
            self._connection = None
            self._bound.clear()
            if connection.open:
                await _part(connection, serving)

    async def _bound_connection(self) -> Connection:
        if not await is_set_within(self._bound, WAIT_FOR_BINDING_SECONDS):
            raise NotNow("sms_route_away")
        if self._connection is None:
            raise NotNow("sms_route_away")
        return self._connection

    async def _submit(self, connection: Connection, submission: Submission) -> str:
        async with self._places:
            if not connection.open:
                raise NotNow("sms_route_away")  # it waited for a place, and was not sent
            try:
                answer = await connection.ask(Command.SUBMIT, submission.body())
            except Lost:
                raise Unsure("sms_route_silent", twice=not self.tells_id) from None
        if answer.status in _NO_NUMBER:
            raise Unreachable("number_unknown")
        if answer.status:
            raise NotNow("sms_route_busy" if answer.status in _COME_LATER else f"sms_status_{answer.status:#x}")
        try:
            return pdu.message_id(answer.body)
        except pdu.Malformed:
            return ""  # it was taken, and nobody will know of it


def _ids(answers: list[str | BaseException], *, twice: bool) -> tuple[str, ...]:
    """Return the ids of all parts that have one. Of several failures the most certain counts: no number, then unsure, then not now."""
    errors = [answer for answer in answers if isinstance(answer, BaseException)]
    taken = [answer for answer in answers if isinstance(answer, str)]
    for kind in (Unreachable, Unsure):
        for error in errors:
            if isinstance(error, kind):
                raise error
    for error in errors:
        if taken and isinstance(error, NotNow):
            raise Unsure(str(error), twice=twice) from None  # some parts are on their way: the rest goes the same way, under the same id
        raise error
    return tuple(filter(None, taken))


async def _part(connection: Connection, serving: "asyncio.Task[None]") -> None:
    """Say goodbye, so that the SMSC keeps for later what it has to say."""
    try:
        await connection.ask(Command.UNBIND, seconds=UNBIND_SECONDS)
    except Lost:
        pass
    finally:
        serving.cancel()
