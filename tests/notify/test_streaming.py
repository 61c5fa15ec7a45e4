"""A feed as server-sent events: in order, from where the reader was, and no longer than its token."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered, ReferralStarted
from ihala_kit.testing import Mint
from ihala_notify import streaming

from tests.notify.samples import OPERATOR, ORIGIN, RECEIVER, sample
from tests.notify.world import World

ACCEPT = {"Accept": "text/event-stream"}


@pytest.fixture
def as_of(mint: Mint) -> Any:
    """Return the headers of an organisation's client."""

    def headers(organization_id: UUID, **more: Any) -> dict[str, str]:
        claims = {"org": str(organization_id), "org_kind": "nngo", "operator": str(OPERATOR)} | more
        return mint.headers("notify", ("events:read", "notify:subscribe"), **claims)

    return headers


async def parts(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, str]]:
    """Read what comes, a dictionary of its fields each."""
    found: dict[str, str] = {}
    async for line in answer.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if not name and found:
            yield found
            found = {}
        elif name:
            found[name] = value


async def heard(answer: aiohttp.ClientResponse, count: int) -> list[dict[str, str]]:
    """Return so many events."""
    found: list[dict[str, str]] = []
    async with asyncio.timeout(30):
        async for part in parts(answer):
            found += [part] if "data" in part else []
            if len(found) == count:
                return found
    raise AssertionError("the stream ended")


async def test_what_was_and_what_comes_and_nothing_twice(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralOffered, need_id=need))
    async with world.listening(), http.get("/v1/events", headers=as_of(ORIGIN) | ACCEPT) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        before = await heard(answer, 2)
        await world.deliver(sample(ReferralAccepted, need_id=need))
        [accepted] = await heard(answer, 1)
    assert [part["event"] for part in before] == ["org.ihala.intake.need-identified", "org.ihala.referral.offered"]
    assert json.loads(accepted["data"])["sequence"] == 3
    await world.deliver(sample(ReferralStarted, need_id=need))
    async with http.get("/v1/events", headers=as_of(ORIGIN) | ACCEPT | {"Last-Event-ID": accepted["id"]}) as answer:
        [started] = await heard(answer, 1)
    assert (started["event"], json.loads(started["data"])["sequence"]) == ("org.ihala.referral.started", 4)
    async with http.get("/v1/events", headers=as_of(ORIGIN), params={"after": accepted["id"]}) as answer:
        assert [event["sequence"] for event in (await answer.json())["events"]] == [4]  # the same cursors as in pages


async def test_a_subscriptions_place_moves_on_over_what_it_does_not_want(
    http: aiohttp.ClientSession, world: World, as_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BEAT_SECONDS", 0.0)
    body = {"kind": "feed", "types": ["org.ihala.referral.started"]}
    async with http.post("/v1/subscriptions", json=body, headers=as_of(ORIGIN) | {"Idempotency-Key": "one"}) as answer:
        subscribed = await answer.json()
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralOffered, need_id=need))
    query = {"after": subscribed["cursor"]}
    path = f"/v1/subscriptions/{subscribed['id']}/events"
    async with http.get(path, headers=as_of(ORIGIN) | ACCEPT, params=query) as answer:
        beat = await anext(part async for part in parts(answer) if "id" in part)
    assert "data" not in beat
    async with http.get(path, headers=as_of(ORIGIN), params={"after": beat["id"]}) as answer:
        assert await answer.json() == {"events": [], "cursor": beat["id"]}


async def test_an_open_stream_brings_what_its_subscription_wants_now_and_ends_when_that_rests(
    http: aiohttp.ClientSession, world: World, as_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "LOOK_SECONDS", 0.05)

    async def ask(method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        headers |= as_of(ORIGIN) | {"Idempotency-Key": str(uuid4())}
        async with http.request(method, f"/v1/subscriptions{path}", json=body, headers=headers) as answer:
            assert answer.status in {200, 201}
            found: dict[str, Any] = await answer.json()
            return found

    kinds, need = [f"org.ihala.referral.{name}" for name in ("offered", "accepted", "started")], uuid4()
    one = await ask("POST", "", {"kind": "feed", "types": kinds[2:]})
    path, place = f"/v1/subscriptions/{one['id']}/events", {"Last-Event-ID": one["cursor"]}
    await world.identify(need)
    async with world.listening(), http.get(path, headers=as_of(ORIGIN) | ACCEPT | place) as answer:
        await ask("PATCH", f"/{one['id']}", {"types": kinds[:2]}, **{"If-Match": '"1"'})
        await world.deliver(sample(ReferralOffered, need_id=need))
        [offered] = await heard(answer, 1)
        await ask("POST", f"/{one['id']}/pause", **{"If-Match": '"2"'})
        await world.deliver(sample(ReferralAccepted, need_id=need))
        async with asyncio.timeout(30):
            assert [part async for part in parts(answer) if "data" in part] == []
    await ask("POST", f"/{one['id']}/resume", **{"If-Match": '"3"'})
    async with http.get(path, headers=as_of(ORIGIN) | ACCEPT | {"Last-Event-ID": offered["id"]}) as answer:
        [accepted] = await heard(answer, 1)
    assert [offered["event"], accepted["event"]] == kinds[:2]


async def test_a_stream_ends_with_its_token(http: aiohttp.ClientSession, as_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "LOOK_SECONDS", 0.05)
    async with http.get("/v1/events", headers=as_of(RECEIVER, exp=int(time.time()) + 2) | ACCEPT) as answer:
        async with asyncio.timeout(30):
            assert [part async for part in parts(answer) if "data" in part] == []
        assert answer.status == 200


async def test_a_cursor_that_is_none_of_ours_is_refused_before_anything_is_sent(http: aiohttp.ClientSession, as_of: Any) -> None:
    async with http.get("/v1/events", headers=as_of(RECEIVER) | ACCEPT | {"Last-Event-ID": "nonsense"}) as answer:
        assert (answer.status, answer.content_type) == (400, "application/problem+json")


async def test_a_stream_ends_whole_when_the_process_ends(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    async with world.listening():
        answer = await http.get("/v1/events", headers=as_of(RECEIVER) | ACCEPT)
        place = await anext(part async for part in parts(answer) if "id" in part)
    async with asyncio.timeout(10):
        assert [part async for part in parts(answer) if "data" in part] == []
    async with http.get("/v1/events", headers=as_of(RECEIVER) | ACCEPT | {"Last-Event-ID": place["id"]}) as again:
        assert again.status == 200
