"""Subscriptions by their API: filtered, changed, paused, resumed, removed; only what a client has a right to, and nobody else's."""

from itertools import product
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import ServiceChanged
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify import upkeep
from ihala_notify.subscriptions import commands, states, store
from ihala_notify.subscriptions.errors import SubscriptionMoveNotAllowed
from ihala_notify.subscriptions.states import State

from tests.notify.samples import RECEIVER, SERVICE, STRANGER, sample
from tests.notify.subscribing import OTHER_SERVICE, Client, made, two_referrals
from tests.notify.world import World


@pytest.fixture
def receiver(http: aiohttp.ClientSession, mint: Mint) -> Client:
    return Client(http, mint, RECEIVER)


def slug(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["type"].removeprefix("urn:ihala:problem:")


async def test_own_services_governorates_and_parts_narrow_what_comes(receiver: Client, world: World) -> None:
    await world.introduce()
    await world.deliver(sample(ServiceChanged, service_id=OTHER_SERVICE, organization_id=RECEIVER))
    by_service = await made(receiver, services=[str(OTHER_SERVICE)])
    by_place = await made(receiver, governorates=["IQG15"], types=["org.ihala.referral.started"])
    by_part = await made(receiver, roles=["origin", "operator"])
    own_part = await made(receiver, roles=["provider"])
    await two_referrals(world)
    assert await receiver.types(by_service) == ["referral.offered", "referral.started"]
    assert await receiver.types(by_place) == ["referral.started"]
    assert await receiver.types(by_part) == []
    assert await receiver.types(own_part) == ["referral.offered", "referral.started"] * 2


async def test_what_is_about_the_organisation_itself_comes_whatever_place_or_part_is_asked_for(receiver: Client, world: World) -> None:
    await world.introduce()
    narrow = await made(receiver, governorates=["IQG01"], roles=["origin"], services=[str(SERVICE)])
    await world.deliver(sample(ServiceChanged, service_id=OTHER_SERVICE, organization_id=RECEIVER))
    await world.deliver(sample(ServiceChanged, service_id=SERVICE, organization_id=RECEIVER))
    assert await receiver.types(narrow) == ["directory.service-changed"]


async def test_anothers_service_and_one_that_is_none_are_refused_alike(receiver: Client, world: World) -> None:
    await world.introduce()
    await world.deliver(sample(ServiceChanged, service_id=OTHER_SERVICE, organization_id=STRANGER))
    refused = [await receiver.call("POST", "", {"services": [str(SERVICE), str(asked)]}) for asked in (OTHER_SERVICE, uuid4())]
    assert [slug(each) for each in refused] == [(422, "service-not-yours")] * 2
    assert {(each[1]["pointer"], each[1]["title"]) for each in refused} == {("#/services/1", refused[0][1]["title"])}


async def test_services_are_for_clients_that_may_read_referrals(
    receiver: Client, http: aiohttp.ClientSession, mint: Mint, world: World
) -> None:
    await world.introduce()
    narrow = Client(http, mint, RECEIVER, ("events:read", "notify:subscribe"))
    assert slug(await narrow.call("POST", "", {"services": [str(SERVICE)]})) == (403, "insufficient-scope")
    theirs = await made(receiver, services=[str(SERVICE)])
    assert slug(await narrow.call("GET", f"/{theirs['id']}/events")) == (403, "insufficient-scope")
    plain = await made(narrow)
    assert slug(await narrow.call("PATCH", f"/{plain['id']}", {"services": [str(SERVICE)]}, version=1)) == (403, "insufficient-scope")


async def test_who_may_not_read_events_has_none_sent(receiver: Client, http: aiohttp.ClientSession, mint: Mint) -> None:
    """An address of its own would be a way to read them. What is sent to was asked for by somebody who may; nor may others turn it."""
    asked = {"kind": "webhook", "url": "https://events.example.org/in"}
    narrow = Client(http, mint, RECEIVER, ("notify:subscribe",))
    assert slug(await narrow.call("POST", "", asked)) == (403, "insufficient-scope")
    hook = await made(receiver, **asked)
    async with http.get(f"/v1/subscriptions/{hook['id']}/webhook", headers=receiver.headers) as answer:
        assert answer.headers["ETag"] == '"1"'  # which the change of an address asks for
    assert slug(await narrow.call("PATCH", f"/{hook['id']}", {"roles": None}, version=1)) == (403, "insufficient-scope")
    moved = await narrow.call("PATCH", f"/{hook['id']}/webhook", {"url": "https://elsewhere.example.org/in"}, version=1)
    assert slug(moved) == (403, "insufficient-scope")
    assert (hook["kind"], hook["way"]) == ("feed", "webhook")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"governorates": ["Ninewa"]}, "malformed-request"),
        ({"governorates": []}, "malformed-request"),
        ({"roles": ["itself"]}, "malformed-request"),
        ({"services": ["x"]}, "malformed-request"),
        ({"types": ["org.ihala.referral.invented"]}, "unknown-event-type"),
        ({"url": "https://events.example.org/in"}, "malformed-request"),  # of no webhook: whoever names it waits there for ever
    ],
)
async def test_what_makes_no_sense_is_refused(receiver: Client, body: dict[str, Any], expected: str) -> None:
    assert slug(await receiver.call("POST", "", body)) == (422, expected)


