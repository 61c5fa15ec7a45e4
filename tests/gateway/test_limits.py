"""Limits: never exceeded by any number of processes, told to the caller, changed while we run, kept while the database is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from ihala_gateway.limits import meter as meter_module
from ihala_gateway.limits import store
from ihala_gateway.limits.errors import TooManyRequests
from ihala_gateway.limits.leases import Leases, Purse
from ihala_gateway.limits.lender import Lender
from ihala_gateway.limits.meter import Meter
from ihala_gateway.limits.policy import Limit, Policy
from ihala_gateway.settings import Settings
from ihala_kit.auth import Caller
from ihala_kit.problems import ServiceUnavailable

from tests.gateway.house import House, opened

PATH = "/referral/v1/referrals"
NOON = 60_000_000.0  # the first second of a minute


class Clock:
    """Seconds since 1970, as a test wants them."""

    def __init__(self) -> None:
        self.seconds = NOON

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def process(home: House, clock: Clock, client: int = 40, organization: int = 1000) -> AsyncIterator[tuple[Meter, Leases]]:
    """One process's part of the limits, with the lender running."""
    leases = Leases(Policy({"read": Limit(client=client, organization=organization, address=3), "write": Limit()}), clock)
    lending = asyncio.create_task(Lender(home.database, leases).run())
    try:
        yield Meter(leases), leases
    finally:
        lending.cancel()


async def passed(meter: Meter, calls: int, client_id: str, organization_id: str = "o") -> int:
    """Return how many of these calls, all at once, may pass."""
    counted = await asyncio.gather(*(meter.count(client_id, organization_id, "read") for _ in range(calls)), return_exceptions=True)
    assert all(isinstance(one, tuple | TooManyRequests) for one in counted), counted
    return sum(isinstance(one, tuple) for one in counted)


async def test_processes_together_let_through_what_the_limit_says_and_not_one_more(home: House) -> None:
    clock = Clock()
    async with AsyncExitStack() as stack:
        meters = [(await stack.enter_async_context(process(home, clock)))[0] for _ in range(4)]
        counts = await asyncio.gather(*(passed(meter, 30, "many") for meter in meters))
        assert 34 <= sum(counts) <= 40, counts  # what one has fetched and not spent the others cannot have
        assert await passed(meters[0], 5, "other") == 5  # another client has its own
        clock.seconds += 60
        assert 34 <= sum(await asyncio.gather(*(passed(meter, 30, "many") for meter in meters))) <= 40
        assert await passed(meters[1], 100, "many") <= 6


async def test_clients_of_an_organisation_share_its_limit(home: House) -> None:
    async with process(home, Clock(), organization=50) as (one, _), process(home, Clock(), organization=50) as (other, _):
        assert 46 <= await passed(one, 40, "first", "shared") + await passed(other, 40, "second", "shared") <= 50
        with pytest.raises(TooManyRequests) as refused:
            await other.count("second", "shared", "read")
        assert refused.value.members["violated-policies"] == ["organization-read"]


async def test_what_is_lent_ahead_counts_in_its_own_minute_only(home: House) -> None:
    clock = Clock()
    async with process(home, clock) as (one, leases), process(home, clock) as (other, _):
        clock.seconds += 45
        await one.count("early", "o2", "read")
        await one.count("early", "o2", "read")
        await until_idle(leases)
        await one.count("early", "o2", "read")
        await until_idle(leases)
        clock.seconds += 15
        asked = leases.want.is_set()
        await one.count("early", "o2", "read")  # of the block that was fetched before
        assert not asked
        assert 35 <= await passed(one, 40, "early", "o2") + await passed(other, 40, "early", "o2") <= 39


async def test_a_limit_that_is_changed_holds_at_once(home: House) -> None:
    async with process(home, Clock()) as (meter, leases):
        assert await passed(meter, 30, "changed", "o3") == 30
        leases.learn({("client:changed", "read"): 35})
        assert await passed(meter, 30, "changed", "o3") <= 5
        leases.learn({("client:changed", "read"): 60})
        assert await passed(meter, 40, "changed", "o3") >= 25
        leases.learn({("client:changed", "read"): 0})
        assert await passed(meter, 5, "changed", "o3") == 0


async def test_a_limit_that_was_lowered_holds_for_what_was_lent_ahead(home: House) -> None:
    clock = Clock()
    async with process(home, clock) as (meter, leases):
        clock.seconds += 45
        for _ in range(2):
            await meter.count("lowered", "o6", "read")
            await until_idle(leases)
        leases.learn({("client:lowered", "read"): 0})
        clock.seconds += 15
        assert await passed(meter, 5, "lowered", "o6") == 0


