"""Registering people over HTTP, and looking for who may be the same, among 10,000 and among 1,000,000 who are known."""

import asyncio
import gc
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import aiohttp
from ihala_intake.commands.doubles import Newcomer, look_for
from ihala_intake.details import PersonDetails
from ihala_intake.same_person.profile import year_of
from ihala_kit.auth import Caller
from ihala_kit.db import Database

from tests.bench.intake_filling import OPERATOR, ORIGIN
from tests.bench.intake_matching import names
from tests.bench.intake_world import World, world
from tests.bench.people import THIS_YEAR, records
from tests.bench.results import Figure, percentile

SIZES = (10_000, 1_000_000)
RATE, SECONDS, WARM_UP_SECONDS = 50, 30, 10
SEARCHES, SEARCHES_TO_WARM_UP = 600, 100
REGISTER_MS, SEARCH_MS, GROWS = 60, 30, 1.3
CONSENT = {
    "given": True, "categories": ["identity", "contact", "household"], "language": "ar", "how": "spoken", "recorded_by": "bench",
}  # fmt: skip
NEEDS = [{"code": "housing.hlp", "urgency": "routine", "note": "bench"}, {"code": "education.enrolment", "urgency": "urgent"}]


@dataclass
class Registered:
    """How long each registration took, from the instant it should have been sent, and what one cost, in milliseconds."""

    took: list[float]
    refused: int
    service_cpu: float
    postgres_cpu: float


async def measure() -> list[Figure]:
    """Return p50 and p99 at both sizes, what a registration costs, and how much longer the larger takes."""
    figures, worst = list[Figure](), dict[int, float]()
    for size in SIZES:
        async with world(size) as found:
            searched = await _searches(found)
            registered = await _registrations(found)
        worst[size] = percentile(registered.took, 99)
        for what, took, most in (("search", searched, SEARCH_MS), ("register", registered.took, REGISTER_MS)):
            at = f" at {RATE}/s" if what == "register" else ""
            figures.append(Figure(f"{what} p50 among {size:,}{at}", round(percentile(took, 50), 1), "ms"))
            figures.append(Figure(f"{what} p99 among {size:,}{at}", round(percentile(took, 99), 1), "ms", most))
        figures.append(Figure(f"register among {size:,}: not taken", registered.refused, "requests", 0))
        figures.append(Figure(f"register CPU among {size:,}, service", round(registered.service_cpu, 1), "ms"))
        figures.append(Figure(f"register CPU among {size:,}, PostgreSQL", round(registered.postgres_cpu, 1), "ms"))
    ratio = worst[SIZES[-1]] / worst[SIZES[0]]
    figures.append(Figure("register p99, a hundred times as many people to as many", round(ratio, 2), "times", GROWS))
    return figures


def _newcomers() -> Iterator[PersonDetails]:
    """Give people whom nobody knows, every now and then the same one again; but whoever is born this year may not be born yet."""
    return (one.details for one in records(8, 10_000, 0.2, names()) if (year_of(one.details) or 0) < THIS_YEAR)


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


async def _registrations(found: World) -> Registered:
    """Register at the rate, whether or not the ones before were answered; what the first seconds took is left out."""
    warm_up, count = RATE * WARM_UP_SECONDS, RATE * (WARM_UP_SECONDS + SECONDS)
    dice, took, statuses = random.Random(9), list[float](), Counter[int]()
    bodies = [_body(dice, details) for _, details in zip(range(count), _newcomers(), strict=False)]  # made before: it costs, too
    dice.shuffle(bodies)  # the set is made by households; a family does not come fifty members a second, each for themself
    headers = found.headers() | {"Content-Type": "application/json"}
    gc.freeze()
    async with aiohttp.ClientSession(found.address, connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4)) as http:

        async def register(at: float, body: bytes) -> None:
            async with http.post("/v1/requests", data=body, headers=headers) as answer:
                await answer.read()
            statuses[answer.status] += 1
            took.append((time.perf_counter() - at) * 1000)

        running, begin, before = list[asyncio.Task[None]](), time.perf_counter() + 0.1, (0.0, 0.0)
        for number, body in enumerate(bodies):
            at = begin + number / RATE
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            if number == warm_up:
                took.clear()
                before = found.cpu_ms()
            running.append(asyncio.create_task(register(at, body)))
        await asyncio.gather(*running)
        after = found.cpu_ms()
    gc.unfreeze()
    service, postgres = ((later - earlier) / (count - warm_up) for later, earlier in zip(after, before, strict=True))
    return Registered(took, statuses.total() - statuses[202], service, postgres)


def _body(dice: random.Random, details: PersonDetails) -> bytes:
    said = details.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    said["phones"] = [{name: value for name, value in one.items() if name != "hours"} for one in said.get("phones", [])]
    return json.dumps({
        "identifiers": [{"system": "bench", "value": str(uuid4())}], "person": said, "consent": CONSENT, "needs": NEEDS,
        "household": {"size": dice.randint(1, 9)},
    }).encode()  # fmt: skip
