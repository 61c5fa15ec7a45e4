"""A database that comes back from a backup while its service runs."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from ihala_local.client import Client
from ihala_local.postgres import programs_for
from ihala_local.provision.databases import make_database
from ihala_local.stack import Stack

from tests.e2e.scenarios.scene import Scene
from tests.e2e.scenarios.test_22_told_again import ihala


class Backup:
    """Yesterday's copy of a service's database, and the disaster after which it is all there is."""

    def __init__(self, stack: Stack, service: str, folder: Path) -> None:
        self.stack, self.place, self.service, self.file = stack, stack.place, service, folder / f"{service}.dump"
        self.name = f"ihala_{service}"
        self.back, self.lost = f"{self.name}_yesterday", f"{self.name}_lost"
        self.programs = programs_for(stack.home.path / "postgres")
        self.at = datetime.now(UTC)

    def url(self, database: str) -> str:
        return f"{self.place.server.url.rpartition('/')[0]}/{database}"

    async def take(self) -> None:
        self.at = datetime.now(UTC)
        await self._run("pg_dump", "--format=custom", f"--file={self.file}", self.url(self.name))

    async def becomes_all_there_is(self) -> None:
        """Put the copy in the place of the database, under the feet of a running service; closed, as a copy is brought back."""
        server = await asyncpg.connect(self.place.server.url)
        ahead = await self._offset(self.name)
        try:
            await make_database(server, self.place.database(self.service), self.back)
            await self._run("pg_restore", f"--dbname={self.url(self.back)}", str(self.file))
            closing = {f"{self.service.upper()}_OWNER_DATABASE_URL": self.url(self.back)}
            assert await ihala(self.stack, "close", self.service, **closing) == "closed\n"
            copy = await asyncpg.connect(self.url(self.back))
            await copy.execute('UPDATE clock_offset SET "offset" = $1', ahead)
            await copy.close()
            await server.execute(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
            await server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", self.name)
            await server.execute(f'ALTER DATABASE "{self.name}" RENAME TO "{self.lost}"')
            await server.execute(f'ALTER DATABASE "{self.back}" RENAME TO "{self.name}"')
        finally:
            await server.close()

    async def _offset(self, database: str) -> timedelta:
        connection = await asyncpg.connect(self.url(database))
        found: timedelta = await connection.fetchval('SELECT "offset" FROM clock_offset')
        await connection.close()
        return found

    async def _run(self, program: str, *words: str) -> None:
        run = await asyncio.create_subprocess_exec(self.programs / program, *words, stderr=asyncio.subprocess.PIPE)
        _, wrong = await run.communicate()
        assert run.returncode == 0, wrong.decode()

    async def restored(self) -> None:
        """Have the operator reconcile it with what left it since."""
        said = await ihala(self.stack, "restore", self.service, "--since", f"{self.at:%Y-%m-%dT%H:%M:%S}")
        assert said.splitlines()[-1] == "open", said


async def answers(scene: Scene, follower: Client, path: str, status: int) -> None:
    """Wait until a list answers so: 503, and when to ask again, while its service is closed."""
    answer = await scene.eventually(lambda: follower.get(path, 200, 503, limit=1), lambda found: found.status == status)
    assert status == 200 or int(answer.headers["Retry-After"]) > 0
