"""Kills parts again and again while people are referred, and then proves from databases and topics that nobody was lost, and from what
three integrators received (by feed, webhook and Kafka) that each has what it may have, in order.

Families come at a steady rate, whether the machine keeps up or not; what it cannot do meanwhile waits, and is worked off afterwards.

python -m tests.e2e.soak [--kill referral,notify,kafka] [--minutes 10] [--per-second 5] [--alive 6]      # `make soak`
"""

import argparse
import asyncio
import contextlib
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
from tests.e2e.checker import settled, unmoved
from tests.e2e.crowd import Crowd
from tests.e2e.ledger import read_ledger
from tests.e2e.subscribers import Subscriber, following

MOSUL = "IQG15Q05"
PORT_OFFSET = 1200
PER_SECOND = 5.0
SHORTEST_SECONDS, ALIVE_SECONDS = 1.0, 6.0  # between two kills
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)
PLACES = {"provider-housing-telafar": 9000, "provider-housing-zummar": 9000, "provider-housing-ninewa": 9000}
LIVE_IN = (TELAFAR, TELAFAR, MOSUL)  # so that each of the three integrators has enough to follow
PATIENCE_SECONDS = 3600.0  # of a family and of who answers it: a machine that is too slow for the rate has all of it to do later
SETTLED_SECONDS = 180.0  # in which nothing moved: a webhook that was refused comes again minutes later


async def main(parts: list[str], minutes: float, per_second: float, alive: float) -> int:
    """Return 0 when nothing is wrong."""
    with open_directory("ihala-soak-") as folder:
        async with Stack(folder / "home", Ports.shifted(PORT_OFFSET)) as stack, Cast(stack.place) as cast, following(cast) as subscribers:
            for name, places in PLACES.items():
                await cast.confirm_places(name, places)
            crowd, began = Crowd(cast, LIVE_IN, PATIENCE_SECONDS), time.monotonic()
            until = began + minutes * 60
            coming = asyncio.create_task(come(crowd, until, per_second))
            killed = await kill_until(stack, parts, until, alive)
            lives = await coming
            done = sum(life.done() for life in lives)
            print(f"\nkilled: {dict(killed)}; {len(lives)} families came, {done} of them went their way meanwhile", flush=True)
            left, seconds = await left_on_their_way(lives), time.monotonic() - began
            print(f"all but {left} went their way after {seconds:.0f} s, {len(lives) / seconds:.1f} a second", flush=True)
            faults = await settled(stack.place, SETTLED_SECONDS)
            faults += await delivered(stack, crowd, subscribers)
    print("\n".join(faults) or "nothing is lost, applied twice, out of order, or without an owner and a next instant")
    return 1 if faults else 0


async def delivered(stack: Stack, crowd: Crowd, subscribers: list[Subscriber]) -> list[str]:
    """Wait until the subscribers have all that they may have; return what is wrong then, or when nothing comes any more."""
    words = {word for family in crowd.families for word in (*family.names, family.number)}

    async def look() -> list[str]:
        ledger = await asyncio.to_thread(read_ledger, stack.place.kafka_admin.sign_in())
        return list(delivery.faults(ledger, subscribers, words))

    faults = await unmoved(look, SETTLED_SECONDS)
    for one in subscribers:
        print(f"{one.way}: {len({event['id'] for event in one.came})} events, {len(one.came)} times", flush=True)
    return faults


async def come(crowd: Crowd, until: float, per_second: float) -> list[asyncio.Task[None]]:
    """Let families come at this rate; return their lives, which go on."""
    began, lives = time.monotonic(), list[asyncio.Task[None]]()
    while (next_at := began + len(lives) / per_second) < until:
        await asyncio.sleep(next_at - time.monotonic())
        lives.append(asyncio.create_task(crowd.live(random.choice(("routine", "urgent")))))
    return lives


async def left_on_their_way(lives: list[asyncio.Task[None]]) -> int:
    """Let them end, as long as some do; return how many were left. The checker will see whether what they waited for came."""
    left = set(lives)
    while left:
        done, left = await asyncio.wait(left, timeout=SETTLED_SECONDS)
        if not done:
            break
    for life in left:
        life.cancel()
    ended = await asyncio.gather(*lives, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception) and not isinstance(error, TimeoutError):
            raise error
    return sum(isinstance(error, BaseException) for error in ended)


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
    parser.add_argument("--per-second", type=float, default=PER_SECOND, help="families that come, each with a need to be referred")
    parser.add_argument("--alive", type=float, default=ALIVE_SECONDS, help="seconds between two kills, at most")
    asked = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that a broker is away is no news here
    raise SystemExit(asyncio.run(main(asked.kill.split(","), asked.minutes, asked.per_second, asked.alive)))
