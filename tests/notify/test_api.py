"""The API as its owner, a stranger and nobody: feeds, long polls, subscriptions, messages."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralOffered, ReferralStarted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify import upkeep
from ihala_notify.following import cursor_at
from ihala_notify.wakeups import APPLICATION
from sqlalchemy import text

from tests.notify.samples import OPERATOR, ORIGIN, RECEIVER, STRANGER, sample
from tests.notify.test_feed import age
from tests.notify.world import World

SCOPES = ("events:read", "notify:subscribe", "notify:read")


@pytest.fixture
def as_of(mint: Mint) -> Any:
    """Return the headers of an organisation's client."""

    def headers(organization_id: UUID, *, kind: str = "nngo", scopes: tuple[str, ...] = SCOPES, **more: str) -> dict[str, str]:
        claims = {"org": str(organization_id), "org_kind": kind, "operator": str(OPERATOR)}
        return mint.headers("notify", scopes, **claims) | more

    return headers


async def get(http: aiohttp.ClientSession, path: str, headers: dict[str, str], **query: Any) -> tuple[int, Any]:
    async with http.get(path, headers=headers, params=query) as answer:
        return answer.status, await answer.json()


async def subscribe(http: aiohttp.ClientSession, headers: dict[str, str], body: dict[str, Any], key: str = "one") -> tuple[int, Any]:
    async with http.post("/v1/subscriptions", json=body, headers=headers | {"Idempotency-Key": key}) as answer:
        return answer.status, await answer.json()


