"""How a lane reads the feed: live events first, what is sent again only when there are none, and never more than it can hold."""

import asyncio

from ihala_kit.auth import Caller
from ihala_kit.db import Database

from ihala_notify.errors import CursorTooOld
from ihala_notify.subscriptions.reading import Part, read_after
from ihala_notify.wakeups import Wakeups
from ihala_notify.webhooks import loading
from ihala_notify.webhooks.ledger import Ledger
from ihala_notify.webhooks.loading import Hook

READ_AT_ONCE = 500
SYSTEM = Caller.system("webhooks")


class Heard(asyncio.Event):
    """Set when the feed may have grown, and then wakes its lane; what else wakes a lane is no reason to read."""

    def __init__(self, changed: asyncio.Event) -> None:
        super().__init__()
        self._changed = changed

    def set(self) -> None:
        """Note it, and wake the lane."""
        super().set()
        self._changed.set()


class Feeding:
    """Fills one lane's ledger. `more`: the feed goes on after what was read."""

    def __init__(self, database: Database, wakeups: Wakeups, hook: Hook, ledger: Ledger, changed: asyncio.Event) -> None:
        self.database, self.wakeups, self.hook, self.ledger, self.changed = database, wakeups, hook, ledger, changed
        self.heard = Heard(changed)
        self.more = True

    async def read(self) -> None:
        """Read on, if there is room and there may be something."""
        if self.ledger.has_room and (self.more or self.heard.is_set() or not self.wakeups.listening):
            self.heard.clear()
            track = self.ledger.track
            part = await self._part(track.read_to)
            new = track.take([item.position for item in part.items], part.position)
            self.ledger.add(loading.items([item for item in part.items if item.position in new], track))
            self.more = part.more
        if not self.more and self.ledger.may_replay:
            await self._read_again()
        if self.ledger.has_room and self.more:
            self.changed.set()

    async def _read_again(self) -> None:
        """Read on in the replay that somebody asked for, if there is one."""
        track, until = self.ledger.replay, self.ledger.replay_until
        if track is None or track.read_to >= until:
            return
        part = await self._part(track.read_to)
        items = [item for item in part.items if item.position <= until]
        track.take([item.position for item in items], part.position)
        self.ledger.add(loading.items(items, track, asked=True))
        if part.position < until and self.ledger.may_replay:  # a narrow filter leaves much out; nobody else wakes the lane for the rest
            self.changed.set()

    async def _part(self, after: int) -> Part:
        """Return what follows; of a webhook that rested for over 30 days, from the oldest that is kept."""
        async with self.database.transaction(SYSTEM) as tx:
            try:
                return await read_after(tx, self.hook.organization_id, after, READ_AT_ONCE, self.hook.filters)
            except CursorTooOld:
                return await read_after(tx, self.hook.organization_id, None, READ_AT_ONCE, self.hook.filters)
