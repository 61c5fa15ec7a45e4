"""The guards around aiokafka that need no broker; refused tokens: tests/notify/direct/test_tokens.py."""

import asyncio
import contextlib
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from ihala_kit import bus, stopping
from ihala_kit.bus import BusError, Consumer, Producer, Stuck
from ihala_kit.settings import KitSettings
from ihala_kit.stopping import stop
from pydantic import SecretStr

SETTINGS = KitSettings(database_url="postgresql://", master_key=SecretStr(""), kafka_servers="127.0.0.1:1")
PARTITION = TopicPartition("ihala.x.v1", 0)


class Standing:
    """In the place of aiokafka's consumer: assigned one partition, with records waiting that never come."""

    def __init__(self, waiting: int = 3, commit: type[Exception] | None = None) -> None:
        self.waiting, self._commit = waiting, commit

    async def getmany(self, **_: Any) -> dict[TopicPartition, list[Any]]:
        return {}

    def assignment(self) -> set[TopicPartition]:
        return {PARTITION}

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 10 + self.waiting)

    async def position(self, _: TopicPartition) -> int:
        return 10

    async def commit(self, _: Any) -> None:
        if self._commit:
            raise self._commit


def consumer(standing: Standing) -> Consumer:
    made = Consumer.__new__(Consumer)
    made._consumer, made._ends, made._empty_since = standing, {}, None  # type: ignore[assignment]
    return made


async def test_a_reader_that_gets_nothing_while_records_wait_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "STUCK_AFTER_SECONDS", 0.02)
    reader = consumer(Standing())
    await reader.poll()
    assert await reader.lag() == 3, "what waits for a moment may come yet"
    await asyncio.sleep(0.03)
    await reader.poll()
    with pytest.raises(Stuck):
        await reader.lag()
    assert issubclass(Stuck, BusError), "which is what makes the inbox begin anew"


async def test_a_reader_with_nothing_to_read_may_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "STUCK_AFTER_SECONDS", 0.02)
    reader = consumer(Standing(waiting=0))
    for _ in range(2):
        await reader.poll()
        await asyncio.sleep(0.03)
        assert await reader.lag() == 0


@pytest.mark.parametrize("error", [CommitFailedError, IllegalStateError])
async def test_offsets_that_a_rebalance_took_away_are_let_go(error: type[Exception]) -> None:
    reader = consumer(Standing(commit=error))
    reader._ends = {PARTITION: 11}
    await reader.commit()
    assert not reader.uncommitted


async def test_other_faults_of_moving_offsets_are_told() -> None:
    reader = consumer(Standing(commit=KafkaError))
    reader._ends = {PARTITION: 11}
    with pytest.raises(KafkaError):
        await reader.commit()


async def test_a_producer_does_not_wait_for_company_and_sends_nothing_twice() -> None:
    made = Producer(SETTINGS)._producer
    assert (made._message_accumulator._linger_time, made._txn_manager is not None, made._sender._acks) == (0, True, -1)
    await stop(made)


@pytest.mark.parametrize("kind", [AIOKafkaConsumer, AIOKafkaProducer])
async def test_who_ends_a_client_without_a_broker_is_not_cancelled_by_it(kind: Any) -> None:
    client = kind(bootstrap_servers="127.0.0.1:1")
    with pytest.raises(KafkaError):
        await client.start()
    await stop(client)


@pytest.mark.parametrize("hangs", [False, True])
async def test_aiokafkas_own_cancelled_tasks_and_hanging_ones_stay_inside_and_the_connections_are_closed(
    hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "WITHIN_SECONDS", 0.02)
    client = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1")
    closed: list[bool] = []

    async def stops() -> None:
        if not hangs:
            raise asyncio.CancelledError
        await asyncio.sleep(10)

    async def closes() -> None:
        closed.append(True)

    client.stop, client.client.close = stops, closes  # type: ignore[method-assign]
    await stop(client)
    assert closed == [True]


async def test_the_callers_own_cancellation_gets_through() -> None:
    client = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1")
    ended: list[bool] = []

    async def stops() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            ended.append(True)

    client.stop = stops  # type: ignore[method-assign]
    task = asyncio.create_task(stop(client))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with contextlib.suppress(TimeoutError):
        await asyncio.sleep(0)
    assert ended == [True]
