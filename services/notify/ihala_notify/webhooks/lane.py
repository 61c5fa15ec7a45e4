"""One webhook's own lane: reads the feed, sends at most eight at a time, keeps what came of it. No other webhook waits for it.

What is held while a receiver is away is a cursor. Of one that works, and fails some, at most 1,000 deliveries wait as rows; then the feed
is read no further. What it refuses for good never fills that room (ledger.py).
"""

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.crash import crash_point
from ihala_kit.db import Database
from ihala_kit.waiting import is_set_within

from ihala_notify.subscriptions.states import State
from ihala_notify.wakeups import Wakeups
from ihala_notify.webhooks import keeping, loading, turns
from ihala_notify.webhooks.feeding import SYSTEM, Feeding
from ihala_notify.webhooks.ledger import Ledger
from ihala_notify.webhooks.sending import Client

AT_ONCE = 8
KEPT_AFTER_SECONDS = 0.25  # results are gathered for so long, or until there are so many: what a death has us send again
KEPT_AT = 200
LOOK_AGAIN_SECONDS = 1.0  # for what its owner changed; while nothing happens, only when something wakes the lane
PLACE_KEPT_SECONDS = 5.0  # a cursor that moves without a delivery, past what nobody wants
IDLE_SECONDS = 30.0
STOP_WITHIN_SECONDS = 1.0  # for what is under way, so that it need not be sent again
NO_MORE_SENT_BEFORE_LEASE_ENDS_SECONDS = 3.0


