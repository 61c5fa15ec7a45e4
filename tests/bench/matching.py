"""Matches and reservations end to end over HTTP, over 20,000 and over 200,000 services at locations; one match in ten asks the hot spot:
the one district where two thousand offer the one need."""

import asyncio
import gc
import random
import time
from collections import Counter
from uuid import uuid4

import aiohttp

from tests.bench.matching_world import HOT_DISTRICT, HOT_NEED, World, world
from tests.bench.results import Figure, percentile

SIZES = (20_000, 200_000)
MATCHES, WARM_UP = 600, 60
RATE, SECONDS, WARM_UP_SECONDS = 50, 20, 3
MATCH_MS, RESERVE_MS, GROWS = 40, 10, 1.3


async def measure() -> list[Figure]:
    """Return p50 and p99 at both sizes, and how much the larger costs."""
    figures, worst = list[Figure](), dict[tuple[str, int], float]()
    for size in SIZES:
        async with world(size) as found, aiohttp.ClientSession(found.address) as http:
            near, hot = await _matches(found, http)
            reserved = await _reservations(found, http)
        within = 1 if size == SIZES[0] else GROWS
        every = near + hot
        worst["match", size], worst["reserve", size] = percentile(every, 99), percentile(reserved, 99)
        figures += [
            Figure(f"match p50 over {size:,}", round(percentile(every, 50), 1), "ms"),
            Figure(f"match p99 over {size:,}", round(worst["match", size], 1), "ms", MATCH_MS * within),
            Figure(f"match p99 over {size:,}, hot spot of 2,000 alone", round(percentile(hot, 99), 1), "ms", MATCH_MS * within),
            Figure(f"reserve p50 over {size:,} at {RATE}/s", round(percentile(reserved, 50), 1), "ms"),
            Figure(f"reserve p99 over {size:,} at {RATE}/s", round(worst["reserve", size], 1), "ms", RESERVE_MS * within),
        ]
    for what in ("match", "reserve"):
        ratio = worst[what, SIZES[1]] / worst[what, SIZES[0]]
        figures.append(Figure(f"{what} p99, ten times as many to as many", round(ratio, 2), "times", GROWS))
    return figures


async def _matches(found: World, http: aiohttp.ClientSession) -> tuple[list[float], list[float]]:
    """Ask one after the other, each need where somebody offers it; return the milliseconds of the ordinary ones and of the hot spot."""
    dice, near, hot, seen = random.Random(7), list[float](), list[float](), Counter[str]()
    headers = found.headers()  # one token for many calls, as the gateway sends them
    for number in range(WARM_UP + MATCHES):
        is_hot = number % 10 == 0
        need, governorate, district = (HOT_NEED, HOT_DISTRICT[:5], HOT_DISTRICT) if is_hot else dice.choice(found.cells)
        facts = {
            "age": dice.randint(8, 70), "sex": dice.choice(["female", "male"]), "languages": dice.choice([["ar"], ["ckb"], ["kmr", "ar"]]),
            "status": dice.choice(["group.idp", "group.returnee_abroad", "group.host"]),
            "requirements": dice.choice([[], [], ["step_free"], ["woman_staff"]]),
        }  # fmt: skip
        body = {"need_code": need, "governorate": governorate, "district": district, "facts": facts}
        began = time.perf_counter()
        async with http.post("/v1/matches", json=body, headers=headers) as answer:
            text = await answer.read()
        took = (time.perf_counter() - began) * 1000
        assert answer.status == 200, text
        seen["hot" if is_hot else "near"] += 1
        if number >= WARM_UP:
            (hot if is_hot else near).append(took)
    return near, hot


async def _reservations(found: World, http: aiohttp.ClientSession) -> list[float]:
    """Reserve at random places at the rate, whether or not the ones before were answered; return the milliseconds of those that held."""
    dice, took, statuses, officer = random.Random(8), list[float](), Counter[int](), found.headers()

    async def reserve(at: float, counts: bool) -> None:
        body = {"need_id": str(uuid4()), "service_at_location_id": str(dice.choice(found.ats))}
        headers = officer | {"Idempotency-Key": str(uuid4())}
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        began = time.perf_counter()
        async with http.post("/v1/reservations", json=body, headers=headers) as answer:
            await answer.read()
        statuses[answer.status] += 1
        if counts and answer.status == 201:
            took.append((time.perf_counter() - began) * 1000)

    gc.collect()
    gc.freeze()  # the world's hundred thousands of ids: looking through them stops this process, and so the clock, for a third of a second
    begin = time.perf_counter() + 0.5
    running = []
    for number in range(RATE * (WARM_UP_SECONDS + SECONDS)):
        running.append(asyncio.create_task(reserve(begin + number / RATE, number >= RATE * WARM_UP_SECONDS)))
        await asyncio.sleep(max(0.0, begin + (number - RATE) / RATE - time.perf_counter()))
    await asyncio.gather(*running)
    gc.unfreeze()
    assert set(statuses) <= {201, 409}, statuses
    return took
