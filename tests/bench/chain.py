"""From a provider's acceptance answered to the integrator's event received, at 10 referrals a second; and what the idle stack holds."""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
from ihala_local.client import Client
from ihala_local.ports import Ports
from ihala_local.stack import Stack
from ihala_local.story.cast import Cast
from ihala_local.watch import Seen

from tests.bench.results import Figure, percentile
from tests.e2e.crowd import Crowd

RATE, REFERRALS, WARM_UP = 10, 260, 10
CALM_RATE, CALM = 2, 50
PORT_OFFSET = 4100
SETTLES_SECONDS = 20
RECEIVER, INTEGRATOR = "provider-housing-zummar", "integrator-housing-zummar"


async def measure() -> list[Figure]:
    """Start everything as `make run` does, offer the referrals, accept them at the rate, follow the feed by long poll."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        async with Stack(Path(folder) / "home", Ports.shifted(PORT_OFFSET)) as stack, Cast(stack.place) as cast:
            await asyncio.sleep(10)
            idle = _resident(psutil.Process().children(recursive=True))
            offers = await _offers(cast)
            await asyncio.sleep(SETTLES_SECONDS)  # their messages to people are still being sent
            calm = await _accept_all(cast, offers[:CALM], CALM_RATE)
            busy = await _accept_all(cast, offers[CALM:], RATE)
    return [
        Figure(f"acceptance to integrator's event p50 at {CALM_RATE}/s", round(percentile(calm, 50), 1), "ms", 30),
        Figure(f"acceptance to integrator's event p50 at {RATE}/s", round(percentile(busy, 50), 1), "ms", 30),
        Figure(f"acceptance to integrator's event p99 at {RATE}/s", round(percentile(busy, 99), 1), "ms", 150),
        Figure("idle stack resident (shared pages once)", round(idle), "MiB", 1.2 * 1024),
    ]


async def _offers(cast: Cast) -> list[Seen]:
    """Have all needs offered to the one receiver whose integrator follows."""
    for name, free in {"provider-housing-telafar": 0, "provider-housing-ninewa": 0, RECEIVER: REFERRALS * 2}.items():
        await cast.confirm_places(name, free)
    crowd, free_hands = Crowd(cast), asyncio.Semaphore(8)

    async def offer() -> Seen:
        async with free_hands:
            return await crowd.offer(await crowd.ask())

    return list(await asyncio.gather(*(offer() for _ in range(REFERRALS))))


async def _accept_all(cast: Cast, offers: list[Seen], rate: float) -> list[float]:
    """Accept at the rate; return for each, after the warm-up, how many milliseconds later its event was there."""
    answered: dict[str, float] = {}
    received: dict[str, float] = {}
    following = asyncio.create_task(_follow(cast.client(INTEGRATOR), received))
    provider, begin = cast.client(RECEIVER), time.monotonic()
    versions = [(await provider.get(f"/referral/v1/referrals/{offer.data['referral_id']}")).etag for offer in offers]
    begin = time.monotonic()

    async def accept(n: int) -> None:
        await asyncio.sleep(begin + n / rate - time.monotonic())
        referral = offers[n].data["referral_id"]
        await provider.post(f"/referral/v1/referrals/{referral}/acceptance", {}, if_match=versions[n])
        answered[referral] = time.monotonic()

    await asyncio.gather(*(accept(n) for n in range(len(offers))))
    while answered.keys() - received.keys() and time.monotonic() < begin + 120:
        await asyncio.sleep(0.1)
    following.cancel()
    counted = [offer.data["referral_id"] for offer in offers[WARM_UP:]]
    return [max(0.0, (received[referral] - answered[referral]) * 1000) for referral in counted]


async def _follow(integrator: Client, received: dict[str, float]) -> None:
    cursor = (await integrator.get("/notify/v1/events", after="latest")).body["cursor"]
    while True:
        answer = (await integrator.get("/notify/v1/events", after=cursor, wait=20, limit=200)).body
        cursor, at = answer["cursor"], time.monotonic()
        for event in answer["events"]:
            if event["type"] == "org.ihala.referral.accepted":
                received.setdefault(event["data"]["referral_id"], at)


def _resident(processes: Iterable[psutil.Process]) -> float:
    """Return what they hold, in MiB; pages that several share are counted once (PSS)."""
    return sum(process.memory_full_info().pss for process in processes if process.pid != os.getpid()) / 2**20
