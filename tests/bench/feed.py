"""A feed of 1,000,000 events read to its end over HTTP, whole and through a filter; and how late a long poll answers after a commit."""

import asyncio
import random
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import aiohttp
from ihala_contracts.envelope import Envelope
from ihala_contracts.examples import example_of
from ihala_contracts.referral_v1 import ReferralStarted
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_kit.vault import new_master_key
from ihala_local.testing import migrated, throw_away_postgres
from ihala_notify import feed
from ihala_notify.settings import Settings
from ihala_notify.visibility import Circle
from pydantic import SecretStr
from sqlalchemy import text

from tests.bench.api_process import Api, api
from tests.bench.results import Figure, percentile

SIZE, POLLS = 1_000_000, 1000
AT_LEAST, POLL_MS = 20_000, 50
OWNER, POLLED = UUID(int=0xA << 120), UUID(int=0xB << 120)
LIMIT = 1000
RARE = 10_000  # one in so many has the rare type
PAUSE_SECONDS = 0.02  # between a poll's answer and the next commit, at most
_FILL = text("""
    INSERT INTO feed (organization_id, position, event_id, source, type, subject, time, data, roles, governorate, service_id, appended_at)
    SELECT :owner, n, md5('e' || n)::uuid, 'referral',
           'org.ihala.referral.' || CASE WHEN n % :rare = 0 THEN 'expired'
               ELSE (ARRAY['offered', 'accepted', 'started', 'completed'])[1 + n % 4] END,
           md5('r' || n / 4)::uuid, now(),
           jsonb_build_object('referral_id', md5('r' || n / 4)::uuid, 'need_id', md5('n' || n / 4)::uuid, 'state', 'accepted',
               'referral_version', 1 + n % 4, 'moved_at', now(), 'first_contact_by', now() + interval '3 days'),
           ARRAY['provider'], (ARRAY['IQG15', 'IQG08', 'IQG13'])[1 + n % 3], md5('s' || n % 7)::uuid, now()
    FROM generate_series(CAST(:first AS bigint), :last) AS n
""")
_COUNT = text("INSERT INTO feed_counter VALUES (:owner, :size, 0)")


async def measure(size: int = SIZE, polls: int = POLLS) -> list[Figure]:
    """Return the figures."""
    key = new_master_key()
    async with throw_away_postgres() as postgres, postgres.scratch("notify", migrated("notify")) as scratch:
        settings = Settings(database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=SecretStr(key))
        database = Database(settings)
        await database.start()
        try:
            await _fill(database, size)
            async with api("notify", scratch.url, key) as served, aiohttp.ClientSession(served.address) as http:
                whole = await _read(http, served, "/v1/events", size)
                rare = await _read(http, served, await _subscription(http, served), size // RARE)
                late = [each * 1000 for each in await _poll(http, served, database, polls)]
        finally:
            await database.stop()
    return [
        Figure("feed read to its end", round(size / whole), "events/s", at_least=AT_LEAST,
               note=f"{size:,} events, {LIMIT} a page, one reader"),
        Figure("feed filtered to one in 10,000, read to its end", round(rare, 2), "s", note=f"{round(size / rare):,}/s looked through"),
        Figure("long poll answered after the commit p50", round(percentile(late, 50), 2), "ms"),
        Figure("long poll answered after the commit p99", round(percentile(late, 99), 2), "ms", POLL_MS, note=f"{polls} commits"),
    ]  # fmt: skip


async def _fill(database: Database, size: int) -> None:
    for first in range(1, size + 1, 100_000):
        values = {"owner": OWNER, "rare": RARE, "first": first, "last": min(size, first + 99_999)}
        async with database.transaction(Caller.system("bench")) as tx:
            await tx.execute(_FILL, values)
    async with database.transaction(Caller.system("bench")) as tx:
        await tx.execute(_COUNT, {"owner": OWNER, "size": size})
        await tx.execute(text("ANALYZE feed"))


def _headers(served: Api, organization_id: UUID) -> dict[str, str]:
    return served.mint.headers("notify", ("events:read", "notify:subscribe"), org=str(organization_id), org_kind="nngo")


async def _subscription(http: aiohttp.ClientSession, served: Api) -> str:
    """Return the address of the events of a subscription to what is rare."""
    body, headers = {"types": ["org.ihala.referral.expired"]}, _headers(served, OWNER) | {"Idempotency-Key": str(uuid4())}
    async with http.post("/v1/subscriptions", json=body, headers=headers) as answer:
        return f"/v1/subscriptions/{(await answer.json())['id']}/events"


async def _read(http: aiohttp.ClientSession, served: Api, path: str, expected: int) -> float:
    """Follow from the oldest to the end; return the seconds it took. Every event must have come once."""
    begun, positions, cursor = time.monotonic(), 0, None
    while True:
        query = {"limit": str(LIMIT)} | ({"after": cursor} if cursor else {})
        async with http.get(path, params=query, headers=_headers(served, OWNER)) as answer:
            page = await answer.json()
        positions += len(page["events"])
        if not page["events"] and page["cursor"] == cursor:
            break
        cursor = page["cursor"]
    took = time.monotonic() - begun
    if positions != expected:
        raise RuntimeError(f"{positions} events came of {expected}")
    return took


async def _poll(http: aiohttp.ClientSession, served: Api, database: Database, polls: int) -> list[float]:
    """Return the seconds from each commit until the waiting poll was answered."""
    took, cursor = [], await _latest(http, served)
    for _ in range(polls):
        poll = asyncio.create_task(_next(http, served, cursor))
        await asyncio.sleep(0.005 + random.random() * PAUSE_SECONDS)
        async with database.transaction(Caller.system("bench")) as tx:
            feed.show(tx, _event(), Circle())
        committed = time.monotonic()
        at, cursor = await poll
        took.append(max(0.0, at - committed))
    return took


async def _latest(http: aiohttp.ClientSession, served: Api) -> str:
    async with http.get("/v1/events", params={"after": "latest"}, headers=_headers(served, POLLED)) as answer:
        return str((await answer.json())["cursor"])


async def _next(http: aiohttp.ClientSession, served: Api, cursor: str) -> tuple[float, str]:
    async with http.get("/v1/events", params={"after": cursor, "wait": "25"}, headers=_headers(served, POLLED)) as answer:
        page = await answer.json()
    if len(page["events"]) != 1:
        raise RuntimeError("a poll was answered without its event")
    return time.monotonic(), page["cursor"]


def _event() -> ReferralStarted:
    event = ReferralStarted.model_validate(example_of(ReferralStarted) | {"organization_id": POLLED})
    envelope = Envelope(
        id=new_id(), source="referral", type="org.ihala.referral.started", version=1, key=event.key, sequence=1, time=datetime.now(UTC)
    )
    event.received(envelope)
    return event
