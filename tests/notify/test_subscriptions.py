"""Subscriptions by their API: filtered, changed, paused, resumed, removed; only what a client has a right to, and nobody else's."""

from itertools import product
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import ServiceChanged
from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1 import ReferralAccepted, ReferralCompleted, ReferralOffered, ReferralStarted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint
from ihala_notify import following, upkeep
from ihala_notify.errors import CursorTooOld
from ihala_notify.subscriptions import commands, reading, states, store
from ihala_notify.subscriptions.errors import SubscriptionMoveNotAllowed
from ihala_notify.subscriptions.filters import Filters
from ihala_notify.subscriptions.states import State

from tests.notify.samples import OPERATOR, RECEIVER, SERVICE, STRANGER, sample
from tests.notify.world import World

ALL = ("events:read", "notify:subscribe", "referral:read")
OTHER_SERVICE = UUID("01940000-0000-7000-8000-0000000000f1")


class Client:
    """One organisation's client."""

    def __init__(self, http: aiohttp.ClientSession, mint: Mint, organization_id: UUID, scopes: tuple[str, ...] = ALL) -> None:
        self.http = http
        claims = {"org": str(organization_id), "org_kind": "nngo", "operator": str(OPERATOR)}
        self.headers = mint.headers("notify", scopes, **claims)

    async def call(self, method: str, path: str, body: Any = None, *, version: int | None = None, **query: Any) -> tuple[int, Any]:
        headers = self.headers | ({"If-Match": f'"{version}"'} if version is not None else {})
        headers |= {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        async with self.http.request(method, f"/v1/subscriptions{path}", json=body, headers=headers, params=query) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def types(self, subscription: dict[str, Any]) -> list[str]:
        """Return the types of all events of a subscription since it was made."""
        status, page = await self.call("GET", f"/{subscription['id']}/events", after=subscription["cursor"])
        assert status == 200, page
        return [event["type"].removeprefix("org.ihala.") for event in page["events"]]


@pytest.fixture
def receiver(http: aiohttp.ClientSession, mint: Mint) -> Client:
    return Client(http, mint, RECEIVER)


async def made(client: Client, **body: Any) -> dict[str, Any]:
    status, answer = await client.call("POST", "", body)
    assert status == 201, answer
    found: dict[str, Any] = answer
    return found


def slug(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["type"].removeprefix("urn:ihala:problem:")


async def two_referrals(world: World) -> list[Event]:
    """Let two referrals be offered to and accepted by the receiver: at its two services, in two governorates."""
    found: list[Event] = []
    for service_id, governorate in ((SERVICE, "IQG15"), (OTHER_SERVICE, "IQG07")):
        need, referral = uuid4(), uuid4()
        await world.announce(need, governorate=governorate)
        about = {"need_id": need, "referral_id": referral}
        found += [
            sample(ReferralOffered, service_id=service_id, governorate=governorate, **about),
            sample(ReferralStarted, **about),
        ]
        await world.deliver(*found[-2:])
    return found


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
    ],
)
async def test_what_makes_no_sense_is_refused(receiver: Client, body: dict[str, Any], expected: str) -> None:
    assert slug(await receiver.call("POST", "", body)) == (422, expected)


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


async def test_filters_that_match_nothing_move_on_in_bounded_steps(
    receiver: Client, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_SCANNED", 3)
    await world.introduce()
    for _ in range(4):
        await two_referrals(world)
    async with database.transaction(Caller.system("test")) as tx:
        end = await reading.newest(tx, RECEIVER)
        part = await reading.read_after(tx, RECEIVER, 0, 100, Filters(roles=["operator"], types=["org.ihala.referral.started"]))
        assert (part.items, part.position, part.more) == ([], 3, True)
        last = await reading.read_after(tx, RECEIVER, end - 1, 100, Filters(roles=["provider"]))
        assert (len(last.items), last.position, last.more) == (1, end, False)


async def test_a_call_that_looked_through_much_answers_early_and_empty(
    receiver: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_SCANNED", 1)
    monkeypatch.setattr("ihala_notify.following.MOST_LOOKS", 2)
    one = await made(receiver, roles=["operator"])
    await two_referrals(world)
    await two_referrals(world)
    cursors = [one["cursor"]]
    for _ in range(2):
        status, page = await receiver.call("GET", f"/{one['id']}/events", after=cursors[-1], wait=20)
        assert (status, page["events"]) == (200, [])
        cursors.append(page["cursor"])
    assert [following.position_of(cursor, RECEIVER) for cursor in cursors] == [0, 2, 4]  # of 8, and long before the wait was over


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


async def test_what_is_thrown_away_while_it_is_read_is_told_as_lost(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter and the items are two questions: between them the oldest items may go."""
    await world.introduce()
    await two_referrals(world)
    counter = reading._counter

    async def then_purged(tx: Any, organization_id: UUID) -> tuple[int, int]:
        found = await counter(tx, organization_id)
        await world.rows("DELETE FROM feed WHERE organization_id = :id AND position <= 2 RETURNING position", id=RECEIVER)
        await world.rows("UPDATE feed_counter SET purged_to = 2 WHERE organization_id = :id RETURNING position", id=RECEIVER)
        return found

    async with database.transaction(Caller.system("test")) as tx:
        monkeypatch.setattr(reading, "_counter", then_purged)
        with pytest.raises(CursorTooOld):
            await reading.read_after(tx, RECEIVER, 0, 100)
        monkeypatch.undo()
        assert [item.position for item in (await reading.read_after(tx, RECEIVER, 2, 100)).items][:1] == [3]
        assert [item.position for item in (await reading.read_after(tx, RECEIVER, None, 100)).items][:1] == [3]


async def test_filters_of_every_pair_agree_with_what_they_say(database: Database, world: World) -> None:
    """The condition in SQL against the same rule in Python, over each combination of what may stand beside an event."""
    await world.introduce()
    await two_referrals(world)
    accepted = sample(ReferralAccepted, organization_id=OPERATOR), sample(ReferralCompleted)
    await world.deliver(*accepted)
    kinds = (None, ["org.ihala.referral.started", "org.ihala.referral.offered"])
    places, services, roles = (None, ["IQG15"]), (None, [SERVICE]), (None, ["provider"], ["origin", "operator"])
    rows = await world.feed(RECEIVER)
    async with database.transaction(Caller.system("test")) as tx:
        for asked in [Filters(k, p, s, r) for k in kinds for p in places for s in services for r in roles]:
            found = await reading.read_after(tx, RECEIVER, None, 100, asked)
            assert [item.position for item in found.items] == [row["position"] for row in rows if wanted(asked, row)]


def wanted(asked: Filters, row: dict[str, Any]) -> bool:
    """Tell whether a row of the feed is asked for."""
    itself = row["roles"] == ["itself"]
    return (
        (asked.types is None or row["type"] in asked.types)
        and (asked.roles is None or itself or bool(set(asked.roles) & set(row["roles"])))
        and (asked.governorates is None or itself or row["governorate"] in asked.governorates)
        and (asked.services is None or row["service_id"] in asked.services or (itself and row["service_id"] is None))
    )
