"""Which parts a local Ihala has, and who needs whom: the only place that knows."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ihala_kit.clock import clock_offset

from ihala_local import demo, kafka, postgres, probes
from ihala_local.home import REPOSITORY
from ihala_local.parts import Command, Part, Process, Report, Step
from ihala_local.place import Place
from ihala_local.ports import APPS
from ihala_local.provision import databases, topics
from ihala_local.work import digest, only_once

SCRIPTS = Path(sys.executable).parent

Extra = Mapping[str, Mapping[str, str]]


def parts(place: Place, apps: Sequence[str], extra: Extra, seed: bool) -> list[Part]:
    """Return all parts. PostgreSQL and Kafka start side by side, then the gateway and all services.

    No service waits for the gateway: it asks for its keys when the first request comes, which comes through the gateway.
    """
    layout = Layout(place, apps, extra)
    made: list[Part] = [*layout.postgres(), layout.databases(), *layout.kafka(), layout.topics(), layout.sink()]
    if apps:
        made += [layout.migrations(), *(layout.app(name) for name in apps)]
    if "gateway" in apps:
        made.append(layout.clients())
    if seed:
        made += [layout.seed(), *([layout.rosters()] if "referral" in apps else [])]
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
        """Migrate the databases whose migrations are not the ones they were last migrated by."""

        async def run(report: Report) -> None:
            causes = {name: digest([self.place.migrations(name)]) for name in self.apps}
            wanted = [name for name in self.apps if await self._mark(name, "migrations") != causes[name]]
            if not wanted:
                return
            report(", ".join(wanted))
            environment = {key: value for name in wanted for key, value in self._environment(name, owner=True).items()}
            command = Command([sys.executable, "-m", "ihala_local.migrate", *wanted], environment, REPOSITORY)
            await command.run(self.home.logs / "migrations.log", "Migrating the databases")
            for name in wanted:
                await databases.mark(self.place.server, self.place.database(name).database, "migrations", causes[name])

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
        ports = self.place.ports
        port, others = ports.sink, [str(ports.sink_smpp), str(ports.sink_smtp), f"{ports.url('receipts')}/receipts/rapidpro"]
        words = [sys.executable, "-m", "ihala_local.sink", str(port), str(self.home.messages), *others]
        secret = {"SINK_RECEIPTS_SECRET": self.home.secret("receipts")}
        command = Command(words, {**os.environ, "MALLOC_ARENA_MAX": "2", **secret}, REPOSITORY)
        return Process("sink", lambda: command, lambda: probes.http(port, "/health/live"), grace_seconds=5)

    def clients(self) -> Step:
        """Tell the gateway the demonstration clients with their public keys, and people who may try its sign-in."""

        async def load() -> None:
            for what, file in (("clients", "clients.json"), ("accounts", "people.json")):
                words = [str(SCRIPTS / "ihala-gateway"), what, "load", str(self.home.path / file)]
                command = Command(words, self._environment("gateway"), REPOSITORY)
                await command.run(self.home.logs / f"{what}.log", f"Registering the demonstration {what}")

        async def run(_: Report) -> None:
            public = await asyncio.to_thread(demo.write, self.place)
            database = self.place.database("gateway").database
            await only_once(self.place.server, database, "clients", digest([public, public.with_name("people.json")]), load)

        return Step("clients", run, ("migrations",))

    def app(self, name: str) -> Process:
        """The gateway or a service, all its roles in one process."""
        port = self.place.ports.of(name)
        needs = ("clients", "topics") if name == "gateway" else ("migrations", "topics", "sink")
        words = [str(SCRIPTS / "ihala"), "run", name, "--role", "all"]
        tls = self.place.ports.tls and name == "gateway"
        ready = partial(probes.http, port, "/health/ready", tls=tls)
        grace = 65 if name == "gateway" else 20  # above the gateway's stop_within_seconds: answers under way are finished
        return Process(name, lambda: Command(words, self._environment(name), REPOSITORY), ready, needs, grace_seconds=grace)

    def seed(self) -> Step:
        """Load places, needs and demonstration providers by the program of the service that owns them; its events go out when it runs."""
        from ihala_local import seed  # here: a stack without services has no use for it

        async def load() -> None:
            await seed.load(self.place)

        async def run(_: Report) -> None:
            here, owner = Path(__file__).parent, REPOSITORY / "services" / "directory" / "ihala_directory"
            cause = digest([here / "data", here / "seed.py", owner / "data", owner / "seed.py"])
            await only_once(self.place.server, self.place.database("directory").database, "seed", cause, load)

        return Step("seed", run, ("migrations",))

    def rosters(self) -> Step:
        """Have somebody on duty, else no emergency is taken; again when a month of the services' own time has passed."""
        from ihala_local import seed

        async def load() -> None:
            await seed.fill_rosters(self.place)

        async def run(_: Report) -> None:
            owner = self.place.environment("referral", owner=True)["REFERRAL_OWNER_DATABASE_URL"]
            month = f"{datetime.now(UTC) + await clock_offset(owner):%Y-%m}"
            cause = f"{digest([seed.ROSTERS])} {month}"
            await only_once(self.place.server, self.place.database("referral").database, "rosters", cause, load)

        return Step("rosters", run, ("migrations",))

    async def _mark(self, name: str, work: str) -> str | None:
        return (await databases.marks(self.place.server, self.place.database(name).database)).get(work)

    def _environment(self, name: str, owner: bool = False) -> dict[str, str]:
        return {**self.place.environment(name, owner), **self.extra.get(name, {})}
