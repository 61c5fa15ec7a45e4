"""What a call costs at the gateway: its own server and nginx in front of it, against plain nginx and a gateway in Go, in one run."""

import asyncio
import statistics
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AsyncExitStack

import psutil

from tests.bench.gateway_world import Loaded, World, memory_mib, missing, world
from tests.bench.results import Figure

ROUNDS, SECONDS, RATE = 5, 4, 300
WORKERS = (2, 4)  # of one parent
# 0.25 ms were meant where this Go gateway took 0.0665 and plain nginx 0.0237: as multiples they hold on any machine.
TIMES_GO, TIMES_NGINX = 3.76, 10.5
OURS, SEAT, NGINX, GO = "built in", "nginx seat", "plain nginx", "Go gateway"

Variants = Mapping[str, tuple[str, list[psutil.Process]]]


async def measure() -> list[Figure]:
    """Load each variant by turns; return CPU of a request, memory and latency."""
    if (why := missing()) is not None:
        return [why]
    async with world() as found, AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(found.gateway())
        process = psutil.Process(gateway.process.pid)
        variants = {
            OURS: (gateway.address, [process]),
            SEAT: await stack.enter_async_context(found.nginx_seat(gateway)),
            NGINX: await stack.enter_async_context(found.plain_nginx()),
            GO: await stack.enter_async_context(found.go_gateway()),
        }
        await _rounds(found, variants, 1, 1)
        fast = await _rounds(found, variants, ROUNDS, SECONDS)
        steady = await _rounds(found, {name: variants[name] for name in (OURS, SEAT, GO)}, ROUNDS, SECONDS, RATE)
        alone = memory_mib(process)
        shared = {workers: await _memory_of_each(found, workers) for workers in WORKERS}
    return [*_figures(fast, steady), *_memory(alone, shared)]


async def _memory_of_each(found: World, workers: int) -> float:
    """Load so many workers of one parent; return the MiB of the one that has most."""
    async with found.gateway(workers) as gateway:
        parent = psutil.Process(gateway.process.pid)
        await found.load(gateway.address, [parent], SECONDS)
        return max(memory_mib(worker) for worker in parent.children())


def _memory(alone: float, shared: Mapping[int, float]) -> list[Figure]:
    after = "after the load; pages that several have count by their share"
    each = [Figure(f"gateway, memory of each of {workers} workers", round(mib, 1), "MiB", 60, "", after) for workers, mib in shared.items()]
    return [*each, Figure("gateway, memory of a process alone", round(alone, 1), "MiB", None, "", after)]


async def _rounds(found: World, variants: Variants, rounds: int, seconds: int, rate: int = 0) -> Mapping[str, list[Loaded]]:
    loaded = defaultdict(list)
    for _ in range(rounds):
        for name, (address, measured) in variants.items():
            loaded[name].append(await found.load(address, measured, seconds, rate=rate))
            await asyncio.sleep(1)  # the access log of the last load is written
    return loaded


def _figures(fast: Mapping[str, list[Loaded]], steady: Mapping[str, list[Loaded]]) -> list[Figure]:
    cpu = {name: statistics.median(each.cpu_ms for each in loads) for name, loads in fast.items()}
    late = {name: statistics.median(each.p99 for each in loads) for name, loads in steady.items()}
    spread = ", ".join(f"{each.cpu_ms:.3f}" for each in fast[OURS])
    per_thousand = {name: f"{1000 * ms:.0f}" for name, ms in cpu.items()}
    peers = f"CPU ms per 1,000: plain nginx {per_thousand[NGINX]}, nginx seat {per_thousand[SEAT]}, Go {per_thousand[GO]}"
    return [
        Figure("gateway, CPU of a request, built in", round(cpu[OURS], 3), "ms", 0.25, peers, f"rounds: {spread}; limits, log, tracing on"),
        Figure("gateway, CPU of a request, built in against the Go gateway", round(cpu[OURS] / cpu[GO], 2), "times", TIMES_GO, peers),
        Figure("gateway, CPU of a request, built in against plain nginx", round(cpu[OURS] / cpu[NGINX], 1), "times", TIMES_NGINX, peers),
        Figure("gateway, CPU of a request, nginx seat", round(cpu[SEAT], 3), "ms", None, peers),
        Figure("gateway, CPU of a request, nginx seat against plain nginx", round(cpu[SEAT] / cpu[NGINX], 2), "times", 1.5, peers),
        Figure(
            f"gateway, p99 at {RATE}/s, built in", round(late[OURS], 1), "ms", None, f"Go {late[GO]:.1f} ms, nginx seat {late[SEAT]:.1f} ms"
        ),
        Figure(f"gateway, p99 at {RATE}/s against the Go gateway", round(late[OURS] / late[GO], 2), "times", 2, f"Go {late[GO]:.1f} ms"),
    ]
