"""Restored: notify's database comes back from yesterday; nobody hears a thing twice, and who follows what concerns it misses nothing,
whichever of the three ways it comes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ihala_local.client import Client
from ihala_local.stack import Stack

from tests.e2e import delivery
from tests.e2e.checker import databases, settled
from tests.e2e.ledger import Ledger, read_ledger
from tests.e2e.scenarios.backup import Backup, answers
from tests.e2e.scenarios.scene import Scene
from tests.e2e.scenarios.test_22_told_again import all_read, ask, until
from tests.e2e.scenarios.test_23_messages import STEPS, Person
from tests.e2e.subscribers import WEBHOOK, Subscriber, following

LIST = "/notify/v1/events"
PROVIDERS = ("provider-housing-ninewa", "provider-housing-telafar", "provider-housing-zummar")
_UNDER_WAY = "SELECT count(*) FROM message WHERE state IN ('waiting', 'sending', 'sent')"


async def ids(scene: Scene, client: Client, after: str) -> list[str]:
    """Return the ids of what came to a feed since then."""
    return [event["id"] for event in await scene.heard(client, after)]


async def nothing_is_missing(stack: Stack, subscribers: Sequence[Subscriber], needs: Sequence[str]) -> bool:
    """Tell whether each has all that it must have of these needs."""
    ledger = await asyncio.to_thread(read_ledger, stack.place.kafka_admin.sign_in())
    return not any(_missing(ledger, one, needs) for one in subscribers)


def _missing(ledger: Ledger, one: Subscriber, needs: Sequence[str]) -> set[str]:
    own = (fact for fact in ledger.of(*delivery.OWN) if fact.key in needs and fact.data.get("organization_id") == one.organization_id)
    return {fact.id for fact in own if "provider" in fact.data.get("to", ["provider"])} - {event["id"] for event in one.came}


async def test_yesterdays_database_becomes_todays(scene: Scene, stack: Stack, tmp_path: Path) -> None:
    async with following(scene.cast) as subscribers:
        await _lives_on(scene, stack, Backup(stack, "notify", tmp_path), subscribers)


async def _lives_on(scene: Scene, stack: Stack, backup: Backup, subscribers: Sequence[Subscriber]) -> None:
    follower = scene.cast.client(WEBHOOK)
    before, lately = Person(scene), Person(scene, "ckb")
    await before.is_helped()
    await before.has_heard_all()
    opened = await follower.post("/notify/v1/subscriptions", {"kind": "feed"}, 201)
    kept = [await scene.need_for(provider) for provider in PROVIDERS]
    await until(lambda: all_read(stack, before.need))
    at_backup = await scene.feed_of(follower)
    await backup.take()

    offers = [*kept, *[await scene.need_for(provider) for provider in PROVIDERS]]
    for offer in offers:
        await scene.accepted(offer)
        await scene.move(offer, "start")
    await lately.is_helped()
    await lately.has_heard_all()
    paused = await follower.post(f"/notify/v1/subscriptions/{opened.body['id']}/pause", {}, 200, if_match=opened.etag)
    lost = await follower.post("/notify/v1/subscriptions", {"kind": "feed"}, 201)
    needs = [before.need, lately.need, *(str(offer.data["need_id"]) for offer in offers)]
    await until(lambda: all_read(stack, *needs))
    await until(lambda: nothing(stack, _UNDER_WAY))
    await until(lambda: nothing_is_missing(stack, subscribers, needs))
    told, ahead = await ids(scene, follower, at_backup), await scene.feed_of(follower)
    phones = {person: await scene.cast.messages_to(person.phone) for person in (before, lately)}

    await backup.becomes_all_there_is()
    await answers(scene, follower, LIST, 503)
    await backup.restored()
    await answers(scene, follower, LIST, 200)

    for offer in offers:
        await scene.move(offer, "completion", {"outcomes": [{"item": "housing.hlp", "result": "met"}]})
    later = Person(scene, "en")
    await later.is_helped()
    await later.has_heard_all()
    await until(lambda: all_read(stack, *needs, later.need))
    await until(lambda: nothing(stack, _UNDER_WAY))
    assert {person: await scene.cast.messages_to(person.phone) for person in phones} == phones
    assert [template for template, _ in await lately.heard()] == STEPS
    for cursor in (at_backup, ahead):  # the second is of the lost time: what it had comes again, under the same ids, and then what is new
        again = await ids(scene, follower, cursor)
        assert set(told) < set(again) and len(set(again)) == len(again)
    await _its_subscriptions_stand(scene, follower, paused.body, lost.body["id"], ahead)
    await until(lambda: nothing_is_missing(stack, subscribers, needs))
    await _nothing_is_wrong(stack, subscribers)


async def _its_subscriptions_stand(scene: Scene, follower: Client, paused: dict[str, Any], lost: str, ahead: str) -> None:
    """What was opened before the backup stands as it stood; what was opened since has ended, and its owner is told."""
    assert (await follower.get(f"/notify/v1/subscriptions/{paused['id']}")).body["state"] == paused["state"]
    assert (await follower.get(f"/notify/v1/subscriptions/{lost}", 404)).status == 404
    ended = [event for event in await scene.heard(follower, ahead) if event["type"].endswith("subscription-ended")]
    assert [event["data"]["subscription_id"] for event in ended] == [lost]


async def _nothing_is_wrong(stack: Stack, subscribers: Sequence[Subscriber]) -> None:
    """What was before they followed is no loss; of the lost time all ways tell again."""
    ledger = await asyncio.to_thread(read_ledger, stack.place.kafka_admin.sign_in())
    faults = [fault for fault in delivery.faults(ledger, subscribers, set()) if not fault.startswith(("lost", "twice: feed"))]
    assert faults == []
    for service in databases(stack.place):
        assert await ask(stack, service, "SELECT count(*) FROM parked WHERE state = 'waiting'") == 0, service
    assert await settled(stack.place) == []


async def nothing(stack: Stack, query: str) -> bool:
    return bool(await ask(stack, "notify", query) == 0)
