"""Registering people over HTTP, and looking for who may be the same, among 10,000 and among 1,000,000 who are known."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from ihala_intake.commands.doubles import Newcomer, look_for
from ihala_intake.details import PersonDetails
from ihala_kit.auth import Caller
from ihala_kit.db import Database

from tests.bench.intake_matching import names
from tests.bench.intake_world import OPERATOR, ORIGIN, World, world
from tests.bench.people import records
from tests.bench.results import Figure, percentile

SIZES = (10_000, 1_000_000)
RATE, SECONDS, WARM_UP_SECONDS = 50, 20, 4
SEARCHES, SEARCHES_TO_WARM_UP = 600, 100
REGISTER_MS, SEARCH_MS, GROWS = 60, 30, 1.3
CONSENT = {
    "given": True, "categories": ["identity", "contact", "household"], "language": "ar", "how": "spoken", "recorded_by": "bench",
}  # fmt: skip
NEEDS = [{"code": "housing.hlp", "urgency": "routine", "note": "bench"}, {"code": "education.enrolment", "urgency": "urgent"}]


async def measure() -> list[Figure]:
    """Return p50 and p99 at both sizes, and how much the larger costs."""
    figures, worst = list[Figure](), dict[tuple[str, int], float]()
    for size in SIZES:
        async with world(size) as found:
            searched = await _searches(found)
            async with aiohttp.ClientSession(found.address) as http:
                registered = await _registrations(found, http)
        for what, took, most in (("search", searched, SEARCH_MS), ("register", registered, REGISTER_MS)):
            worst[what, size] = percentile(took, 99)
            at = f" at {RATE}/s" if what == "register" else ""
            figures.append(Figure(f"{what} p50 among {size:,}{at}", round(percentile(took, 50), 1), "ms"))
            figures.append(Figure(f"{what} p99 among {size:,}{at}", round(worst[what, size], 1), "ms", most))
    ratio = worst["register", SIZES[1]] / worst["register", SIZES[0]]
    figures.append(Figure("register p99, a hundred times as many people to as many", round(ratio, 2), "times", GROWS))
    return figures


def _newcomers() -> Iterator[PersonDetails]:
    """Give people whom nobody knows, every now and then the same one again."""
    return (one.details for one in records(8, 10_000, 0.2, names()))


async def _searches(found: World) -> list[float]:
    """Look for people one after the other; return the milliseconds."""
    database, took = Database(found.settings), list[float]()
    caller = Caller("bench", ORIGIN, "nngo", OPERATOR)
    await database.start()
    for number, details in zip(range(SEARCHES), _newcomers(), strict=False):
        async with database.transaction(caller) as tx:
            began = time.perf_counter()
            await look_for(tx, OPERATOR, [Newcomer(UUID(int=number), details)])
            took.append((time.perf_counter() - began) * 1000)
            await tx.rollback()
    await database.stop()
    return took[SEARCHES_TO_WARM_UP:]


async def _registrations(found: World, http: aiohttp.ClientSession) -> list[float]:
    """Register at the rate, whether or not the ones before were answered; return the milliseconds."""
    dice, took, statuses = random.Random(9), list[float](), Counter[int]()

    async def register(at: float, body: dict[str, Any], counts: bool) -> None:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        began = time.perf_counter()
        async with http.post("/v1/requests", json=body, headers=found.headers()) as answer:
            await answer.read()
        statuses[answer.status] += 1
        if counts:
            took.append((time.perf_counter() - began) * 1000)

    begin = time.perf_counter() + 0.5
    running = []
    for number, details in zip(range(RATE * (WARM_UP_SECONDS + SECONDS)), _newcomers(), strict=False):
        body = _body(dice, details)
        running.append(asyncio.create_task(register(begin + number / RATE, body, number >= RATE * WARM_UP_SECONDS)))
        await asyncio.sleep(max(0.0, begin + (number - RATE) / RATE - time.perf_counter()))
    await asyncio.gather(*running)
    assert set(statuses) == {202}, statuses
    return took


def _body(dice: random.Random, details: PersonDetails) -> dict[str, Any]:
    said = details.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    said["phones"] = [{name: value for name, value in one.items() if name != "hours"} for one in said.get("phones", [])]
    return {
        "identifiers": [{"system": "bench", "value": str(uuid4())}], "person": said, "consent": CONSENT, "needs": NEEDS,
        "household": {"size": dice.randint(1, 9)},
    }  # fmt: skip
