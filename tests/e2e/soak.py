"""Kills parts again and again while people are referred, and then proves from databases and topics that nobody was lost, and from what
three integrators received (by feed, webhook and Kafka) that each has what it may have, in order.

python -m tests.e2e.soak [--kill referral,notify,kafka] [--minutes 10] [--at-once 6] [--alive 6]      # `make soak`
"""

import argparse
import asyncio
import contextlib
import itertools
import logging
import random
import signal
import time
from collections import Counter

from ihala_local.ports import Ports
from ihala_local.stack import Stack
from ihala_local.story.cast import Cast
from ihala_local.story.people import TELAFAR
from ihala_local.testing import open_directory

from tests.e2e import delivery
from tests.e2e.checker import settled
from tests.e2e.crowd import Crowd
from tests.e2e.ledger import read_ledger
from tests.e2e.subscribers import Subscriber, following

MOSUL = "IQG15Q05"
PORT_OFFSET = 1200
AT_ONCE = 6
SHORTEST_SECONDS, ALIVE_SECONDS = 1.0, 6.0  # between two kills
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)
PLACES = {"provider-housing-telafar": 2000, "provider-housing-zummar": 2000, "provider-housing-ninewa": 5000}
LIVE_IN = (TELAFAR, TELAFAR, MOSUL)  # so that each of the three integrators has enough to follow
SETTLED_SECONDS = 180.0


async def main(parts: list[str], minutes: float, at_once: int, alive: float) -> int:
    """Return 0 when nothing is wrong."""
    with open_directory("ihala-soak-") as folder:
        async with Stack(folder / "home", Ports.shifted(PORT_OFFSET)) as stack, Cast(stack.place) as cast, following(cast) as subscribers:
            for name, places in PLACES.items():
                await cast.confirm_places(name, places)
            crowd, until = Crowd(cast, LIVE_IN), time.monotonic() + minutes * 60
            lives = [asyncio.create_task(live_on(crowd, until)) for _ in range(at_once)]
            killed = await kill_until(stack, parts, until, alive)
            ended = Counter(itertools.chain.from_iterable(await asyncio.gather(*lives)))
            asked = f"{len(crowd.needs)} needs, {len(crowd.needs) / minutes / 60:.1f} a second"
            print(f"\nkilled: {dict(killed)}; {asked}; {dict(ended)}", flush=True)
            faults = await settled(stack.place, SETTLED_SECONDS)
            faults += await delivered(stack, crowd, subscribers)
    print("\n".join(faults) or "nothing is lost, applied twice, out of order, or without an owner and a next instant")
    return 1 if faults else 0


async def delivered(stack: Stack, crowd: Crowd, subscribers: list[Subscriber]) -> list[str]:
    """Wait until the subscribers have all that they may have; return what is wrong then, or after a while."""
    words = {word for family in crowd.families for word in (*family.names, family.number)}
    faults, until = ["lost: nobody looked yet"], time.monotonic() + SETTLED_SECONDS
    while faults and time.monotonic() < until:  # a webhook that was refused comes again minutes later
        await asyncio.sleep(2)
        ledger = await asyncio.to_thread(read_ledger, stack.place.kafka_admin.sign_in())
        faults = list(delivery.faults(ledger, subscribers, words))
    for one in subscribers:
        print(f"{one.way}: {len({event['id'] for event in one.came})} events, {len(one.came)} times", flush=True)
    return faults


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


async def kill_until(stack: Stack, parts: list[str], until: float, alive: float) -> Counter[str]:
    """Kill one of the parts at random moments, at most `alive` seconds after the last; return how often each."""
    killed = Counter[str]()
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left, random.uniform(SHORTEST_SECONDS, alive)))
        part = random.choice(parts)
        with contextlib.suppress(ProcessLookupError):  # it is still away from the last time
            await stack.kill(part, random.choice(SIGNALS))
            killed[part] += 1
        await stack.wait_ready(part)
        print(f"\rkilled {killed.total()} times, {max(0, left):.0f} s left ", end="", flush=True)
    return killed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kill", default="referral,notify,kafka", help="parts, by commas")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="families on their way at a time")
    parser.add_argument("--alive", type=float, default=ALIVE_SECONDS, help="seconds between two kills, at most")
    asked = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that a broker is away is no news here
    raise SystemExit(asyncio.run(main(asked.kill.split(","), asked.minutes, asked.at_once, asked.alive)))