async def test_an_address_needs_a_webhook_and_halabja_is_a_governorate(receiver: Client) -> None:
    _, problem = await receiver.call("POST", "", {"url": "https://events.example.org/in"})
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("#/url", "webhook_only")]
    assert (await made(receiver, governorates=["IQ-HALABJA", "IQG15"]))["governorates"] == ["IQ-HALABJA", "IQG15"]  # it has no P-code


async def test_a_change_replaces_what_it_names_and_leaves_the_rest(receiver: Client, world: World) -> None:
    await world.introduce()
    one = await made(receiver, types=["org.ihala.referral.started"], governorates=["IQG15"])
    status, changed = await receiver.call("PATCH", f"/{one['id']}", {"governorates": None, "roles": ["provider"]}, version=1)
    assert (status, changed["types"], changed["governorates"], changed["roles"]) == (200, one["types"], None, ["provider"])
    assert slug(await receiver.call("PATCH", f"/{one['id']}", {"roles": None}, version=1)) == (412, "stale")
    assert (await receiver.call("PATCH", f"/{one['id']}", {"roles": None}))[0] == 428
    await two_referrals(world)
    assert await receiver.types(one) == ["referral.started"] * 2


async def test_a_paused_one_answers_nothing_and_goes_on_from_where_it_stood(receiver: Client, world: World) -> None:
    one = await made(receiver)
    status, paused = await receiver.call("POST", f"/{one['id']}/pause", version=1)
    assert (status, paused["state"], paused["reason"]) == (200, "paused", "by_owner")
    assert paused["since"] >= one["created_at"]
    await two_referrals(world)
    assert slug(await receiver.call("GET", f"/{one['id']}/events")) == (409, "subscription-rests")
    assert slug(await receiver.call("POST", f"/{one['id']}/pause", version=2)) == (409, "subscription-move-not-allowed")
    status, resumed = await receiver.call("POST", f"/{one['id']}/resume", version=2)
    assert (status, resumed["state"], resumed["reason"]) == (200, "active", None)
    assert slug(await receiver.call("POST", f"/{one['id']}/resume", version=3)) == (409, "subscription-move-not-allowed")
    assert len(await receiver.types(one)) == 4