def test_of_a_block_on_its_way_a_lowered_limit_leaves_what_it_allows() -> None:
    purse = Purse("client", "x", "read", 100, period=1)
    purse.change(3)
    purse.granted(1, 5, 5)
    purse.granted(2, 5, 12)
    assert (purse.left, purse.free, purse.ahead) == (3, 0, 0)


async def test_without_the_database_what_was_lent_is_spent_and_then_nobody_can_say(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter_module, "WAIT_SECONDS", 0.05)
    leases = Leases(Policy({"read": Limit(client=40), "write": Limit()}), Clock())
    meter, lender = Meter(leases), Lender(home.database, leases)
    first = asyncio.create_task(meter.count("away", "o4", "read"))
    await asyncio.sleep(0)
    await lender.serve()
    await first
    assert (await meter.count("away", "o4", "read"))[0][0] == b"ratelimit"  # the second of a block of two
    with pytest.raises(ServiceUnavailable):
        await meter.count("away", "o4", "read")


async def test_who_waits_and_goes_away_takes_nothing(home: House) -> None:
    leases = Leases(Policy({"read": Limit(client=40), "write": Limit()}), Clock())
    meter, lender = Meter(leases), Lender(home.database, leases)
    calls = [asyncio.create_task(meter.count("gone", "o5", "read")) for _ in range(3)]
    await asyncio.sleep(0)
    calls[0].cancel()
    await lender.serve()
    assert [type(one).__name__ for one in await asyncio.gather(*calls, return_exceptions=True)] == ["CancelledError", "tuple", "tuple"]


async def test_callers_see_their_limits_and_the_refusal(home: House) -> None:
    limits = {"read": Limit(client=3, organization=100, address=2), "write": Limit(), "own": Limit(address=2)}
    settings = Settings.model_validate(home.settings.model_dump() | {"limits": limits, "limit_factor": 1})
    await home.register("limited")
    headers = await home.signed_in("limited")
    async with opened(settings, home.upstream, 0) as first, opened(settings, home.upstream, 0) as second:
        statuses = []
        for house in (first, second, first, second, first, second):
            async with house.session.get(PATH, headers=headers) as answer:
                statuses.append(answer.status)
                assert '"client-read";q=3;w=60' in answer.headers["RateLimit-Policy"]
        assert sorted(statuses) == [200, 200, 200, 429, 429, 429] or crossed_a_minute(statuses)
        async with first.session.get(PATH, headers=headers | {"Accept-Language": "ckb"}) as answer:
            assert answer.status == 429 and 1 <= int(answer.headers["Retry-After"]) <= 60
            document = await answer.json()
        assert document["type"] == "urn:ihala:problem:too-many-requests" and document["violated-policies"] == ["client-read"]
        async with first.session.post(PATH, headers=headers, data=b"x") as answer:
            assert answer.status == 200 and '"client-write";r=599' in answer.headers["RateLimit"]  # another kind
        open_statuses = []
        for _ in range(3):
            async with first.session.get("/directory/v1/needs") as answer:
                open_statuses.append(answer.status)
        assert open_statuses == [200, 200, 429] or crossed_a_minute(open_statuses)
        curious, asked = await home.signed_in("limited", scope="directory:read"), []
        for _ in range(3):
            async with second.session.get(PATH, headers=curious) as answer:
                asked.append((answer.status, '"client-read";r=0' in answer.headers["RateLimit"]))
        assert asked == [(429, True)] * 3 or crossed_a_minute([429, *(200 if status == 403 else 429 for status, _ in asked)])
        own_statuses = []
        for path in ("/oauth/jwks", "/oauth/jwks", "/.well-known/oauth-authorization-server", "/health/live"):
            async with first.session.get(path) as answer:
                own_statuses.append(answer.status)
        assert own_statuses == [200, 200, 429, 200] or crossed_a_minute(own_statuses[:3])
        await lift(home, "client:limited", 9)
        async with asyncio.timeout(30):
            while statuses[-1] != 200:
                async with first.session.get(PATH, headers=headers) as answer:
                    statuses.append(answer.status)
                await asyncio.sleep(0.05)


async def lift(home: House, subject: str, quota: int) -> None:
    async with home.database.transaction(Caller.system("test")) as tx:
        await store.put_override(tx, subject, "read", quota, datetime.now(UTC))


def crossed_a_minute(statuses: list[int]) -> bool:
    """Tell whether somebody was let in again after a refusal: the test ran over the end of a minute."""
    return any(before == 429 and after == 200 for before, after in pairwise(statuses))


async def until_idle(leases: Leases) -> None:
    while leases.want.is_set() or any(purse.asked for purse in leases._purses.values()):
        await asyncio.sleep(0.005)
