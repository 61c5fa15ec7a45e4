"""Nobody is lost: two hundred running referrals while relays, consumers and Kafka die, and three kinds of races, fifty times each.

The checker shares no code with the services. With the inbox switched off it must find faults: the last test, since it spoils the data.
"""

import asyncio
import contextlib
import random
import signal
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from ihala_local.ports import SERVICES
from ihala_local.stack import Stack
from ihala_local.story.cast import Cast

from tests.e2e.checker import check, settled
from tests.e2e.crowd import Crowd

T = TypeVar("T")
REFERRALS, AT_ONCE, RACES = 200, 12, 50
STEP_SECONDS = 240  # for what only must come
POINTS = ("relay.after-ack", "consume.after-commit")
PLACES = {"provider-housing-telafar": 400, "provider-housing-zummar": 400, "provider-housing-ninewa": 400}


@pytest.mark.timeout(900)
async def test_two_hundred_referrals_survive_kills(stack: Stack, cast: Cast, crashes: Path) -> None:
    for name, free in PLACES.items():
        await cast.confirm_places(name, free)
    crowd = Crowd(cast)
    async with asyncio.TaskGroup() as both:
        both.create_task(kill(stack, crashes, crowd))
        both.create_task(at_once(AT_ONCE, [crowd.live() for _ in range(REFERRALS)]))
    assert await settled(stack.place) == []


async def test_withdrawal_against_acceptance(stack: Stack, cast: Cast) -> None:
    crowd = Crowd(cast)

    async def race() -> None:
        need = await crowd.ask()
        offer = await crowd.offer(need)
        await asyncio.gather(slightly_later(crowd.move(offer, "acceptance")), slightly_later(crowd.withdraw(need)))

    await at_once(5, [race() for _ in range(RACES)])
    assert await settled(stack.place) == []


async def test_suspension_against_acceptance(stack: Stack, cast: Cast) -> None:
    crowd, admin = Crowd(cast), cast.client("operator-admin")
    organization = cast.client("provider-housing-telafar").organization_id
    path = f"/directory/v1/organizations/{organization}"
    for _ in range(RACES // 5):
        needs = await asyncio.gather(*(crowd.ask() for _ in range(5)))
        offers = await asyncio.gather(*(crowd.offer(need) for need in needs))
        assert any(offer.data["organization_id"] == organization for offer in offers)
        version = (await admin.get(path)).etag
        moves = [asyncio.create_task(slightly_later(crowd.move(offer, "acceptance"))) for offer in offers]
        await slightly_later(admin.post(f"{path}/suspension", {"reason": "under_review"}, if_match=version))
        suspended = await admin.get(path)
        await asyncio.sleep(0.5)  # some of it is still on its way when the suspension ends: a race, too
        await admin.delete(f"{path}/suspension", if_match=suspended.etag)
        await asyncio.gather(*moves)  # its own clients may call again only now
    assert await settled(stack.place) == []


async def test_two_acceptances_of_one_need(stack: Stack, cast: Cast) -> None:
    """An emergency has two offers open; both are accepted at once and settle to one."""
    crowd = Crowd(cast)
    needs = await at_once(5, [crowd.ask("emergency") for _ in range(RACES)])
    first = {need: await crowd.offer(need) for need in needs}
    await cast.later(timedelta(hours=2, minutes=5))
    second = {need: await crowd.offer(need, but=[first[need].data["referral_id"]]) for need in needs}

    async def race(need: str) -> None:
        both = (first[need], second[need])
        won = await asyncio.gather(*(slightly_later(crowd.move(offer, "acceptance")) for offer in both))
        assert sum(answer is not None for answer in won) == 1

    await at_once(5, [race(need) for need in needs])
    assert await settled(stack.place) == []


@pytest.mark.timeout(900)
@pytest.mark.flaky(reruns=0)  # what it spoiled stays so
async def test_without_the_inbox_the_checker_finds_faults(stack: Stack, cast: Cast, crashes: Path) -> None:
    """It is over as soon as something happened twice: that no later event makes good, so it is no fault of looking too early."""
    assert await settled(stack.place) == []
    for name in SERVICES:
        stack.extra[name][f"{name.upper()}_INBOX"] = "false"
    await asyncio.gather(*(stack.restart(name, 120) for name in SERVICES))
    crowd = Crowd(cast)
    tasks = [
        asyncio.create_task(at_once(6, [attempt(crowd.live) for _ in range(30)])),
        asyncio.create_task(arm(crashes, ((name, point) for point in reversed(POINTS) for name in SERVICES), every=1.0, rounds=3)),
    ]
    faults: list[str] = []
    while not any(fault.startswith("twice") for fault in faults) and any(not task.done() for task in tasks):
        await asyncio.wait(tasks, timeout=2, return_when=asyncio.ALL_COMPLETED)
        faults = await check(stack.place)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for left in crashes.iterdir():
        left.unlink(missing_ok=True)
    if not any(fault.startswith("twice") for fault in faults):
        await asyncio.sleep(5)
        faults = await check(stack.place)
    assert [fault for fault in faults if fault.startswith(("twice", "order", "places", "owner"))], faults[:20]


async def attempt(life: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Live as far as it goes: without the inbox some cannot."""
    with contextlib.suppress(Exception):  # what goes wrong here is what the checker is asked about
        async with asyncio.timeout(30):
            await life()


async def kill(stack: Stack, crashes: Path, crowd: Crowd) -> None:
    """Have every service die at every point, two at a time, and Kafka in the middle: each time when so many more families have asked.

    Which moments that are is for the families to say, not for a clock: on any machine all of it falls among their referrals.
    """
    steps: list[tuple[str, ...]] = [
        (f"{one}.{POINTS[0]}", f"{other}.{POINTS[1]}") for one, other in zip(SERVICES, SERVICES[1:] + SERVICES[:1], strict=True)
    ]
    steps.insert(len(steps) // 2, ())
    chances = [crashes / f"gateway.{point}" for point in POINTS]  # it hardly has anything to say or to hear meanwhile
    for chance in chances:
        chance.touch()
    for number, points in enumerate(steps, 1):
        async with asyncio.timeout(STEP_SECONDS):
            while len(crowd.needs) < number * REFERRALS // (len(steps) + 1):
                await asyncio.sleep(0.05)
        for point in points:
            (crashes / point).touch()
        if not points:
            await stack.kill("kafka", signal.SIGKILL)
            await stack.wait_ready("kafka", 120)
        async with asyncio.timeout(STEP_SECONDS):
            while any((crashes / point).exists() for point in points):
                await asyncio.sleep(0.05)
    for chance in chances:
        chance.unlink(missing_ok=True)


async def arm(crashes: Path, points: Any, *, every: float, rounds: int) -> None:
    """Make one process after the other die at its next chance."""
    for name, point in list(points) * rounds:
        (crashes / f"{name}.{point}").touch()
        await asyncio.sleep(every)


async def at_once(most: int, lives: list[Coroutine[Any, Any, T]]) -> list[T]:
    """Run them, at most so many at a time; return what they gave, or raise the first error."""
    free = asyncio.Semaphore(most)

    async def run(life: Coroutine[Any, Any, T]) -> T:
        try:
            async with free:
                return await life
        finally:
            life.close()  # one that was cancelled before its turn

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(life)) for life in lives]
    return [task.result() for task in tasks]


async def slightly_later(work: Coroutine[Any, Any, Any]) -> Any:
    """Start a few milliseconds from now, so that races are won by either side."""
    await asyncio.sleep(random.random() * 0.03)
    return await work
