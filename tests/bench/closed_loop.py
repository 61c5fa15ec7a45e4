"""What one whole way costs, from the request to the word of the person that help came: CPU of every part, through gateway and Kafka.

What the idle stack uses in the same time is taken off, and told beside it. The load generator, which plays everybody, is not counted; it
asks Kafka at a steady beat whether much happens or nothing, so that what this costs Kafka is taken off as well.
"""

import asyncio
import contextlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from ihala_local.ports import APPS, Ports
from ihala_local.stack import Stack
from ihala_local.story.cast import Cast
from ihala_local.watch import Seen

from tests.bench.results import Figure
from tests.e2e.crowd import Crowd

WAYS, WARM_UP, AT_ONCE = 100, 20, 4
PORT_OFFSET = 4100
IDLE_SECONDS, SETTLES_SECONDS = 20, 15
WATCH_EVERY_MS = 100
MONTH = timedelta(days=31)
PEER = "HAPI FHIR 8.8, a bare Patient/ServiceRequest/Task loop with REST hooks: 34 to 41 ms + 13 ms in PostgreSQL"
PLACES = {"provider-housing-telafar": 1000, "provider-housing-zummar": 1000, "provider-housing-ninewa": 5000}


async def measure() -> list[Figure]:
    """Walk so many people's whole way; return the CPU milliseconds of each part for one of them."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        async with (
            Stack(Path(folder) / "home", Ports.shifted(PORT_OFFSET)) as stack,
            Cast(stack.place, watch_every_ms=WATCH_EVERY_MS) as cast,
        ):
            for name, free in PLACES.items():
                await cast.confirm_places(name, free)
            await _walk(cast, WARM_UP)
            await asyncio.sleep(SETTLES_SECONDS)
            idle = await _while(asyncio.sleep(IDLE_SECONDS))
            begun = time.monotonic()
            used = await _while(_walk(cast, WAYS))
            seconds = time.monotonic() - begun
    each = {part: 1000 * (used[part] - idle.get(part, 0) / IDLE_SECONDS * seconds) / WAYS for part in used}
    figures = [Figure(f"closed loop, CPU of {part}", round(ms, 1), "ms") for part, ms in sorted(each.items())]
    idle_ms = 1000 * sum(idle.values()) / IDLE_SECONDS
    figures.append(Figure("closed loop, CPU of all parts while nothing happens", round(idle_ms, 1), "ms/s"))
    return [*figures, Figure("closed loop, CPU of all parts", round(sum(each.values()), 1), "ms", 120, PEER)]


async def _while(work: Awaitable[None]) -> dict[str, float]:
    """Return how many CPU seconds each part used while something happened."""
    before = _cpu()
    await work
    after = _cpu()
    return {part: after[part] - before.get(part, 0) for part in after}


async def _walk(cast: Cast, people: int) -> None:
    """Let so many people go the whole way; the month until they are asked passes for all at once."""
    crowd, hands = Crowd(cast), asyncio.Semaphore(AT_ONCE)

    async def served() -> Seen:
        async with hands:
            offer = await crowd.offer(await crowd.ask())
            await crowd.move(offer, "acceptance")
            await cast.watch.expect("intake.disclosure-opened", _about(offer))
            await crowd.receiver(offer).get(f"/intake/v1/disclosures/{offer.data['referral_id']}")
            await crowd.move(offer, "start")
            await crowd.move(offer, "completion", {"outcomes": [{"item": "housing.hlp", "result": "met"}]})
            await cast.watch.expect("referral.completed", _about(offer))
            return offer

    offers = await asyncio.gather(*(served() for _ in range(people)))
    await cast.later(MONTH)
    coordinator = cast.client("coordinator-mosul")

    async def verified(offer: Seen) -> None:
        async with hands:
            due = await cast.watch.expect("intake.follow-up-due", _about(offer), 120)
            path = f"/intake/v1/follow-ups/{due.data['follow_up_id']}"
            version = (await coordinator.get(path)).etag
            await coordinator.post(f"{path}/result", {"result": "confirmed", "by": "officer-3"}, if_match=version)
            await cast.watch.expect("intake.follow-up-recorded", _about(offer))

    await asyncio.gather(*(verified(offer) for offer in offers))
    await asyncio.sleep(SETTLES_SECONDS)  # the last messages leave


def _about(offer: Seen) -> Callable[[dict[str, Any]], bool]:
    return lambda data: data.get("referral_id") == offer.data["referral_id"]


def _cpu() -> dict[str, float]:
    """Return the CPU seconds of each part so far; of PostgreSQL those of sessions that are over, too."""
    found: dict[str, float] = defaultdict(float)
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # over in the meantime: its parent has its times
            times = process.cpu_times()
            found[_part(process)] += times.user + times.system + times.children_user + times.children_system
    return found


def _part(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    named = next((app for app in APPS if f" {app}" in words or f"ihala_{app}" in words), None)
    return "postgres" if "postgres" in words else "kafka" if "kafka" in words else named or "others"
