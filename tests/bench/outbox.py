"""Outbox, relay and inbox: commit to consumer at 200 events a second (1 KB, 500 keys, 8 writers), what a relay costs the writers, a backlog
drained and how old new events become meanwhile, batches of the inbox against one event a transaction; and the relay's memory.

Debezium's figures were measured on the same kind of machine with the same load (tuned: poll.interval.ms=10).
"""

import asyncio
import random
import statistics
import time
from uuid import UUID, uuid4

import psutil

from tests.bench.outbox_inbox import inbox_figures
from tests.bench.outbox_world import World, until, world
from tests.bench.results import Figure, percentile

RATE, SECONDS, WARM_UP, WRITERS, KEYS = 200, 30, 5, 8, 500
BACKLOG, OF_A_KEY = 50_000, 10
FULL_WRITERS, FULL_SECONDS, ROUNDS = 16, 4.0, 3


async def measure(seconds: float = SECONDS, backlog: int = BACKLOG, full_seconds: float = FULL_SECONDS, inbox: int = 5_000) -> list[Figure]:
    """Start PostgreSQL and Kafka, both durable, run the loads one after the other, and return the figures."""
    async with world(FULL_WRITERS) as made:
        with made.relay() as relay:
            figures = await _steadily(made, seconds)
            figures.append(Figure("relay resident memory", round(_memory(relay), 1), "MiB", 60, "Debezium 541"))
        figures += [await _drained(made, backlog), *await _drained_beside_new(made, backlog), await _writers(made, full_seconds)]
        lost = len(made.committed.keys() - made.arrived.keys())
        figures.append(Figure("outbox events lost", lost, "events", 0, note=f"of {len(made.committed)}"))
        return figures + await inbox_figures(made.database, inbox)


def _key() -> UUID:
    return UUID(int=random.randrange(KEYS) + 1)


def _memory(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 2**20


async def _steadily(made: World, seconds: float) -> list[Figure]:
    over = time.monotonic() + WARM_UP + seconds
    await asyncio.gather(*(made.write_at(RATE / WRITERS, lambda: time.monotonic() > over, _key) for _ in range(WRITERS)))
    await until(lambda: made.committed.keys() <= made.arrived.keys())
    names = sorted(made.committed, key=lambda name: made.committed[name])
    late = made.late(names[RATE * WARM_UP :])
    return [
        Figure("outbox commit to consumer p50", round(percentile(late, 50), 2), "ms", 10, "Debezium tuned 11.6"),
        Figure("outbox commit to consumer p99", round(percentile(late, 99), 2), "ms", 50, "Debezium tuned 44"),
    ]


def _backlog(size: int) -> list[UUID]:
    """Return the keys of a backlog in the order of its events: some of each key, far apart."""
    keys = [uuid4() for _ in range(max(1, size // OF_A_KEY))]
    return [keys[number % len(keys)] for number in range(size)]


async def _drained(made: World, size: int) -> Figure:
    """Write a backlog while no relay runs; return at how many events a second the consumer got it, from the first to the last."""
    names = await made.fill(_backlog(size))
    with made.relay():
        await until(lambda: made.arrived.keys() >= set(names))
    rate = size / _lasted(made, names)
    return Figure(
        "outbox backlog drained", round(rate), "events/s", None, "Debezium tuned 6,800",
        f"{size:,} rows that wait when the relay starts", at_least=2 * 6_800,
    )  # fmt: skip


async def _drained_beside_new(made: World, size: int) -> list[Figure]:
    """The same while new events come, of keys that wait in the backlog and of keys that do not."""
    keys = _backlog(size)
    names = set(await made.fill(keys))
    with made.relay():
        await until(lambda: not names.isdisjoint(made.arrived))
        over = lambda: names <= made.arrived.keys()  # noqa: E731
        new, known = await asyncio.gather(made.write_at(RATE / 2, over, uuid4), made.write_at(RATE / 2, over, lambda: random.choice(keys)))
        await until(lambda: made.arrived.keys() >= {*new, *known})
    note = f"{size:,} rows drained meanwhile in {_lasted(made, list(names)):.1f} s, {OF_A_KEY} a key; {RATE} new events a second"
    return [
        Figure("new event during a drain, key without a backlog, p99", round(percentile(made.late(new), 99), 1), "ms", 500, note=note),
        Figure("new event during a drain, key with a backlog, p99", round(percentile(made.late(known), 99), 1), "ms", 500, note=note),
    ]


def _lasted(made: World, names: list[str]) -> float:
    at = sorted(made.arrived[name] for name in names)
    return at[-1] - at[0]


async def _writers(made: World, seconds: float) -> Figure:
    """Write as fast as 16 writers can, with and without a relay in turns; return the ratio of the medians."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    for number in range(ROUNDS):
        for relayed in (True, False) if number % 2 else (False, True):
            rates[relayed].append(await (_relayed(made, seconds) if relayed else _unheard(made, seconds)))
    alone, beside = statistics.median(rates[False]), statistics.median(rates[True])
    note = f"{FULL_WRITERS} writers, {round(beside):,} and {round(alone):,} transactions/s, medians of {ROUNDS}"
    return Figure("writers with a relay against none", round(beside / alone, 2), "times", note=note, at_least=0.8)


async def _relayed(made: World, seconds: float) -> float:
    with made.relay():
        await asyncio.sleep(1.5)  # it starts
        rate = await _fully(made, seconds)
        await until(lambda: made.committed.keys() <= made.arrived.keys())
    return rate


async def _unheard(made: World, seconds: float) -> float:
    before = set(made.committed)
    rate = await _fully(made, seconds)
    await made.empty()
    for name in made.committed.keys() - before:
        del made.committed[name]
    return rate


async def _fully(made: World, seconds: float) -> float:
    begun = time.monotonic()

    async def write() -> int:
        number = 0
        while time.monotonic() < begun + seconds:
            await made.write(_key())
            number += 1
        return number

    return sum(await asyncio.gather(*(write() for _ in range(FULL_WRITERS)))) / (time.monotonic() - begun)
