"""What the gateway does beside answering: know who is suspended, know its keys, throw away what has run out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.logs import kind_of
from ihala_kit.vault import Vault
from sqlalchemy.exc import SQLAlchemyError

from ihala_gateway import store
from ihala_gateway.clients import uses
from ihala_gateway.clients.uses import KeyUses
from ihala_gateway.edge.admission import Admission
from ihala_gateway.oauth import keys
from ihala_gateway.oauth import store as grants
from ihala_gateway.oauth.issuing import LIVES_SECONDS
from ihala_gateway.oauth.keys import Keys
from ihala_gateway.oauth.published_file import PublishedFile
from ihala_gateway.oauth.standing import POLL_SECONDS, Standing
from ihala_gateway.staff import store as staff
from ihala_gateway.watching import retention

log = logging.getLogger(__name__)

KEYS_EVERY_SECONDS = 20.0
PURGE_EVERY_SECONDS = 60.0
CHANGES_REMEMBERED = timedelta(seconds=LIVES_SECONDS + 300)  # clocks of two hosts may differ by some minutes


class Upkeep:
    """Keeps `standing` and `keys` as the database has them. `begin` before the first request, then `run` as a task."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        standing: Standing,
        keyring: Keys,
        access_log_days: int,
        admission: Admission,
        uses: KeyUses,
        kafka_keys: PublishedFile,
    ) -> None:
        self._database = database
        self._vault = vault
        self._standing = standing
        self._keys = keyring
        self._admission = admission
        self._uses = uses
        self._kafka_keys = kafka_keys
        self._log_kept = timedelta(days=access_log_days)

    async def begin(self) -> None:
        """Read all once, and make the keys where there are none yet."""
        await self.read_keys()
        await self.read_standing()

    async def run(self) -> None:
        """Do all of it again and again; run as a task."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_again(self.read_standing, POLL_SECONDS))
            tasks.create_task(_again(self.read_keys, KEYS_EVERY_SECONDS))
            tasks.create_task(_again(self.purge, PURGE_EVERY_SECONDS))
            tasks.create_task(_again(self._uses.write, uses.EVERY_SECONDS))

    async def read_standing(self) -> None:
        """Learn which clients and accounts changed of late, which tokens are revoked, what is off, whose limits differ."""
        now = datetime.now(UTC)
        async with self._database.transaction(Caller.system("standing")) as tx:
            self._standing.learn(await store.standing(tx, now - CHANGES_REMEMBERED, now))
            await self._admission.read(tx)

    async def read_keys(self) -> None:
        """Learn the signing keys; make those that are missing."""
        now = datetime.now(UTC)
        async with self._database.transaction(Caller.system("keys")) as tx:
            rows = await keys.ensure(tx, self._vault, now)
        self._keys.learn(rows, self._vault, now)
        await self._kafka_keys.write(self._keys.access.document())

    async def purge(self) -> None:
        """Delete what has run out, a batch at a time."""
        now, gone = datetime.now(UTC), 1
        while gone:
            async with self._database.transaction(Caller.system("purge")) as tx:
                gone = await store.purge(tx, now) + await grants.purge(tx, now) + await staff.purge(tx, now)
        await retention.purge(self._database, now, self._log_kept)


async def _again(work: Callable[[], Awaitable[None]], every_seconds: float) -> None:
    """Repeat the work. Nothing ends it: what was known before stays good for a while, and readiness tells when it is too old."""
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await work()
        except (OSError, SQLAlchemyError) as error:
            log.warning("the database does not answer", extra={"work": work.__name__, "error": kind_of(error)})
        except Exception:  # a fault of ours, or a wrong master key
            log.exception("upkeep failed", extra={"work": work.__name__})
