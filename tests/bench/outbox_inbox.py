"""Batches of the inbox against one event a transaction: 10 % come twice, every event is applied once."""

import random
import time
from uuid import uuid4

from ihala_contracts.envelope import type_of, version_of
from ihala_contracts.gateway_v1 import TokenRevoked
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_kit.inbox import Inbox
from ihala_kit.records import Received
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.bench.results import Figure
from tests.kit.samples import record, revoked

BATCH, OF_A_KEY, TWICE = 500, 5, 0.1
PEER = "prototype: one by one 1,248/s, batches of 500 47,800/s"


async def inbox_figures(database: Database, size: int) -> list[Figure]:
    """Return how much faster batches are, and how fast."""
    one, batch = await _rate(database, "single", size // 10, 1), await _rate(database, "batch", size, BATCH)
    return [
        Figure("inbox in batches against one by one", round(batch / one, 1), "times", note=f"batches of {BATCH}", at_least=10),
        Figure("inbox in batches", round(batch), "events/s", None, PEER, f"one by one {round(one):,}/s; effects not counted"),
    ]


async def _rate(database: Database, name: str, size: int, batch: int) -> float:
    applied = 0

    async def reader(_: AsyncSession, __: TokenRevoked) -> None:
        nonlocal applied
        applied += 1

    inbox = Inbox(database, f"bench-{name}", {(type_of(TokenRevoked), version_of(TokenRevoked)): reader})
    records = _records(size)
    begun = time.monotonic()
    for start in range(0, len(records), batch):
        await inbox.apply(records[start : start + batch])
    took = time.monotonic() - begun
    if applied != size:
        raise RuntimeError(f"{applied} events were applied of {size}")
    return len(records) / took


def _records(size: int) -> list[Received]:
    """Return events of many keys, those of a key in their order, some of them twice, the second soon after."""
    found: list[Received] = []
    for _ in range(size // OF_A_KEY):
        key = uuid4()
        for number in range(OF_A_KEY):
            found.append(record(revoked(key), number + 1, event_id=new_id()))
            found += found[-1:] * (random.random() < TWICE)
    return found
