"""A real broker with its listener for partners, over TLS; notify's database; and what keeps topics and rights, running."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.gateway_v1 import ClientApproved, ClientSuspended
from ihala_contracts.referral_v1 import ReferralAccepted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres, migrated
from ihala_local.testing_kafka import ThrowAwayKafka, throw_away_kafka
from ihala_notify import feed
from ihala_notify.kafka import consumers
from ihala_notify.kafka.partners import Partners
from ihala_notify.settings import Settings
from ihala_notify.visibility import Circle
from pydantic import SecretStr
from sqlalchemy import text

from tests.notify.direct.partner import Issuer
from tests.notify.samples import received, sample


@pytest.fixture(scope="package")
async def kafka() -> AsyncIterator[ThrowAwayKafka]:
    async with throw_away_kafka(tls=True) as found:
        yield found


@pytest.fixture(scope="package")
def issuer(kafka: ThrowAwayKafka) -> Issuer:
    made = Issuer(kafka)
    made.publish()
    return made


@dataclass
class Office:
    """Notify's side: what the gateway tells it, what its feeds hold, and how its tables stand."""

    settings: Settings
    database: Database
    partners: Partners
    admin_password: SecretStr

    async def approve(self, client_id: str, organization_id: UUID, *scopes: str) -> None:
        """Tell that a client may call, and return when Kafka was told what follows from it."""
        await self.approve_only(client_id, organization_id, *scopes)
        await self.settled()

    async def approve_only(self, client_id: str, organization_id: UUID, *scopes: str) -> None:
        """Tell it, without waiting."""
        event = sample(ClientApproved, client_id=client_id, organization_id=organization_id, scopes=list(scopes or ("events:read",)))
        async with self.database.transaction(Caller.system("test")) as tx:
            await consumers.client_approved(tx, event)

    async def approve_settled(self, client_id: str, organization_id: UUID) -> None:
        """Tell it, and do what follows here: nothing else runs."""
        await self.approve_only(client_id, organization_id)
        await self.partners.lists.settle(self.database)

    async def suspend(self, client_id: str, organization_id: UUID) -> None:
        """Tell that it may not, without waiting."""
        async with self.database.transaction(Caller.system("test")) as tx:
            await consumers.client_suspended(tx, sample(ClientSuspended, client_id=client_id, organization_id=organization_id))

    async def append(self, organization_id: UUID, number: int) -> list[UUID]:
        """Put events into an organisation's feed; return their ids."""
        events = [received(sample(ReferralAccepted, organization_id=organization_id)) for _ in range(number)]
        async with self.database.transaction(Caller.system("test")) as tx:
            for event in events:
                feed.show(tx, event, Circle())
        return [event.envelope.id for event in events]

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.database.transaction(Caller.system("test")) as tx:
            return [dict(row) for row in (await tx.execute(text(query), values)).mappings()]

    async def settled(self) -> None:
        """Wait until nothing is due."""
        due = """
            SELECT 1 FROM kafka_client WHERE listed IS DISTINCT FROM allowed
            UNION ALL SELECT 1 FROM kafka_topic WHERE open AND made_at IS NULL
        """
        await until(lambda: self.rows(due), wanted=False)

    async def written(self, organization_id: UUID, position: int) -> None:
        """Wait until a topic is written up to there."""
        query = "SELECT 1 FROM kafka_topic WHERE organization_id = :id AND position >= :position"
        await until(lambda: self.rows(query, id=organization_id, position=position), wanted=True)


async def until(asked: Callable[[], Any], *, wanted: bool, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while bool(await asked()) is not wanted:
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
async def settings(postgres: ThrowAwayPostgres, kafka: ThrowAwayKafka) -> AsyncIterator[Settings]:
    home = kafka.place.home
    async with postgres.scratch("notify", migrated("notify")) as scratch:
        yield Settings(
            database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=SecretStr(new_master_key()),
            kafka_servers=kafka.place.kafka_servers, kafka_username="notify", kafka_password=SecretStr(home.secret("notify-kafka")),
            kafka_access_password=SecretStr(home.secret("kafka-access")), leader_lost_after_seconds=2,
        )  # fmt: skip


@pytest.fixture(scope="module")
async def idle(settings: Settings, kafka: ThrowAwayKafka) -> AsyncIterator[Office]:
    """The office with nothing running."""
    database = Database(settings)
    await database.start()
    yield Office(settings, database, Partners(settings), SecretStr(kafka.place.home.secret("kafka-admin")))
    await database.stop()


@pytest.fixture
async def office(idle: Office) -> AsyncIterator[Office]:
    """The office at work."""
    async with working(idle.partners, idle.database):
        yield idle


@asynccontextmanager
async def working(partners: Partners, database: Database) -> AsyncIterator[None]:
    """Run it until the end of the block."""
    task = asyncio.create_task(partners.run(database))
    while not partners.leading and not task.done():
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def organization() -> UUID:
    return uuid4()
