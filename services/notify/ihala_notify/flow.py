"""How messages flow through one process. Every beat settles in one transaction what ended, and claims what there is room for; between two
beats contacts are asked for many at once, and each message goes through its channel's lane. No transaction is open while another system
is asked.

A beat comes when something ended, a moment after a message was queued, and twice a second, but at most every `gather` seconds: what ends
together is settled together, what is queued in that moment is claimed and asked for together, and the feeds that share this process have
their turn. A process that dies leaves leases; when they are over its messages are tried again, by the same route and under the same ids.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

import aiohttp
import asyncpg
from ihala_kit.auth import Caller
from ihala_kit.crash import crash_point
from ihala_kit.db import Database
from ihala_kit.faults import passes
from ihala_kit.telemetry import span_from
from ihala_kit.waiting import is_set_within
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import messages, receipts
from ihala_notify.channels.ways import Unsure
from ihala_notify.contacts import MOST_AT_ONCE, Contact, NotNow, Unreachable
from ihala_notify.hearing import hear
from ihala_notify.lanes import Lane, NoPlace
from ihala_notify.limits.admission import admit
from ihala_notify.messages import CHANNELS, UNKNOWN, Claimed, Settled
from ihala_notify.receipts import Handed
from ihala_notify.sender import Sender, failed, given_back, given_up

log = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=20)
APPLICATION = "ihala-notify-sender"  # as PostgreSQL shows the connection that listens
POLL_SECONDS = 0.5
GATHER_SECONDS = 0.05
MOMENT_SECONDS = 0.2  # in which more may join what was queued: no person notices, and asking for one contact costs as much as for ten
ASKED_AT_ONCE = 2 * MOST_AT_ONCE
WAITS_SECONDS = 10.0  # for a place in its lane; then it is given back
LEAST_LEASE = timedelta(seconds=60)  # with less of it left nothing is begun: to hand over may take as long


class Flow:
    """Sends messages; several processes may run one each. `places`: how many each channel hands over at a time."""

    def __init__(self, sender: Sender, places: Mapping[str, int], gather_seconds: float = GATHER_SECONDS) -> None:
        self.sender, self.places, self.gather_seconds = sender, places, gather_seconds

    async def drain(self, database: Database) -> int:
        """Send until nothing is due; return how many were tried. Raises what went wrong, when all else is settled."""
        tried = 0
        async with self._run(database) as run:
            while (claimed := await run.beat()) or run.busy:
                tried += claimed
                await is_set_within(run.stir, POLL_SECONDS)
        if run.fault is not None:
            raise run.fault
        return tried

    async def follow(self, database: Database) -> int:
        """Send until cancelled. For a Job."""
        async with self._run(database) as run:
            heard = lambda _: run.look_soon()  # noqa: E731 - what is said, and whether one listens, is all the same: look
            listening = asyncio.create_task(hear(database, messages.QUEUED, APPLICATION, heard, heard))
            database.listeners[messages.QUEUED].append(heard)
            try:
                await self._beat_by_beat(run)
            finally:
                database.listeners[messages.QUEUED].remove(heard)
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _beat_by_beat(self, run: "_Run") -> NoReturn:
        while True:
            try:
                await run.beat()
            except Exception as error:  # what is under way goes on, and what ended is settled later
                log.warning("messages cannot be claimed or settled now", exc_info=error)
                run.stir.set()
                await asyncio.sleep(POLL_SECONDS)
            await asyncio.sleep(self.gather_seconds)
            await is_set_within(run.stir, POLL_SECONDS)

    @asynccontextmanager
    async def _run(self, database: Database) -> AsyncIterator["_Run"]:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            run = _Run(self.sender, {name: Lane(self.places[name]) for name in self.sender.channels}, database, session)
            try:
                yield run
            finally:
                await run.end()


class _Run:
    """What is under way. `stir` is set when there may be something to settle or to claim."""

    def __init__(self, sender: Sender, lanes: Mapping[str, Lane], database: Database, session: aiohttp.ClientSession) -> None:
        self.sender, self.lanes, self.database, self.session = sender, lanes, database, session
        self.stir = asyncio.Event()
        self.fault: Exception | None = None
        self._asked = 0
        self._ended: list[tuple[Claimed, Settled]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._moment: asyncio.TimerHandle | None = None  # until then nothing is claimed

    def look_soon(self) -> None:
        """Claim what was queued when its moment is over."""
        if self._moment is None:
            self._moment = asyncio.get_running_loop().call_later(MOMENT_SECONDS, self._look)

    def _look(self) -> None:
        self._moment = None
        self.stir.set()

    @property
    def busy(self) -> bool:
        """Tell whether anything is under way or to be settled."""
        return bool(self._tasks or self._ended)

    async def beat(self) -> int:
        """Settle what ended and claim what there is room for; return how many were claimed."""
        self.stir.clear()
        if self._ended:
            crash_point("send.before-settle")
        claimed = await self._settle_and_claim({} if self._moment else self._rooms())
        for start in range(0, len(claimed), MOST_AT_ONCE):
            self._start(self._ask(claimed[start : start + MOST_AT_ONCE]))
        return len(claimed)

    async def end(self) -> None:
        """Stop what is under way, and settle what ended already."""
        if self._moment:
            self._moment.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._ended:
            await self._settle_and_claim({})

    def _rooms(self) -> dict[str, int]:
        """Return how many messages there is room for, by the channel they would go."""
        room = max((lane.room for lane in self.lanes.values()), default=ASKED_AT_ONCE)  # whom nobody can write to now is asked for later
        unknown = max(0, min(ASKED_AT_ONCE, room) - self._asked)
        return {name: min(unknown, self.lanes[name].room) if name in self.lanes else unknown for name in (UNKNOWN, *CHANNELS)}

    async def _ask(self, claimed: Sequence[Claimed]) -> None:
        """Ask for the contacts of those that are still to be sent, and let each go on."""
        going = [message for message in claimed if not self._is_over(message)]
        self._asked += len(going)
        try:
            contacts = await self.sender.contacts.many(self.session, [message.need_id for message in going]) if going else {}
        finally:
            self._asked -= len(going)
        admitted = await admit(self.database, going, self._recipients(contacts), self.sender.policy, _shared(contacts))
        for message in going:
            one = admitted[message.id]
            if isinstance(one, Settled):
                self._has_ended(message, one)
            else:
                self._start(self._carry(one, contacts[message.need_id]))

    def _recipients(self, contacts: Mapping[UUID, Contact | NotNow | Unreachable]) -> dict[UUID, UUID | None]:
        """Return who would be written to, by need."""
        return {
            need_id: contact.recipient
            for need_id, contact in contacts.items()
            if isinstance(contact, Contact) and any(way in self.lanes for way, _ in contact.ways())
        }

    def _is_over(self, message: Claimed) -> bool:
        over = self.sender.over(message)
        if over is not None:
            self._has_ended(message, over)
        return over is not None

    async def _carry(self, message: Claimed, contact: Contact | NotNow | Unreachable) -> None:
        with span_from(message.traceparent, "send message"):
            self._has_ended(message, await self._carried(message, contact))

    async def _carried(self, message: Claimed, contact: Contact | NotNow | Unreachable) -> Settled:
        """Take a message through the lane of the first way that does not fail for good; return what came of it."""
        if not isinstance(contact, Contact):
            return failed(message, contact)
        error: NotNow | Unreachable
        try:
            ways = self.sender.ways(message, contact)
        except Unreachable as none:
            return failed(message, none, next(reversed(message.not_by), None))
        for name, to in ways:
            try:
                async with self.lanes[name].place(WAITS_SECONDS):
                    if message.lease_until - datetime.now(UTC) < LEAST_LEASE:
                        return given_back(message, name)
                    return await self.sender.by(self.session, name, to, message, contact)
            except NoPlace:
                return given_back(message, name)
            except NotNow as found:
                if isinstance(found, Unsure) or not given_up(message, found):
                    return failed(message, found, name)
                error = found
            except Unreachable as found:
                error = contact.without_a_phone() or found
            message = replace(message, not_by=[*message.not_by, name])
        return failed(message, error, message.not_by[-1])

    def _has_ended(self, message: Claimed, result: Settled) -> None:
        log.info("message tried", extra={"message_id": str(message.id), "state": result.state, "reason": result.reason})
        self._ended.append((message, result))
        self.stir.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.stir.set()
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            log.warning("a message fails; it comes again when its lease is over", exc_info=error)
            self.fault = error

    async def _settle_and_claim(self, rooms: Mapping[str, int]) -> list[Claimed]:
        """Settle what ended and claim what there is room for: in one transaction, unless one of them cannot be written."""
        ended = self._ended.copy()
        try:
            return await self._together(ended, rooms)
        except (DBAPIError, asyncpg.PostgresError) as error:
            if not ended or passes(error):
                raise
        await self._settle_one_by_one(ended)
        return await self._together([], rooms)

    async def _together(self, ended: Sequence[tuple[Claimed, Settled]], rooms: Mapping[str, int]) -> list[Claimed]:
        async with self.database.transaction(Caller.system("send")) as tx:
            await self._settle(tx, ended)
            claimed = await messages.claim(tx, rooms) if rooms else []
        del self._ended[: len(ended)]
        return claimed

    async def _settle_one_by_one(self, ended: Sequence[tuple[Claimed, Settled]]) -> None:
        """Settle each alone: what PostgreSQL cannot hold is one route's nonsense and keeps nobody else's. What was handed over stays so: it
        is settled without the names that its route gave it; no receipt will be known, and after 72 hours somebody calls."""
        for message, result in ended:
            fault = await self._settle_alone(message, result)
            if fault and (fault := await self._settle_alone(message, replace(result, receipts=()))):
                self.fault = fault
                del self._ended[0]  # it comes again when its lease is over

    async def _settle_alone(self, message: Claimed, result: Settled) -> Exception | None:
        """Return why it can never be written, if so; raises what may pass."""
        try:
            await self._together([(message, result)], {})
        except (DBAPIError, asyncpg.PostgresError) as error:
            if passes(error):
                raise
            log.warning("what came of a message cannot be written", exc_info=error, extra={"message_id": str(message.id)})
            return error
        return None

    async def _settle(self, tx: AsyncSession, ended: Sequence[tuple[Claimed, Settled]]) -> None:
        """Write what came of messages, in one transaction: their events then go through outbox, Kafka and feeds together."""
        if not ended:
            return
        ours = await messages.settle(tx, ended)
        parts = [
            Handed(result.route, foreign_id, message.id, message.attempts)
            for message, result in ended
            if message.id in ours and result.route
            for foreign_id in result.receipts
        ]
        await receipts.handed_over(tx, parts, self.sender.channels)


def _shared(contacts: Mapping[UUID, Contact | NotNow | Unreachable]) -> set[UUID]:
    """Return of which needs others may read what is sent, whichever way it goes."""
    return {
        need_id
        for need_id, contact in contacts.items()
        if isinstance(contact, Contact) and not any(contact.is_own(way) for way, _ in contact.ways())
    }
