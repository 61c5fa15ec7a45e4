"""How long the access log is kept: its rows go by whole segments, so that what stays can still be verified; its sums a year longer."""

from datetime import datetime, timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import Vault

from ihala_gateway.watching import store

USAGE_KEPT_LONGER = timedelta(days=365)
AT_ONCE = 5_000  # rows a transaction


async def purge(database: Database, now: datetime, kept: timedelta) -> None:
    """Delete what is older than `kept`, a batch a transaction."""
    vault, before, more = Vault.of(database.settings), now - kept, True
    while more:
        async with database.transaction(Caller.system("purge")) as tx:
            dropped = await store.drop_old(tx, vault, before, now)
            emptied = await store.empty_dropped(tx, AT_ONCE)
            deleted = await store.delete_old(tx, before, before - USAGE_KEPT_LONGER, AT_ONCE)
            more = dropped or emptied or deleted
