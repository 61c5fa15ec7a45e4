"""When a client's key last proved it: noted in memory, written by batch, so that a token costs no more writes for it."""

from datetime import UTC, datetime

from ihala_kit.auth import Caller
from ihala_kit.db import Database

from ihala_gateway.clients import keys, store

MOST_NOTED = 10_000
EVERY_SECONDS = 20.0


class KeyUses:
    """The newest use of each key since the last writing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[tuple[str, str], datetime] = {}

    def note(self, client_id: str, kid: str) -> None:
        """Note that a key proved its client just now."""
        if len(self._noted) < MOST_NOTED:
            self._noted[client_id, kid] = datetime.now(UTC)

    async def write(self) -> None:
        """Write what was noted, and take away the keys whose time is over; what could not be written is noted again."""
        noted, self._noted = self._noted, {}
        if noted:
            try:
                async with self._database.transaction(Caller.system("keys")) as tx:
                    await store.note_uses(tx, [(*who, at) for who, at in noted.items()])
            except BaseException:
                self._noted = noted | self._noted
                raise
        async with self._database.transaction(Caller.system("keys")) as tx:  # one of its own: it locks clients first, then their keys
            await keys.end_old(tx, datetime.now(UTC))
