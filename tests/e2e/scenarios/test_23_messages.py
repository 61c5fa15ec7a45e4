"""Messages: three people read them in three languages, by whichever way is there; kills and outages neither lose nor double one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from ihala_local.sink.page import language_in
from ihala_local.stack import Stack

from tests.e2e.checker import databases
from tests.e2e.scenarios.scene import Scene

AFTER_KILLS_SECONDS = 150  # until what was killed is up again, on a machine that has other work
ACCEPTED = {"ar": "تم قبول الطلب", "ckb": "قبوڵکرا", "en": "was accepted by"}
STEPS = ["request-received", "referral-offered", "referral-accepted"]
LIVES = 5
SENDING = "notify.send.before-settle"
POINTS = ("notify.consume.after-commit", "referral.consume.after-commit", SENDING)


class Person:
    """Somebody with a phone of their own, a language, and a need that a provider accepted."""

    def __init__(self, scene: Scene, language: str = "ar") -> None:
        self.scene, self.language = scene, language
        self.told = scene.person(language_written=language)
        self.phone = "+964" + self.told["phones"][0]["number"][1:]
        self.need = ""

    async def asks(self) -> None:
        self.need = await self.scene.need(person=self.told)

    async def is_helped(self) -> None:
        """Ask, be offered and accepted."""
        await self.asks()
        offer = await self.scene.event("referral.offered", AFTER_KILLS_SECONDS, need_id=self.need)
        await self.scene.move(offer, "acceptance")
        await self.scene.event("intake.disclosure-opened", AFTER_KILLS_SECONDS, referral_id=offer.data["referral_id"])

    async def got(self, number: int) -> list[dict[str, Any]]:
        """Return what the phone shows when it has so many messages; waits for them."""
        async with asyncio.timeout(AFTER_KILLS_SECONDS):
            while len(found := await self.scene.cast.messages_to(self.phone)) < number:
                await asyncio.sleep(0.2)
        return found

    async def heard(self) -> list[tuple[str, str]]:
        """Return template and state of each message, in the order of the events."""
        listed = (await self.scene.coordinator.get("/notify/v1/messages", need_id=self.need)).body["items"]
        return [(each["template"], each["state"]) for each in reversed(listed)]

    async def has_heard_all(self) -> None:
        """Wait until nothing is under way: each step came once, or was old by the time that a later one could be said; the last came.

        What was handed over by a sender that was killed may be left out later: `said` may be less than what came, never more.
        """

        async with asyncio.timeout(AFTER_KILLS_SECONDS):
            while len(heard := await self.heard()) < len(STEPS) or {state for _, state in heard} - {"delivered", "dropped"}:
                await asyncio.sleep(0.2)
        shown = [message["text"] for message in await self.scene.cast.messages_to(self.phone)]
        said = [template for template, state in heard if state == "delivered"]
        assert [template for template, _ in heard] == STEPS and said[-1] == STEPS[-1]
        assert len(set(shown)) == len(shown) and len(said) <= len(shown) <= len(STEPS), "each once"
        assert ACCEPTED[self.language] in shown[-1], "in their order"


async def outage(scene: Scene, way: str, *, away: bool) -> None:
    """Let a way of the sink go, or come back."""
    form = {"way": way, "away": "yes" if away else "no"}
    async with aiohttp.ClientSession() as session, session.post(f"{scene.cast.demo.sink}/outage", data=form) as answer:
        assert answer.status == 200


@pytest.fixture
async def ways(scene: Scene) -> AsyncIterator[Scene]:
    """A scene after which all ways are there again."""
    yield scene
    for way in ("smpp", "http"):
        await outage(scene, way, away=False)


async def test_three_people_hear_it_in_three_languages(scene: Scene) -> None:
    people = [Person(scene, language) for language in ACCEPTED]
    await asyncio.gather(*(person.is_helped() for person in people))
    for person in people:
        texts = [message["text"] for message in await person.got(len(STEPS))]
        assert [language_in(text) for text in texts] == [person.language] * len(STEPS)
        assert ACCEPTED[person.language] in texts[-1] and "NIN-" in texts[-1]
        assert {message["way"] for message in await person.got(1)} <= {"smpp", "rapidpro"}


async def test_killed_in_the_middle_nobody_hears_it_twice_or_never(scene: Scene, stack: Stack, crashes: Path) -> None:
    people = [Person(scene) for _ in range(LIVES)]
    for point in POINTS:
        (crashes / point).touch()
    await asyncio.gather(*(person.is_helped() for person in people), end_leases_of_the_killed(stack, crashes / SENDING))
    for person in people:
        await person.has_heard_all()
    assert not [point for point in POINTS if (crashes / point).exists()], "a kill that nobody died of"


async def end_leases_of_the_killed(stack: Stack, armed: Path) -> None:
    """Once the sender was killed, let what it had claimed be due at once, not in two minutes."""
    async with asyncio.timeout(AFTER_KILLS_SECONDS):
        while armed.exists():
            await asyncio.sleep(0.05)
    connection = await asyncpg.connect(databases(stack.place)["notify"])
    await connection.execute("UPDATE message SET next_at = now() WHERE state = 'sending'")
    await connection.close()


async def test_when_one_aggregator_dies_the_other_takes_over(ways: Scene) -> None:
    await outage(ways, "smpp", away=True)
    people = [Person(ways) for _ in range(4)]
    await asyncio.gather(*(person.asks() for person in people))
    for person in people:
        shown = await person.got(1)
        assert {message["way"] for message in shown} == {"rapidpro"}
        assert len(shown) == len({message["text"] for message in shown})


async def test_what_an_outage_held_up_comes_once_and_in_order(ways: Scene) -> None:
    for way in ("smpp", "http"):
        await outage(ways, way, away=True)
    person = Person(ways)
    await person.is_helped()

    await ways.eventually(person.heard, lambda heard: len(heard) == len(STEPS))
    assert await ways.cast.messages_to(person.phone) == []
    for way in ("smpp", "http"):
        await outage(ways, way, away=False)
    await person.has_heard_all()
