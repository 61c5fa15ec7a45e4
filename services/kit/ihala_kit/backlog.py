"""Which rows of the outbox leave next: the oldest; and while more wait than one batch holds, beside them the keys written last.

Whatever is taken is of each key its first rows, so a key's events keep their order. A key's rows become visible in the order of their
numbers, since a number is drawn while the key's row of `stream` is locked. What is no longer there was sent.
"""

from collections.abc import Sequence

import asyncpg

from ihala_kit.shards import SLOT, SLOTS

BATCH = 500
NEWEST = 50  # rows written last, whose keys go along
OF_A_KEY = 10

_COLUMNS = "seq, id, topic, key, type, version, sequence, epoch, time, traceparent, snapshot, data"
NEXT = f"SELECT {_COLUMNS} FROM outbox ORDER BY seq LIMIT $1"  # noqa: S608 - constants of this module
OF_SLOTS = f"""
    SELECT found.* FROM unnest($2::integer[]) AS slot
    CROSS JOIN LATERAL (SELECT {_COLUMNS} FROM outbox WHERE {SLOT} = slot ORDER BY seq LIMIT $1) AS found
"""  # noqa: S608
NEWEST_KEYS = f"""
    SELECT found.* FROM (SELECT DISTINCT key FROM (SELECT key FROM outbox ORDER BY seq DESC LIMIT $1) AS newest
                         WHERE {SLOT} = ANY($3::integer[])) AS wanted
    CROSS JOIN LATERAL (SELECT {_COLUMNS} FROM outbox WHERE outbox.key = wanted.key ORDER BY seq LIMIT $2) AS found
"""  # noqa: S608


class Backlog:
    """Reads what the leader of some slots sends next. `more` tells whether the last batch was full: then more waits."""

    def __init__(self, connection: asyncpg.Connection, slots: Sequence[int]) -> None:
        self._connection, self._slots = connection, slots
        self.more = False

    async def next(self) -> list[asyncpg.Record]:
        """Return the next rows, in the order in which they are sent."""
        rows = await self._oldest()
        if not self.more:
            return rows
        taken = {row["seq"] for row in rows}
        newest = await self._connection.fetch(NEWEST_KEYS, NEWEST, OF_A_KEY, self._slots)
        return sorted([*rows, *(row for row in newest if row["seq"] not in taken)], key=lambda row: int(row["seq"]))

    async def _oldest(self) -> list[asyncpg.Record]:
        if len(self._slots) == SLOTS:
            rows: list[asyncpg.Record] = await self._connection.fetch(NEXT, BATCH)
            self.more = len(rows) == BATCH
            return rows
        most = BATCH // len(self._slots)
        rows = await self._connection.fetch(OF_SLOTS, most, self._slots)
        self.more = len(rows) >= most  # of one slot, perhaps: else one look too many
        return sorted(rows, key=lambda row: int(row["seq"]))
