"""Clients as this process read them last. Who asks for a token is proven by that, and the one statement that spends the assertion says
whether the row is still the same: so a token costs one question, and is given by nothing older than that answer.
"""

from collections import OrderedDict
from datetime import datetime

from ihala_kit.db import Database

from ihala_gateway import store
from ihala_gateway.clients.spending import Spending
from ihala_gateway.store import Shown
from ihala_gateway.tables import Client

MOST_KNOWN = 2_000


class Changed(Exception):
    """The client's row is another one by now; nothing was spent."""


class KnownClients:
    """Reads clients, and remembers those that were read last. Nobody may change what it gives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._spending = Spending(database)
        self._known: OrderedDict[str, tuple[Client, int]] = OrderedDict()  # with the transaction that wrote the row

    async def read(self, client_id: str) -> Client | None:
        """Return a client as it is now, whatever its status."""
        found = await store.client_alone(self._database, client_id)
        if found is None:
            self._known.pop(client_id, None)
            return None
        self._known[client_id] = found
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return found[0]

    def remembered(self, client_id: str) -> Client | None:
        """Return a client as it was read last, if it was."""
        found = self._known.get(client_id)
        if found is None:
            return None
        self._known.move_to_end(client_id)
        return found[0]

    async def spend(self, client_id: str, jti_hash: bytes, expires_at: datetime) -> bool:
        """Record that an assertion was shown; return False when it was shown before. Raises Changed."""
        known = self._known.get(client_id)
        if known is None:
            raise Changed
        row, written_by = known
        spent = await self._spending.spend(Shown(client_id, jti_hash, expires_at, written_by, row.version))
        if spent is None:
            self._known.pop(client_id, None)
            raise Changed
        return spent
