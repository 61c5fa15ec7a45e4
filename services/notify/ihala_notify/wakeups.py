"""Wakes long polls: one LISTEN a process, whose notices come with the commit that appended to a feed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from ihala_kit.db import Database
from ihala_kit.waiting import is_set_within

from ihala_notify.hearing import hear

CHANNEL = "feed"
APPLICATION = "ihala-notify-wakeups"  # as PostgreSQL shows the connection
WITHOUT_NOTICES_SECONDS = 0.25  # how often a poll looks by itself while no notice can come


class Wakeups:
    """Who waits for which organisation's feed, and how far each feed goes. `listening` is False while notices may be missed; `resting` is
    True when this process ends, or its database is closed: nobody waits any more, and who would is answered as it stands."""

    def __init__(self) -> None:
        self.listening = self.resting = False
        self._waiting: dict[UUID, set[asyncio.Event]] = {}
        self._newest: dict[UUID, int] = {}  # positions, as told by notices since we listen

    def at_end(self, organization_id: UUID, position: int | None) -> bool:
        """Tell whether this is known to be the feed's newest position, so that there is nothing to look for before the next notice."""
        return position is not None and self._newest.get(organization_id) == position

    @contextmanager
    def waiter(self, organization_id: UUID, given: asyncio.Event | None = None) -> Iterator[asyncio.Event]:
        """Give an event, or the `given` one, that is set whenever the organisation's feed has grown."""
        woken = given or asyncio.Event()
        self._waiting.setdefault(organization_id, set()).add(woken)
        try:
            yield woken
        finally:
            others = self._waiting[organization_id]
            others.discard(woken)
            if not others:
                del self._waiting[organization_id]

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        """Return when woken, when the time is over, or soon while no notice can come."""
        longest = seconds if self.listening else min(seconds, WITHOUT_NOTICES_SECONDS)
        await is_set_within(woken, longest)

    async def listen(self, database: Database) -> None:
        """Listen until cancelled, with a new connection after a fault; everybody looks again after one."""
        self.resting = False
        database.listeners[CHANNEL].append(self._grown)
        try:
            await hear(database, CHANNEL, APPLICATION, self._grown, self._listens)
        finally:
            database.listeners[CHANNEL].remove(self._grown)
            self.resting = True
            self.wake_all()

    def _listens(self, listening: bool) -> None:
        self.listening = listening
        if not listening:
            self._newest.clear()
        self.wake_all()

    def _grown(self, notice: str) -> None:
        first, second = notice.split(" ")
        organization_id, position = UUID(first), int(second)
        if self.listening:  # else what other processes commit would be missed
            self._newest[organization_id] = max(position, self._newest.get(organization_id, 0))
        self.wake(organization_id)

    def wake(self, organization_id: UUID) -> None:
        """Wake those who follow this organisation's feed."""
        for woken in self._waiting.get(organization_id, ()):
            woken.set()

    def wake_all(self) -> None:
        """Wake everybody: something may have been missed."""
        for organization_id in self._waiting:
            self.wake(organization_id)
