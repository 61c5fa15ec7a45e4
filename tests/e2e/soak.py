"""Kills one service again and again while people are referred, and then proves from databases and topics that nobody was lost.

python -m tests.e2e.soak [--service referral] [--minutes 2]      # `make soak`
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import signal
import time
from collections import Counter

from ihala_local.ports import Ports
from ihala_local.stack import Stack
from ihala_local.story.cast import Cast
from ihala_local.testing import open_directory

from tests.e2e.checker import settled
from tests.e2e.crowd import Crowd

PORT_OFFSET = 1200
AT_ONCE = 6
ALIVE_SECONDS = (1.0, 6.0)  # how long a process lives until it is killed again
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)
PLACES = {"provider-housing-telafar": 2000, "provider-housing-zummar": 2000, "provider-housing-ninewa": 5000}
SETTLED_SECONDS = 180.0


async def main(service: str, minutes: float) -> int:
    """Return 0 when nothing is wrong."""
    with open_directory("ihala-soak-") as folder:
        async with Stack(folder / "home", Ports.shifted(PORT_OFFSET)) as stack, Cast(stack.place) as cast:
            for name, places in PLACES.items():
                await cast.confirm_places(name, places)
            crowd, until = Crowd(cast), time.monotonic() + minutes * 60
            lives = [asyncio.create_task(live_on(crowd, until)) for _ in range(AT_ONCE)]
            killed = await kill_until(stack, service, until)
            ended = Counter(itertools.chain.from_iterable(await asyncio.gather(*lives)))
            print(f"\n{service} was killed {killed} times; {len(crowd.needs)} needs; {dict(ended)}", flush=True)
            faults = await settled(stack.place, SETTLED_SECONDS)
    print("\n".join(faults) or "nothing is lost, applied twice, out of order, or without an owner and a next instant")
    return 1 if faults else 0


async def live_on(crowd: Crowd, until: float) -> list[str]:
    """Let one family after the other go its way; return how each went."""
    ended = []
    while time.monotonic() < until:
        try:
            await crowd.live(random.choice(("routine", "urgent")))
            ended.append("went its way")
        except TimeoutError:  # an offer that comes later than we look: the checker will see whether it came
            ended.append("was left on its way")
    return ended


async def kill_until(stack: Stack, service: str, until: float) -> int:
    """Kill the service at random moments; return how often."""
    killed = 0
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left, random.uniform(*ALIVE_SECONDS)))
        with contextlib.suppress(ProcessLookupError):  # it is still away from the last time
            await stack.kill(service, random.choice(SIGNALS))
            killed += 1
        await stack.wait_ready(service)
        print(f"\rkilled {killed} times, {max(0, left):.0f} s left ", end="", flush=True)
    return killed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", default="referral")
    parser.add_argument("--minutes", type=float, default=2)
    asked = parser.parse_args()
    raise SystemExit(asyncio.run(main(asked.service, asked.minutes)))
