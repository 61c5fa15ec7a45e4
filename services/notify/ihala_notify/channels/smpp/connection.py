"""One bound connection to an SMSC: units out and in, several under way, and a sign of life."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from itertools import count

from ihala_notify.channels.smpp.pdu import ANSWER, HEADER, LONGEST, Command, Malformed, Pdu, Receipt, bind, receipt

log = logging.getLogger(__name__)

OPEN_SECONDS = 10.0
ANSWER_SECONDS = 15.0
_NEXT_SEQUENCE = 0x7FFFFFFF
NOT_UNDERSTOOD = 0x03
COME_AGAIN = 0x64  # ESME_RX_T_APPN: the receipt could not be kept now

OnReceipt = Callable[[Receipt], Awaitable[None]]


class Lost(Exception):
    """The connection is gone, or the SMSC does not answer: what was under way may have been taken."""


class Refused(Exception):
    """The SMSC does not let us in. Its one argument is the status."""


class Connection:
    """A bound transceiver. `ask` gives the answer to one unit; `serve` must run beside it until it ends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, on_receipt: OnReceipt, quiet: float) -> None:
        self._reader, self._writer, self._on_receipt, self._quiet = reader, writer, on_receipt, quiet
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._sequence = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self.open = True

    async def ask(self, command: Command, body: bytes = b"", seconds: float | None = None) -> Pdu:
        """Return the answer. Raises Lost when none comes."""
        if not self.open:
            raise Lost
        sequence = next(self._sequence) % _NEXT_SEQUENCE
        future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = future
        try:
            self._writer.write(Pdu(command, 0, sequence, body).octets())
            await self._writer.drain()
            async with asyncio.timeout(seconds or ANSWER_SECONDS):  # not wait_for, which can swallow a cancellation
                return await future
        except (OSError, TimeoutError):
            raise Lost from None
        finally:
            self._waiting.pop(sequence, None)

    async def serve(self) -> None:
        """Read units until the connection ends; whoever still waits is told that it is lost."""
        try:
            while True:
                try:
                    async with asyncio.timeout(self._quiet):
                        head = await self._reader.readexactly(HEADER.size)
                except TimeoutError:
                    self._start(self._sign_of_life())
                else:
                    self._take(await self._whole(head))
        except (OSError, EOFError, Malformed):
            return
        finally:
            await self.close()

    async def close(self) -> None:
        """End it, without a word; who wants to part politely asks for UNBIND before."""
        self.open = False
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Lost())
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()

    async def _whole(self, head: bytes) -> Pdu:
        length, command, status, sequence = HEADER.unpack(head)
        if not HEADER.size <= length <= LONGEST:
            raise Malformed
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                body = await self._reader.readexactly(length - HEADER.size)
        except TimeoutError:
            raise Malformed from None  # half a unit
        return Pdu(command, status, sequence, body)

    def _take(self, pdu: Pdu) -> None:
        if pdu.command & ANSWER:
            future = self._waiting.get(pdu.sequence)
            if future is not None and not future.done():
                future.set_result(pdu)
        elif pdu.command == Command.DELIVER:
            self._start(self._told(pdu))
        elif pdu.command in (Command.ENQUIRE_LINK, Command.UNBIND):
            self._answer(pdu, 0)
            if pdu.command == Command.UNBIND:
                raise EOFError
        else:
            self._writer.write(Pdu(Command.GENERIC_NACK, NOT_UNDERSTOOD, pdu.sequence).octets())

    async def _told(self, pdu: Pdu) -> None:
        """Keep a receipt, then say so: what could not be kept comes again. A text from somebody is taken and dropped."""
        status = 0
        try:
            known = receipt(pdu.body)
            if known is not None:
                await self._on_receipt(known)
        except Malformed:
            pass  # it would be the same the next time
        except Exception as error:
            log.warning("a receipt cannot be kept now", exc_info=error)
            status = COME_AGAIN
        self._answer(pdu, status, b"\0")

    def _answer(self, pdu: Pdu, status: int, body: bytes = b"") -> None:
        if self.open:
            self._writer.write(Pdu(pdu.command | ANSWER, status, pdu.sequence, body).octets())

    async def _sign_of_life(self) -> None:
        try:
            await self.ask(Command.ENQUIRE_LINK)
        except Lost:
            self._writer.transport.abort()  # `serve` then reads its end

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def connect(
    address: tuple[str, int], credentials: tuple[str, str], on_receipt: OnReceipt, *, tls: ssl.SSLContext | None, quiet: float
) -> tuple[Connection, "asyncio.Task[None]"]:
    """Return a bound connection and the task that serves it. Raises OSError or Lost (nobody there), Refused."""
    async with asyncio.timeout(OPEN_SECONDS):
        reader, writer = await asyncio.open_connection(*address, ssl=tls)
    connection = Connection(reader, writer, on_receipt, quiet)
    serving = asyncio.create_task(connection.serve())
    try:
        answer = await connection.ask(Command.BIND_TRANSCEIVER, bind(*credentials))
        if answer.status:
            raise Refused(answer.status)
    except BaseException:
        serving.cancel()
        raise
    return connection, serving