async def test_what_is_removed_is_there_no_more(receiver: Client, world: World) -> None:
    one, other = await made(receiver), await made(receiver)
    assert slug(await receiver.call("DELETE", f"/{one['id']}", version=7)) == (412, "stale")
    assert (await receiver.call("DELETE", f"/{one['id']}", version=1))[0] == 200
    for method, path in (("GET", ""), ("GET", "/events"), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume")):
        version = None if method == "GET" else 2
        assert slug(await receiver.call(method, f"/{one['id']}{path}", version=version)) == (404, "subscription-not-found")
    assert [each["id"] for each in (await receiver.call("GET", ""))[1]["items"]] == [other["id"]]


async def test_what_was_removed_is_forgotten_with_its_address_and_keys(receiver: Client, world: World, database: Database) -> None:
    hook = await made(receiver, kind="webhook", url="https://events.example.org/in")
    kept = await made(receiver, kind="webhook", url="https://events.example.org/in")
    await receiver.call("DELETE", f"/{hook['id']}", version=1)
    assert await upkeep.forget_ended_subscriptions(database) == 0
    await world.rows("UPDATE subscription SET ended_at = now() - interval '31 days' WHERE ended_at IS NOT NULL RETURNING id")
    assert await upkeep.forget_ended_subscriptions(database) == 1
    for table in ("subscription WHERE id", "webhook WHERE subscription_id", "webhook_key WHERE subscription_id"):
        left = [(await world.rows(f"SELECT count(*) AS n FROM {table} = :id", id=UUID(one["id"])))[0]["n"] for one in (hook, kept)]
        assert left == [0, 1]


async def test_its_organisation_is_told_of_each_step_and_nobody_else(receiver: Client, world: World) -> None:
    one = await made(receiver)
    await receiver.call("PATCH", f"/{one['id']}", {"roles": ["provider"]}, version=1)
    await receiver.call("POST", f"/{one['id']}/pause", version=2)
    await receiver.call("POST", f"/{one['id']}/resume", version=3)
    await receiver.call("DELETE", f"/{one['id']}", version=4)
    rows = await world.rows("SELECT type, key FROM outbox ORDER BY seq")
    steps = ("opened", "changed", "paused", "resumed", "ended")
    assert [row["type"] for row in rows] == [f"org.ihala.notify.subscription-{step}" for step in steps]
    assert {row["key"] for row in rows} == {RECEIVER}


async def test_a_repeated_request_gets_the_same_answer(receiver: Client, http: aiohttp.ClientSession) -> None:
    headers = receiver.headers | {"Idempotency-Key": "again"}
    answers = []
    for _ in range(2):
        async with http.post("/v1/subscriptions", json={"roles": ["provider"]}, headers=headers) as answer:
            answers.append((answer.status, await answer.json(), answer.headers["ETag"]))
    assert answers[0] == answers[1]
    assert (answers[0][1]["way"], answers[0][1]["kind"], answers[0][1]["state"]) == ("feed", "feed", "active")
    assert answers[0][1]["since"] == answers[0][1]["created_at"]


async def test_a_stranger_finds_none_of_it(receiver: Client, http: aiohttp.ClientSession, mint: Mint) -> None:
    one, stranger = await made(receiver), Client(http, mint, STRANGER)
    for method, path, body in (("PATCH", "", {}), ("DELETE", "", None), ("POST", "/pause", None), ("POST", "/resume", None)):
        assert slug(await stranger.call(method, f"/{one['id']}{path}", body, version=1)) == (404, "subscription-not-found")


async def test_an_organisation_has_no_end_of_them(receiver: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST", 2)
    one, _ = await made(receiver), await made(receiver)
    assert slug(await receiver.call("POST", "", {})) == (409, "too-many-subscriptions")
    await receiver.call("DELETE", f"/{one['id']}", version=1)
    await made(receiver)


async def test_every_move_is_allowed_and_told_or_refused(database: Database, receiver: Client) -> None:
    one = UUID((await made(receiver))["id"])
    allowed = {
        ("active", "degraded"), ("active", "paused"), ("active", "disabled"), ("degraded", "active"), ("degraded", "degraded"),
        ("degraded", "paused"),
        ("degraded", "disabled"), ("paused", "active"), ("paused", "disabled"), ("disabled", "active"),
    }  # fmt: skip
    async with database.transaction(Caller.system("test")) as tx:
        row = await store.subscription(tx, Caller("x", RECEIVER, "nngo"), one)
        for before, to in product(State, State):
            row.state, told = before.value, len(tx.info["events"])
            if (before, to) in allowed:
                states.move(tx, row, to, "failing")
            else:
                with pytest.raises(SubscriptionMoveNotAllowed):
                    states.move(tx, row, to, "failing")
            assert (row.state, len(tx.info["events"]) - told) == ((to, 1) if (before, to) in allowed else (before, 0))
