"""A real broker, and a fresh database with nothing but the kit's tables, for relays and readers as processes of their own."""

from collections.abc import AsyncIterator

import pytest
from ihala_kit.settings import KitSettings
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres
from ihala_local.testing_kafka import ThrowAwayKafka, throw_away_kafka
from pydantic import SecretStr

from tests.kit.broker.outbox import Outbox, writing_and_reading
from tests.kit.conftest import make_kit_database


@pytest.fixture(scope="package")
async def kafka() -> AsyncIterator[ThrowAwayKafka]:
    async with throw_away_kafka() as found:
        yield found


@pytest.fixture
async def settings(postgres: ThrowAwayPostgres, kafka: ThrowAwayKafka) -> AsyncIterator[KitSettings]:
    """Settings of a service that Kafka knows as notify."""
    async with postgres.scratch("kit", make_kit_database) as scratch:
        yield KitSettings(
            database_url=scratch.url, owner_database_url=scratch.owner_url, kafka_servers=kafka.place.kafka_servers,
            kafka_username="notify", kafka_password=SecretStr(kafka.place.home.secret("notify-kafka")),
            master_key=SecretStr(new_master_key()), leader_lost_after_seconds=1,
        )  # fmt: skip


@pytest.fixture
async def outbox(settings: KitSettings) -> AsyncIterator[Outbox]:
    """An outbox that is written to and whose events are read."""
    async with writing_and_reading(settings) as found:
        yield found
