"""Serves the webhooks: takes leases, runs a lane for each, renews. Several processes share them; what one leaves another takes over."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.db import Database
from ihala_kit.ids import new_id

from ihala_notify.wakeups import Wakeups
from ihala_notify.webhooks import keeping
from ihala_notify.webhooks.addresses import Look
from ihala_notify.webhooks.feeding import SYSTEM
from ihala_notify.webhooks.lane import Lane
from ihala_notify.webhooks.sending import Client

log = logging.getLogger(__name__)

TAKEN_AT_ONCE = 50
TICK_SECONDS = 0.5


class Dispatcher:
    """One process's lanes. `allowed` are the hosts that may be called over http and at private addresses."""

    def __init__(self, allowed: Collection[str], look: Look | None = None, tick_seconds: float = TICK_SECONDS) -> None:
        self.allowed, self.look, self.tick_seconds = frozenset(allowed), look, tick_seconds
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{new_id()}"
        self._lanes: dict[UUID, tuple[Lane, asyncio.Task[None]]] = {}
        self._taken_before_end: set[UUID] = set()  # leases of ours whose last lane had not ended yet, or that ended as they were taken
        self._renewed_at = time.monotonic()

    async def run(self, database: Database) -> int:
        """Serve until cancelled. For a Job, which begins it anew after a fault."""
        wakeups = Wakeups()
        listening = asyncio.create_task(wakeups.listen(database))
        async with Client(self.allowed, self.look) as client:
            try:
                while True:
                    await self._tick(database, wakeups, client)
                    await asyncio.sleep(self.tick_seconds)
            finally:  # before the client, whose end would look like the receivers'
                await _stop([listening, *(task for _, task in self._lanes.values())])
                self._lanes.clear()

    async def _tick(self, database: Database, wakeups: Wakeups, client: Client) -> None:
        for hook_id, (_, task) in list(self._lanes.items()):
            if task.done():
                del self._lanes[hook_id]
                if not task.cancelled() and (error := task.exception()) is not None:
                    log.warning("a webhook's lane begins anew", extra={"subscription_id": str(hook_id)}, exc_info=error)
                if hook_id in self._taken_before_end:  # nobody takes what is ours before it ends
                    self._begin(database, wakeups, client, hook_id)
        at, now = datetime.now(UTC), time.monotonic()
        async with database.transaction(SYSTEM) as tx:
            taken = await keeping.take(tx, self.owner, at, TAKEN_AT_ONCE)
        for hook_id in taken:
            if hook_id in self._lanes:  # ours, which ended while we were away for too long or given back just now: one lane at a time
                self._taken_before_end.add(hook_id)
                self._lanes[hook_id][1].cancel()
            else:
                self._begin(database, wakeups, client, hook_id)
        if self._lanes and now >= self._renewed_at + keeping.RENEWED_EVERY_SECONDS:
            await self._renew(database, at, now)

    def _begin(self, database: Database, wakeups: Wakeups, client: Client, hook_id: UUID) -> None:
        self._taken_before_end.discard(hook_id)
        lane = Lane(database, client, wakeups, self.owner, hook_id)
        self._lanes[hook_id] = lane, asyncio.create_task(lane.run(), name=f"webhook {hook_id}")

    async def _renew(self, database: Database, at: datetime, now: float) -> None:
        async with database.transaction(SYSTEM) as tx:
            ours = await keeping.renew(tx, self.owner, at, list(self._lanes))
        self._renewed_at = now
        for hook_id, (lane, task) in self._lanes.items():
            if hook_id in ours:
                lane.leased_until = now + keeping.LEASE.total_seconds()
            else:
                task.cancel()  # another process has it, since we were away for too long


async def _stop(tasks: Collection[asyncio.Task[None]]) -> None:
    """End tasks; one that loses its cancellation (asyncio's `wait_for` may) is told again."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=3)
