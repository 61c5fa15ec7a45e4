"""Relays on a real PostgreSQL and Kafka: frozen, killed, and in shards; Kafka itself away. No key's events swap, none is lost."""

import asyncio
import signal

from ihala_kit.relay import Relay
from ihala_kit.settings import KitSettings
from ihala_local.testing_kafka import ThrowAwayKafka

from tests.kit.broker.outbox import Outbox, relay, until

WAITING = 1_000


async def test_the_other_relay_goes_on_when_the_leader_is_frozen_or_killed_and_nothing_swaps(settings: KitSettings, outbox: Outbox) -> None:
    with relay(settings) as one, relay(settings) as other:
        writing = asyncio.create_task(outbox.write())
        await until(lambda: outbox.led_by(one, other))
        leads = (await outbox.led_by(one, other)).get(0)
        frozen, awake = (one, other) if leads == 0 else (other, one)
        await asyncio.sleep(0.2)
        frozen.send_signal(signal.SIGSTOP)
        await outbox.until_led_by_each(awake)
        frozen.send_signal(signal.SIGCONT)  # it still holds what it had read, and sends it now
        await asyncio.sleep(0.2)
        awake.kill()
        await outbox.until_led_by_each(frozen)
        await outbox.finish(writing)
    outbox.check()


async def test_two_processes_share_two_shards_and_each_takes_over_what_the_other_leaves(settings: KitSettings, outbox: Outbox) -> None:
    settings = settings.model_copy(update={"relay_shards": 2})
    with relay(settings) as one, relay(settings) as other:
        writing = asyncio.create_task(outbox.write())
        await outbox.until_led_by_each(one, other)
        await asyncio.sleep(0.2)
        one.send_signal(signal.SIGSTOP)
        await outbox.until_led_by_each(other)
        one.send_signal(signal.SIGCONT)
        await outbox.until_led_by_each(one, other)
        await asyncio.sleep(0.2)
        other.kill()
        await outbox.until_led_by_each(one)
        await outbox.finish(writing)
    outbox.check()


async def test_while_kafka_is_away_writers_go_on_and_all_of_it_comes_in_order(
    settings: KitSettings, outbox: Outbox, kafka: ThrowAwayKafka
) -> None:
    relaying = asyncio.create_task(Relay(settings, "notify").run())
    writing = asyncio.create_task(outbox.write())

    async def arriving() -> bool:
        return len(outbox.arrived) > 0

    async def waits() -> bool:
        return await outbox.left() > WAITING

    await until(arriving)
    await kafka.supervisor.kill("kafka", signal.SIGSTOP)
    before = outbox.written
    await until(waits)
    assert outbox.written - before >= WAITING / 2
    await kafka.supervisor.kill("kafka", signal.SIGKILL)
    await kafka.supervisor.wait_ready("kafka", 60)
    await outbox.finish(writing)
    outbox.check()
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
