"""Fetches blocks from the database, in the background: one statement for all that is wanted at a moment."""

import asyncio
import logging
import time

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.logs import kind_of
from sqlalchemy.exc import SQLAlchemyError

from ihala_gateway.limits import store
from ihala_gateway.limits.leases import Leases, release
from ihala_gateway.limits.policy import WINDOW_SECONDS

log = logging.getLogger(__name__)

TIDY_EVERY_SECONDS = 60.0
AFTER_FAILURE_SECONDS = 0.3
PERIODS_KEPT = 5


class Lender:
    """Serves `leases`; `run` as a task."""

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database = database
        self._leases = leases

    async def run(self) -> None:
        """Fetch what is wanted, again and again. Nothing ends it: while the database is away, what was lent already is spent."""
        tidied_at = 0.0
        while True:
            await self._leases.want.wait()
            await self.serve()
            if time.monotonic() - tidied_at > TIDY_EVERY_SECONDS:
                tidied_at = time.monotonic()
                await self._tidy()

    async def serve(self) -> None:
        """Fetch what is wanted now."""
        wanted = self._leases.taken()
        asked = [
            store.Asked(subject, kind, period, max(purse.block, len(purse.waiting)), purse.quota)
            for (subject, kind, period), purse in sorted(wanted.items(), key=lambda one: one[0])
        ]
        try:
            async with self._database.transaction(Caller.system("limits")) as tx:
                lent = await store.lend(tx, asked)
            for row in lent:
                wanted[row.subject, row.kind, row.period].granted(row.period, row.granted, row.leased)
        except (OSError, SQLAlchemyError) as error:
            log.warning("limits: the database does not answer", extra={"error": kind_of(error)})
            await asyncio.sleep(AFTER_FAILURE_SECONDS)
        except Exception:  # a fault of ours must not end the task that lets callers in
            log.exception("limits: nothing was fetched")
            await asyncio.sleep(AFTER_FAILURE_SECONDS)
        finally:
            release(wanted.values())

    async def _tidy(self) -> None:
        self._leases.forget_idle()
        try:
            async with self._database.transaction(Caller.system("limits")) as tx:
                await store.forget(tx, int(self._leases.now()) // WINDOW_SECONDS - PERIODS_KEPT)
        except (OSError, SQLAlchemyError) as error:
            log.warning("limits: the database does not answer", extra={"error": kind_of(error)})
