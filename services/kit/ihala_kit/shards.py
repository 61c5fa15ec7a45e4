"""Which part of the outbox a relay leads: one lock a slot of keys, and as many shards a process as is its fair share.

A key belongs to one of 16 slots for ever, by its last four bits, and a shard is every n-th slot. Who leads a shard holds the locks of all
its slots, so processes that were told different numbers of shards exclude each other, too: changing the number loses no order.
"""

import asyncio
import math
from collections.abc import Sequence

import asyncpg

from ihala_kit.dsn import LOST, close, plain_dsn
from ihala_kit.settings import KitSettings

SLOTS = 16
SLOT = "(get_byte(uuid_send(key), 15) & 15)"  # of a row; the index that migrations make says the same words
LOCK = 0x1A_0B_0C  # of slot 0, and of the next ones behind it
_HERE = LOCK + SLOTS  # shared by all relay processes of a database
PINGS = 5  # in the time after which a silent process is lost
# A delete that a crash of the server undoes only sends its events again, which readers know: nobody waits for the disk.
_SESSION = {"synchronous_commit": "off"}

_TRY = "SELECT bool_and(pg_try_advisory_lock(lock)) FROM unnest($1::bigint[]) AS lock"
_PROCESSES = """
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1 AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def slots_of(shard: int, shards: int) -> list[int]:
    """Return the slots of a shard."""
    return list(range(shard, SLOTS, shards))


async def connect(settings: KitSettings) -> asyncpg.Connection:
    """Return a connection that PostgreSQL ends, with its locks, when it is silent for too long."""
    session = _SESSION | {"idle_session_timeout": f"{settings.leader_lost_after_seconds}s"}
    return await asyncpg.connect(plain_dsn(settings.database_url), server_settings=session)


def ping_seconds(settings: KitSettings) -> float:
    """Return how often such a connection says something."""
    return settings.leader_lost_after_seconds / PINGS


async def try_locks(connection: asyncpg.Connection, slots: Sequence[int]) -> bool:
    """Take the locks of all these slots, or none: the first decides between processes that know the same number of shards."""
    if not await connection.fetchval(_TRY, [LOCK + slots[0]]):
        return False
    if slots[1:] and not await connection.fetchval(_TRY, [LOCK + slot for slot in slots[1:]]):
        await connection.execute("SELECT pg_advisory_unlock_all()")
        return False
    return True


class Share:
    """How many of the shards this process may lead, so that all relay processes lead about as many."""

    def __init__(self, settings: KitSettings) -> None:
        self.settings = settings
        self.most = settings.relay_shards
        self.led: set[int] = set()

    @property
    def free(self) -> bool:
        """Tell whether one shard more is within the share."""
        return len(self.led) < self.most

    @property
    def exceeded(self) -> bool:
        """Tell whether one shard less should be led here: another process has come."""
        return len(self.led) > self.most

    async def follow(self) -> None:
        """Say that this process is here and count the others, until cancelled."""
        if self.settings.relay_shards == 1:
            return
        while True:
            try:
                connection = await connect(self.settings)
                try:
                    await connection.execute("SELECT pg_advisory_lock_shared($1)", _HERE)
                    while True:
                        processes = await connection.fetchval(_PROCESSES, _HERE)
                        self.most = math.ceil(self.settings.relay_shards / max(1, processes))
                        await asyncio.sleep(ping_seconds(self.settings))
                finally:
                    await close(connection)
            except LOST:
                await asyncio.sleep(ping_seconds(self.settings))