class Lane:
    """Serves one webhook until its lease is lost, its owner changes it, or there is nothing to be sent by it."""

    def __init__(self, database: Database, client: Client, wakeups: Wakeups, owner: str, hook_id: UUID) -> None:
        self.database, self.client, self.wakeups, self.owner, self.id = database, client, wakeups, owner, hook_id
        self.leased_until = time.monotonic() + keeping.LEASE.total_seconds()  # set anew by whoever renews
        self._changed, self._turn = asyncio.Event(), asyncio.Event()
        self._keep_at: float | None = None
        self._keeping: asyncio.Task[bool] | None = None
        self._kept_at = time.monotonic()
        self._looked_at = time.monotonic()
        self._stopping = self._look_owed = False

    async def run(self) -> None:
        """Serve until there is nothing left to do here."""
        try:
            if await self._begin():
                with self.wakeups.waiter(self.hook.organization_id, self._feeding.heard):
                    await self._serve()
        finally:
            released = asyncio.create_task(self._release())
            try:
                await asyncio.shield(released)
            except asyncio.CancelledError:  # an end that comes into it would leave the lease to run out
                await released
                raise

    async def _release(self) -> None:
        async with self.database.transaction(SYSTEM) as tx:
            await keeping.release(tx, self.owner, self.id)

    async def _begin(self) -> bool:
        async with self.database.transaction(SYSTEM) as tx:
            hook = await loading.hook(tx, self.owner, self.id)
            if hook is not None and await loading.unserved(tx, self.id):  # its organisation was shut out, or no process was there
                await keeping.begin_anew(tx, self.id, datetime.now(UTC))
                hook = await loading.hook(tx, self.owner, self.id)
            if hook is None:
                return False
            self.hook, self.signer = hook, await loading.signer(tx, self.id)
            self.ledger = Ledger(hook, await loading.waiting(tx, hook, ()))
        self._feeding = Feeding(self.database, self.wakeups, hook, self.ledger, self._changed)
        self._keep_what_ended()
        return True

    async def _serve(self) -> None:
        workers = [asyncio.create_task(self._work()) for _ in range(AT_ONCE)]
        for worker in workers:
            worker.add_done_callback(lambda _: self._changed.set())
        try:
            while not any(worker.done() for worker in workers) and await self._step():
                await is_set_within(self._changed, self._seconds_to_wait())
        finally:
            self._stopping = True
            self._turn.set()
            await asyncio.wait(workers, timeout=STOP_WITHIN_SECONDS)
            for worker in workers:
                worker.cancel()
            ended = await asyncio.gather(*workers, return_exceptions=True)
            if self._keeping is not None:  # a transaction that this end came into
                await self._keeping
            if self.ledger.unkept or self.ledger.track.cursor > self.ledger.kept_cursor:
                await self._keep()
        for error in ended:
            if isinstance(error, Exception):
                raise error  # a fault of ours: whoever takes the lease begins anew

    async def _step(self) -> bool:
        """Keep, look, read; return whether to go on. One after the other, so that none sees another's half."""
        self._changed.clear()
        now = time.monotonic()
        if self._keep_is_due(now) and not await self._keep():
            return False
        self._look_owed = now < self._looked_at + LOOK_AGAIN_SECONDS
        if not self._look_owed and not await self._look():
            return False
        await self._feeding.read()
        self.ledger.release(datetime.now(UTC))
        self._turn.set()
        return self._goes_on()

    def _goes_on(self) -> bool:
        ledger = self.ledger
        if ledger.lines.busy or ledger.unkept:
            return True
        if ledger.receiver.state is State.DEGRADED:  # what was read and not sent is let go, for whoever begins anew: the cursor holds it
            return not ledger.track.unsettled and bool(ledger.lines.stuck or ledger.lines.asked)  # with nothing to try, it is tried anew
        return ledger.receiver.state is State.ACTIVE or ledger.lines.asked > 0

    def _seconds_to_wait(self) -> float:
        """Return how long nothing needs to be looked at, unless something changes."""
        now = time.monotonic()
        seconds = [IDLE_SECONDS if self.wakeups.listening else LOOK_AGAIN_SECONDS]
        if self.ledger.lines.busy or self._look_owed:
            seconds.append(self._looked_at + LOOK_AGAIN_SECONDS - now)
        if self._keep_at is not None:
            seconds.append(self._keep_at - now)
        if (due := self.ledger.next_instant(datetime.now(UTC))) is not None:
            seconds.append((due - datetime.now(UTC)).total_seconds())
        return max(0.001, min(seconds))

    def _keep_is_due(self, now: float) -> bool:
        ledger = self.ledger
        if ledger.unkept:
            return len(ledger.tried) >= KEPT_AT or (self._keep_at is not None and now >= self._keep_at)
        return ledger.track.cursor > ledger.kept_cursor and now >= self._kept_at + PLACE_KEPT_SECONDS

    async def _keep(self) -> bool:
        """Write what is to be written; False when the lease is lost."""
        crash_point("webhook.before-keep")
        self._keep_at, self._kept_at = None, time.monotonic()
        self._keeping = asyncio.create_task(self._written())
        return await asyncio.shield(self._keeping)  # an end of ours waits for it: what was sent is then known

    async def _written(self) -> bool:
        standing, touched, tried = self.ledger.to_keep(datetime.now(UTC))
        told = standing.receiver.told
        async with self.database.transaction(SYSTEM) as tx:
            row = await turns.locked(tx, self.id) if told != self.ledger.told_before else None  # first, as its owner's changes do
            kept = await keeping.keep(tx, self.owner, self.id, standing, touched, tried)
            if kept and row is not None:
                turns.turn(tx, row, self.hook.version, *told)
        self.ledger.told_before = told
        return kept

    async def _look(self) -> bool:
        """See what its owner changed or asked for; False when that needs a new beginning, or the lease is lost."""
        self._looked_at = time.monotonic()
        async with self.database.transaction(SYSTEM) as tx:
            hook = await loading.hook(tx, self.owner, self.id)
            if hook is None or hook.version != self.hook.version:
                return False
            self.signer = await loading.signer(tx, self.id)
            self.ledger.add(await loading.waiting(tx, hook, self.ledger.known()))
        self.ledger.look(hook)
        self._keep_what_ended()
        return True

    def _keep_what_ended(self) -> None:
        if self.ledger.unkept:  # nobody wants some of what waited
            self._mark_to_keep()

    async def _work(self) -> None:
        """Send one after the other. Eight of these are a lane's hands."""
        while not self._stopping:
            at = datetime.now(UTC)
            leased = time.monotonic() < self.leased_until - NO_MORE_SENT_BEFORE_LEASE_ENDS_SECONDS
            item = self.ledger.next(at) if leased else None
            if item is None:
                self._turn.clear()
                await self._turn.wait()
                continue
            if item.body:
                headers = self.signer.headers(str(item.event_id), int(time.time()), item.body)
                answer = await self.client.send(self.hook.url, headers, item.body)
                self.ledger.came(item, answer, at)
            else:
                self.ledger.lost(item, at)
            self._mark_to_keep()

    def _mark_to_keep(self) -> None:
        """Have the lane keep it soon, and read on in time."""
        if self._keep_at is None:
            self._keep_at = time.monotonic() + KEPT_AFTER_SECONDS
            self._changed.set()
        elif len(self.ledger.tried) == KEPT_AT or (self._feeding.more and not self.ledger.lines.ready):
            self._changed.set()
