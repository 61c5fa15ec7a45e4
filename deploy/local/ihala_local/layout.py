"""Which parts a local Ihala has, and who needs whom: the only place that knows."""

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path

from ihala_local import demo, kafka, postgres, probes
from ihala_local.home import REPOSITORY
from ihala_local.parts import Command, Part, Process, Report, Step
from ihala_local.place import Place
from ihala_local.ports import APPS, SERVICES
from ihala_local.provision import databases, topics
from ihala_local.work import digest, only_once

SCRIPTS = Path(sys.executable).parent
MIGRATIONS_AT_ONCE = max(2, os.cpu_count() or 2)

Extra = Mapping[str, Mapping[str, str]]


def parts(place: Place, apps: Sequence[str], extra: Extra, seed: bool) -> list[Part]:
    """Return all parts. PostgreSQL and Kafka start side by side; then the gateway, whose keys the services ask for, then they."""
    layout = Layout(place, apps, extra)
    made: list[Part] = [*layout.postgres(), layout.databases(), *layout.kafka(), layout.topics(), layout.sink()]
    if apps:
        made += [layout.migrations(), *(layout.app(name) for name in apps)]
    if "gateway" in apps:
        made.append(layout.clients())
    if seed:
        made.append(layout.seed())
    return made


class Layout:
    """Makes the parts of one place."""

    def __init__(self, place: Place, apps: Sequence[str], extra: Extra) -> None:
        self.place, self.home, self.apps, self.extra = place, place.home, apps, extra

    def postgres(self) -> list[Part]:
        """Our own server, unless one outside is used."""
        if self.place.outside_postgres:
            return []
        return [postgres.process(postgres.cluster(self.home, self.place.ports), self.home.logs / "postgres.log")]

    def databases(self) -> Step:
        """Databases and roles of all services, also of those left out: a test reads them all."""

        async def run(_: Report) -> None:
            await databases.provision(self.place.server, [self.place.database(app) for app in APPS])

        return Step("databases", run, () if self.place.outside_postgres else ("postgres",))

    def migrations(self) -> Step:
        """Migrate each database with `ihala migrate`, some at a time, unless it was done for the same migrations."""
        at_once = asyncio.Semaphore(MIGRATIONS_AT_ONCE)
        done: list[str] = []

        async def migrate(name: str, report: Report) -> None:
            async with at_once:
                command = Command([str(SCRIPTS / "ihala"), "migrate", name], self._environment(name, owner=True), REPOSITORY)
                await command.run(self.home.logs / f"migrate-{name}.log", f"Migrating {name}")
                done.append(name)
                report(f"{', '.join(done)} done")

        async def once(name: str, report: Report) -> None:
            cause = digest([self.place.migrations(name)])
            database = self.place.database(name).database
            await only_once(self.place.server, database, "migrations", cause, lambda: migrate(name, report))

        async def run(report: Report) -> None:
            await _together(*(once(name, report) for name in self.apps))

        return Step("migrations", run, ("databases",))

    def kafka(self) -> list[Part]:
        """Our own broker with its program files, unless one outside is used."""
        if self.place.outside_kafka:
            return []
        broker = kafka.broker(self.home, self.place.ports)
        return [Step("kafka files", broker.prepare_files), kafka.process(broker, ("kafka files",))]

    def topics(self) -> Step:
        """Topics, users and access lists."""

        async def run(_: Report) -> None:
            own = None if self.place.outside_kafka else kafka.broker(self.home, self.place.ports).cluster_id()
            await asyncio.to_thread(topics.provision, self.place.kafka_admin, self.place.kafka_passwords, own)

        return Step("topics", run, () if self.place.outside_kafka else ("kafka",))

    def sink(self) -> Process:
        """The local message sink."""
        port = self.place.ports.sink
        words = [sys.executable, "-m", "ihala_local.sink", str(port), str(self.home.messages)]
        command = Command(words, {**os.environ, "MALLOC_ARENA_MAX": "2"}, REPOSITORY)
        return Process("sink", lambda: command, lambda: probes.http(port, "/health/live"), grace_seconds=5)

    def clients(self) -> Step:
        """Tell the gateway the demonstration clients and their public keys."""

        async def load() -> None:
            words = [str(SCRIPTS / "ihala-gateway"), "clients", "load", str(self.home.path / "clients.json")]
            command = Command(words, self._environment("gateway"), REPOSITORY)
            await command.run(self.home.logs / "clients.log", "Registering the demonstration clients")

        async def run(_: Report) -> None:
            public = await asyncio.to_thread(demo.write, self.place)
            database = self.place.database("gateway").database
            await only_once(self.place.server, database, "clients", digest([public]), load)

        return Step("clients", run, ("migrations",))

    def app(self, name: str) -> Process:
        """The gateway or a service, all its roles in one process."""
        port = self.place.ports.of(name)
        needs = ("clients", "topics") if name == "gateway" else ("migrations", "topics", "sink")
        if name != "gateway" and "gateway" in self.apps:
            needs = (*needs, "gateway")
        words = [str(SCRIPTS / "ihala"), "run", name, "--role", "all"]
        return Process(name, lambda: Command(words, self._environment(name), REPOSITORY), lambda: probes.http(port, "/health/ready"), needs)

    def seed(self) -> Step:
        """Load places, needs and demonstration providers through the services that own them."""
        from ihala_local import seed  # here: a stack without services has no use for it

        async def load() -> None:
            await seed.load(self.place)

        async def run(_: Report) -> None:
            here = Path(__file__).parent
            cause = digest([here / "data", *here.glob("seed*")])
            await only_once(self.place.server, self.place.database("directory").database, "seed", cause, load)

        return Step("seed", run, SERVICES)

    def _environment(self, name: str, owner: bool = False) -> dict[str, str]:
        return {**self.place.environment(name, owner), **self.extra.get(name, {})}


async def _together(*work: Coroutine[None, None, None]) -> None:
    """Run all; when one fails, end the others before its error is raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
