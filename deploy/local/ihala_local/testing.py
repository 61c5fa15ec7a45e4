"""A throw-away real PostgreSQL for tests: one server a session, without fsync, and a fresh copy of a migrated database a test.

    async with throw_away_postgres() as postgres:
        async with postgres.scratch("referral", migrated("referral")) as database:   # migrates a template, once a session
            database.url, database.owner_url, database.app_role

Stack (stack.py) is what end-to-end tests start, in an `open_directory`.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from ihala_local import probes
from ihala_local.home import Home
from ihala_local.place import Place
from ihala_local.ports import Ports, any_free
from ihala_local.postgres import THROW_AWAY, Cluster, programs_for, unprivileged, usable
from ihala_local.provision.databases import Server, Wanted, make_database, make_roles
from ihala_local.trouble import Trouble

START_SECONDS = 60
MEMORY = Path("/dev/shm")  # noqa: S108 - directories in it have names that nobody guesses
ROOM_BYTES = 4 << 30
PASSWORD = "only-for-tests"  # noqa: S105 - the server lives on loopback, for one test session

Make = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True)
class Scratch:
    """A database of one test: how its owner and the application's role reach it."""

    url: str
    owner_url: str
    app_role: str


@dataclass
class ThrowAwayPostgres:
    """A running server whose databases are gone when it stops."""

    server: Server
    _numbers: "count[int]" = field(default_factory=count)
    _templates: dict[str, asyncio.Lock] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def scratch(self, name: str, make: Make) -> AsyncIterator[Scratch]:
        """Give a fresh database of the service `name`, a copy of one that `make` migrated; dropped at the end."""
        wanted = Wanted(name, PASSWORD, PASSWORD)
        await self._template(wanted, make)
        database = f"{wanted.database}_{next(self._numbers)}"
        connection = await self.server.connect()
        try:
            await make_database(connection, wanted, database, template=f"{wanted.database}_template")
            yield Scratch(
                self.server.url_for(database, wanted.app, PASSWORD),
                self.server.url_for(database, wanted.owner, PASSWORD),
                wanted.app,
            )
            await connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
        finally:
            await connection.close()

    async def _template(self, wanted: Wanted, make: Make) -> None:
        name = f"{wanted.database}_template"
        async with self._templates.setdefault(name, asyncio.Lock()):
            if name in self._made:
                return
            connection = await self.server.connect()
            try:
                await make_roles(connection, wanted)
                await make_database(connection, wanted, name)
            finally:
                await connection.close()
            await make(self.server.url_for(name, wanted.owner, PASSWORD), wanted.app)
            self._made.add(name)


def migrated(service: str) -> Make:
    """Return how a template of that service is made: by its own migrations."""

    async def make(owner_url: str, app_role: str) -> None:
        from ihala_kit.migrations import migrate_async  # here: the local run itself does without the kit

        await migrate_async(Place(Home(Path()), Ports()).migrations(service), owner_url, app_role)

    return make


@contextmanager
def open_directory(prefix: str) -> Iterator[Path]:
    """Give a temporary directory that PostgreSQL's user may pass through, which pytest's own are not; removed at the end.

    It lies in memory where there is room: a test's database costs mostly the making and removing of its files.
    """
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_in_memory(), ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        yield Path(made)


def _in_memory() -> Path | None:
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ROOM_BYTES else None


@asynccontextmanager
async def throw_away_postgres() -> AsyncIterator[ThrowAwayPostgres]:
    """Start a server in a temporary directory on a free port; raises Trouble when none can run here."""
    with open_directory("ihala-postgres-") as place:
        run_as = unprivileged()
        data = place / "postgres"
        programs = usable(programs_for(data), run_as)
        cluster = Cluster(data, programs, run_as, any_free(), PASSWORD, THROW_AWAY)
        await cluster.prepare(lambda _: None, place / "log")
        process = await cluster.command().start(place / "log")
        try:
            await _until_ready(cluster)
            yield ThrowAwayPostgres(Server(cluster.url))
        finally:
            process.send_signal(cluster.command().death_signal)
            await process.wait()


async def _until_ready(cluster: Cluster) -> None:
    try:
        async with asyncio.timeout(START_SECONDS):
            while not await probes.postgres(cluster.url):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise Trouble(f"The throw-away PostgreSQL did not start within {START_SECONDS} seconds.") from None