async def test_follow_from_the_beginning_in_parts(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(
        sample(ReferralOffered, need_id=need), sample(ReferralAccepted, need_id=need), sample(ReferralStarted, need_id=need)
    )
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        status, page = await get(http, "/v1/events", as_of(RECEIVER), limit=2, **cursor)
        assert status == 200
        found += page["events"]
        cursor = {"after": page["cursor"]}
        if not page["events"]:
            break
    assert [event["sequence"] for event in found] == [1, 2, 3, 4, 5]
    assert [event["type"].rsplit(".")[-1] for event in found][2:] == ["offered", "accepted", "started"]
    assert set(found[-1]) == {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "sequence", "data"}
    assert found[-1]["source"] == "/ihala/referral"


async def test_begin_with_latest(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    need = uuid4()
    await world.identify(need)
    _, begun = await get(http, "/v1/events", as_of(RECEIVER), after="latest", wait=20)
    await world.deliver(sample(ReferralStarted, need_id=need))
    _, page = await get(http, "/v1/events", as_of(RECEIVER), after=begun["cursor"])
    assert begun["events"] == []
    assert [event["type"] for event in page["events"]] == ["org.ihala.referral.started"]


async def test_a_long_poll_is_answered_by_the_commit(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    need = uuid4()
    await world.identify(need)
    _, begun = await get(http, "/v1/events", as_of(RECEIVER), after="latest")
    async with world.listening():
        poll = asyncio.create_task(get(http, "/v1/events", as_of(RECEIVER), after=begun["cursor"], wait=25))
        other = asyncio.create_task(get(http, "/v1/events", as_of(STRANGER), wait=1))
        await asyncio.sleep(0.3)
        assert not poll.done()
        await world.deliver(sample(ReferralStarted, need_id=need))
        _, page = await asyncio.wait_for(poll, 20)  # far below the 25 s asked for
        assert [event["type"] for event in page["events"]] == ["org.ihala.referral.started"]
        assert (await other)[1]["events"] == []


def in_use(database: Database) -> int:
    """Return how many connections are taken out of the pool."""
    return int(database.engine.pool.checkedout())  # type: ignore[attr-defined]


async def test_long_polls_hold_no_connection(http: aiohttp.ClientSession, world: World, database: Database, as_of: Any) -> None:
    async with world.listening():
        polls = [asyncio.create_task(get(http, "/v1/events", as_of(RECEIVER), wait=25)) for _ in range(60)]
        while sum(len(waiting) for waiting in world.service.wakeups._waiting.values()) < len(polls) or in_use(database):
            await asyncio.sleep(0.05)
        await world.introduce()
        for status, page in await asyncio.wait_for(asyncio.gather(*polls), 20):
            assert status == 200 and page["events"]


async def test_a_long_poll_lives_without_notices(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    poll = asyncio.create_task(get(http, "/v1/events", as_of(RECEIVER), wait=25))
    await asyncio.sleep(0.3)
    await world.introduce()
    assert (await asyncio.wait_for(poll, 20))[1]["events"]


async def test_listening_begins_anew_when_its_connection_is_cut(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    async with world.listening():
        poll = asyncio.create_task(get(http, "/v1/events", as_of(RECEIVER), wait=25))
        await asyncio.sleep(0.3)
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
        assert len(await world.rows(query, name=APPLICATION)) == 1
        while world.service.wakeups.listening:
            await asyncio.sleep(0.01)
        await world.introduce()
        assert (await asyncio.wait_for(poll, 20))[1]["events"]


async def test_a_stranger_sees_nothing_of_anothers_feed(http: aiohttp.ClientSession, world: World, database: Database, as_of: Any) -> None:
    need = uuid4()
    await world.identify(need)
    await world.deliver(sample(ReferralAccepted, need_id=need))
    _, own = await get(http, "/v1/events", as_of(RECEIVER))
    assert (await get(http, "/v1/events", as_of(STRANGER)))[1]["events"] == []
    status, problem = await get(http, "/v1/events", as_of(STRANGER), after=own["cursor"])
    assert (status, problem["type"]) == (400, "urn:ihala:problem:malformed-cursor")
    async with database.transaction(Caller("x", STRANGER, "nngo", OPERATOR)) as tx:  # the second lock
        for table in ("feed", "feed_counter", "message", "need", "early_event"):
            assert (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


@pytest.mark.parametrize("path", ["/v1/events", "/v1/subscriptions", "/v1/messages", f"/v1/messages/{UUID(int=1)}"])
async def test_every_route_asks_for_a_token_and_its_scope(http: aiohttp.ClientSession, mint: Mint, as_of: Any, path: str) -> None:
    assert (await get(http, path, {}))[0] == 401
    assert (await get(http, path, as_of(RECEIVER, scopes=("referral:read",))))[0] == 403
    assert (await get(http, path, mint.headers("intake", SCOPES)))[0] == 401


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ({"after": "nonsense"}, 400, "malformed-cursor"),
        ({"wait": "26"}, 422, "malformed-request"),
        ({"limit": "0"}, 422, "malformed-request"),
        ({"wait": "nan"}, 422, "malformed-request"),
        ({"after": "x" * 201}, 422, "malformed-request"),
    ],
)
async def test_bad_input_is_refused(http: aiohttp.ClientSession, as_of: Any, query: dict[str, str], status: int, slug: str) -> None:
    found, problem = await get(http, "/v1/events", as_of(RECEIVER), **query)
    assert (found, problem["type"]) == (status, f"urn:ihala:problem:{slug}")


async def test_a_cursor_whose_events_are_gone_is_refused(http: aiohttp.ClientSession, world: World, database: Database, as_of: Any) -> None:
    await world.introduce()
    _, begun = await get(http, "/v1/events", as_of(RECEIVER), limit=1)
    _, later = await get(http, "/v1/events", as_of(RECEIVER))
    await age(world, RECEIVER, 2)
    while await upkeep.purge_feeds(database):
        pass
    assert (await get(http, "/v1/events", as_of(RECEIVER), after=begun["cursor"]))[0] == 410
    assert (await get(http, "/v1/events", as_of(RECEIVER), after=later["cursor"]))[0] == 200
    assert (await get(http, "/v1/events", as_of(RECEIVER)))[1]["events"] == []


async def test_a_cursor_of_a_feed_that_began_anew_is_refused(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    """Its reader would wait, and miss what comes until the feed is as far as it was."""
    ahead = cursor_at(RECEIVER, 1000)
    for path in ("/v1/events", f"/v1/subscriptions/{(await subscribe(http, as_of(RECEIVER), {}))[1]['id']}/events"):
        status, problem = await get(http, path, as_of(RECEIVER), after=ahead, wait=1)
        assert (status, problem["type"]) == (410, "urn:ihala:problem:cursor-too-old")
        async with http.get(path, headers=as_of(RECEIVER) | {"Accept": "text/event-stream", "Last-Event-ID": ahead}) as answer:
            assert answer.status == 410


async def test_a_subscription_gives_only_its_types(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    need = uuid4()
    await world.identify(need)
    wanted = ["org.ihala.referral.started"]
    status, made = await subscribe(http, as_of(RECEIVER), {"types": wanted})
    assert (status, made["types"], made["kind"]) == (201, wanted, "feed")
    await world.deliver(sample(ReferralAccepted, need_id=need), sample(ReferralStarted, need_id=need))
    path = f"/v1/subscriptions/{made['id']}"
    _, page = await get(http, f"{path}/events", as_of(RECEIVER), after=made["cursor"])
    assert [event["type"] for event in page["events"]] == wanted
    assert (await get(http, f"{path}/events", as_of(RECEIVER), after=page["cursor"], wait=0.1))[1]["events"] == []
    assert (await get(http, path, as_of(RECEIVER)))[1]["id"] == made["id"]
    assert [one["id"] for one in (await get(http, "/v1/subscriptions", as_of(RECEIVER)))[1]["items"]] == [made["id"]]


async def test_a_subscription_is_made_once_and_told_of(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    first = await subscribe(http, as_of(RECEIVER), {})
    assert await subscribe(http, as_of(RECEIVER), {}) == first
    assert (await subscribe(http, as_of(RECEIVER), {"types": ["org.ihala.referral.started"]}))[0] == 422
    rows = await world.rows("SELECT type, key FROM outbox")
    assert [(row["type"], row["key"]) for row in rows] == [("org.ihala.notify.subscription-opened", RECEIVER)]


async def test_a_stranger_does_not_find_a_subscription(http: aiohttp.ClientSession, as_of: Any) -> None:
    _, made = await subscribe(http, as_of(RECEIVER), {})
    for path in (f"/v1/subscriptions/{made['id']}", f"/v1/subscriptions/{made['id']}/events"):
        assert (await get(http, path, as_of(STRANGER)))[0] == 404
    assert (await get(http, "/v1/subscriptions", as_of(STRANGER)))[1]["items"] == []


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"types": ["org.ihala.referral.invented"]}, "unknown-event-type"),
        ({"types": []}, "malformed-request"),
        ({"kind": "kafka"}, "malformed-request"),
        ({"more": 1}, "malformed-request"),
    ],
)
async def test_a_subscription_that_makes_no_sense_is_refused(
    http: aiohttp.ClientSession, world: World, as_of: Any, body: dict[str, Any], slug: str
) -> None:
    status, problem = await subscribe(http, as_of(RECEIVER), body)
    assert (status, problem["type"]) == (422, f"urn:ihala:problem:{slug}")
    assert await world.rows("SELECT * FROM subscription") == []


async def test_a_subscription_needs_a_key(http: aiohttp.ClientSession, as_of: Any) -> None:
    async with http.post("/v1/subscriptions", json={}, headers=as_of(RECEIVER)) as answer:
        assert answer.status == 400


async def test_the_operator_sees_what_people_were_told_and_nobody_else_does(http: aiohttp.ClientSession, world: World, as_of: Any) -> None:
    need, other = uuid4(), uuid4()
    await world.identify(need)
    await world.identify(other)
    staff = as_of(OPERATOR, kind="operator")
    _, page = await get(http, "/v1/messages", staff, need_id=str(need))
    [message] = page["items"]
    assert (message["template"], message["state"], message["need_id"]) == ("request-received", "waiting", str(need))
    assert not {"text", "to", "number"} & set(message)
    assert (message["status"], message["explanation"]["en"], message["parts"]) == ("created", "Not sent yet.", None)
    assert (await get(http, f"/v1/messages/{message['id']}", staff))[1] == message
    _, first = await get(http, "/v1/messages", staff, limit=1)
    assert [one["need_id"] for one in first["items"]] == [str(other)]
    for stranger in (as_of(RECEIVER), as_of(ORIGIN, kind="hlp")):
        assert (await get(http, "/v1/messages", stranger))[1]["items"] == []
        assert (await get(http, f"/v1/messages/{message['id']}", stranger))[0] == 404
