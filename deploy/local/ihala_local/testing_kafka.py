"""A throw-away real Kafka for tests: our own broker with its users, topics and access lists, on free ports.

    async with throw_away_kafka(tls=True) as kafka:
        kafka.place.kafka_servers                    # our services, by password
        kafka.direct                                 # partners, by token; kafka.place.home.kafka_keys holds who may make them

It takes some 6 seconds to start and 400 MB: one for a folder of tests.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ihala_local.home import Home
from ihala_local.layout import Layout
from ihala_local.place import Place
from ihala_local.ports import HOST, Ports, any_free
from ihala_local.supervisor import Supervisor
from ihala_local.testing import open_directory
from ihala_local.tls import Certificates


@dataclass(frozen=True)
class ThrowAwayKafka:
    """A running broker. `supervisor.kill("kafka")` kills it; it is started again by itself."""

    place: Place
    supervisor: Supervisor

    @property
    def direct(self) -> str:
        """Where partners find it."""
        return f"{HOST}:{self.place.ports.kafka_direct}"

    @property
    def authority(self) -> Path:
        """Whom partners trust, where it speaks TLS; PEM."""
        return Certificates.of(self.place.home).authority


@asynccontextmanager
async def throw_away_kafka(*, tls: bool = False) -> AsyncIterator[ThrowAwayKafka]:
    """Start a broker in a temporary directory; everything of it is gone at the end. Raises Trouble when none can run here."""
    with open_directory("ihala-kafka-") as directory:
        names = ("gateway", "kafka", "kafka_controller", "kafka_internal", "kafka_direct")
        place = Place(Home(directory), Ports(**{name: any_free() for name in names}, tls=tls))
        place.home.make()
        place.home.make_secrets()
        layout = Layout(place, (), {})
        supervisor = Supervisor([*layout.kafka(), layout.topics()], place.home.logs)
        await supervisor.start()
        try:
            yield ThrowAwayKafka(place, supervisor)
        finally:
            await supervisor.stop()
