"""Webhooks as a process of its own delivers them, with keys, address guard, feed, log of every try and cursor: how many a second, and at
what CPU; with one receiver out of ten that never answers; and the log's page over 1,000,000 tries.

Svix server 1.100 was measured on a machine of the same kind with the same load: no address guard there, its log in PostgreSQL and Redis.
What it would make on this machine follows from a sender that was measured beside it there and is measured here by turns with ours.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import aiohttp
import psutil
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_kit.vault import Vault, new_master_key
from ihala_local.ports import any_free
from ihala_local.provision.databases import Server
from ihala_local.testing import migrated, throw_away_postgres
from ihala_notify.settings import Settings
from ihala_notify.wakeups import APPLICATION
from ihala_notify.webhooks.signing import new_key
from ihala_notify.webhooks.tables import about_key
from pydantic import SecretStr
from sqlalchemy import text

from tests.bench.api_process import api
from tests.bench.results import Figure, percentile
from tests.bench.webhook_yardstick import SVIX_SHARE
from tests.notify.webhooks.rig import Rig

ROUNDS, ONE, TEN, TRIES, PAGES = 3, 3_000, 2_000, 1_000_000, 200  # 400 to each of ten were over before all lanes had begun
YARD = 400  # events to each of ten, as Svix was measured; more make the yardstick slower
CALM_SECONDS, LONGEST_SECONDS = 1.0, 60.0
_LOG = text("""
    WITH made AS (
        INSERT INTO delivery
        SELECT (lpad(to_hex(CAST(:at AS bigint) - (CAST(:size AS bigint) - n)), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
               CAST(:hook AS uuid), CAST(:owner AS uuid), n,
               md5('e' || n)::uuid, 'org.ihala.referral.accepted', md5('r' || n / 4), false,
               CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'delivered' END, 204::smallint, NULL, 1, now(), NULL::timestamptz, now()
        FROM generate_series(1, CAST(:size AS bigint)) AS n RETURNING id
    )
    INSERT INTO attempt SELECT id, 1, CAST(:owner AS uuid), now(), 204, NULL, 4, 'ok' FROM made
""")


async def measure(one: int = ONE, ten: int = TEN, tries: int = TRIES, rounds: int = ROUNDS) -> list[Figure]:
    """Return the figures."""
    key = new_master_key()
    async with throw_away_postgres() as postgres, postgres.scratch("notify", migrated("notify")) as scratch:
        settings = Settings(database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=SecretStr(key))
        database = Database(settings)
        await database.start()
        try:
            load = Load(database, key, await _new_database(postgres.server, "yardstick"))
            figures = await load.figures(one, ten, rounds)
            await _fill_log(database, tries)
            pages = await _pages(scratch.url, key, least=min(50, tries // 1000))
        finally:
            await database.stop()
    note = f"{tries:,} deliveries with a try each, {PAGES} pages of 50: newest, failed, of one subscription, deep"
    return [*figures, Figure("webhook log page p95", round(percentile(pages, 95), 1), "ms", 300, note=note)]


class Load:
    """One database and what is delivered out of it, and another for the yardstick."""

    def __init__(self, database: Database, key: str, yard_url: str) -> None:
        self.database, self.key, self.rig, self.yard_url = database, key, Rig(database), yard_url

    async def figures(self, one: int, ten: int, rounds: int) -> list[Figure]:
        """Deliver both loads so many times; return the medians."""
        single = [await self._delivered(1, one) for _ in range(rounds)]
        fan_out, yard = [], []
        for _ in range(rounds):
            fan_out.append(await self._delivered(10, ten, hanging=1))
            yard.append(await _yardstick(self.yard_url, min(YARD, ten)))
        rate, cpu = _medians(single)
        rate_ten, cpu_ten = _medians(fan_out)
        ratio = statistics.median(ours / (SVIX_SHARE * its) for (ours, _), its in zip(fan_out, yard, strict=True))
        yards = f"Svix made {SVIX_SHARE:.2f} of the yardstick, none hanging; yardstick: {', '.join(f'{its:,.0f}' for its in yard)}"
        hang = f"{ten} events each, one of the ten never answers; rounds: {_spread(fan_out)}"
        return [
            Figure("webhook deliveries to one endpoint", round(rate), "/s", None, "Svix 2,070",
                   f"{one:,} events; rounds: {_spread(single)}", at_least=2 * 2_070),
            Figure("webhook delivery, CPU of process and PostgreSQL", round(cpu, 3), "ms", 0.6 * 0.65, "Svix 0.36 + 0.29 + 0.05 Redis"),
            Figure("webhook deliveries to ten endpoints, one hanging", round(rate_ten), "/s", None, "Svix 6,207, none hanging", hang,
                   at_least=6_207),
            Figure("webhook deliveries to ten endpoints, one hanging, to those of Svix", round(ratio, 2), "times", None, "Svix", yards,
                   at_least=1),
            Figure("webhook delivery to ten endpoints, CPU of process and PostgreSQL", round(cpu_ten, 3), "ms", None, "Svix 0.24 + 0.16"),
        ]  # fmt: skip

    async def _delivered(self, endpoints: int, events: int, hanging: int = 0) -> tuple[float, float]:
        """Deliver a feed to so many endpoints; return deliveries a second and CPU milliseconds of each, without the hanging ones."""
        owner, expected = uuid4(), (endpoints - hanging) * events
        await self.rig.happen(events, *(str(uuid4()) for _ in range(500)), organization_id=owner)
        with _receiver() as address:
            async with self._process() as process:
                measured = [process, *postgres_processes()]
                before = cpu(measured)
                await self._hooks(owner, [f"{address}/{'hang' if n < hanging else 'e'}{n}" for n in range(endpoints)])
                number, first, last = await _until(address, expected)
                spent = cpu(measured) - before
        await self.rig.rows("UPDATE subscription SET ended_at = now() WHERE organization_id = :id RETURNING id", id=owner)
        return (number - 1) / (last - first), 1000 * spent / number

    async def _hooks(self, owner: UUID, urls: list[str]) -> None:
        """Open webhooks in one transaction, so that they begin together."""
        vault, at = Vault.of(self.database.settings), datetime.now(UTC)
        async with self.database.transaction(Caller.system("bench")) as tx:
            for url in urls:
                hook, key_id = new_id(), new_id()
                values = {"id": hook, "owner": owner, "at": at, "url": url, "key": key_id}
                sealed = vault.seal_direct(new_key("hmac").secret.encode(), about_key(key_id))
                for statement in (
                    "INSERT INTO subscription (id, organization_id, client_id, kind, state, changed_at, version, created_at)"
                    " VALUES (:id, :owner, 'c', 'webhook', 'active', :at, 1, :at)",
                    "INSERT INTO webhook (subscription_id, organization_id, url, ordered, cursor) VALUES (:id, :owner, :url, false, 0)",
                    "INSERT INTO webhook_key (id, subscription_id, organization_id, kid, kind, secret, created_at)"
                    " VALUES (:key, :id, :owner, '1', 'hmac', :sealed, :at)",
                ):
                    await tx.execute(text(statement), values | {"sealed": sealed})

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[psutil.Process]:
        """Run `ihala run notify --role clock`, as where it is installed; it does what else that role does, too."""
        environment = os.environ | {
            "NOTIFY_DATABASE_URL": self.database.settings.database_url, "NOTIFY_MASTER_KEY": self.key,
            "NOTIFY_WEBHOOK_HOSTS": json.dumps(["127.0.0.1"]),
        }  # fmt: skip
        program = Path(sys.executable).with_name("ihala")
        child = await asyncio.create_subprocess_exec(program, "run", "notify", "--role", "clock", env=environment, stderr=DEVNULL)
        try:
            listening = "SELECT pid FROM pg_stat_activity WHERE application_name = :name"
            while not await self.rig.rows(listening, name=APPLICATION):
                await asyncio.sleep(0.1)
            await asyncio.sleep(CALM_SECONDS)
            yield psutil.Process(child.pid)
        finally:
            child.terminate()
            await child.wait()


async def _new_database(server: Server, name: str) -> str:
    connection = await server.connect()
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    return f"{server.url.rpartition('/')[0]}/{name}"


async def _yardstick(url: str, events: int) -> float:
    """Return how many a second the yardstick sends to ten endpoints that all answer."""
    with _receiver() as address:
        await _until(address, 0)
        command = [sys.executable, "-m", "tests.bench.webhook_yardstick", url, address, str(events), "10"]
        child = await asyncio.create_subprocess_exec(*command)
        number, first, last = await _until(address, 10 * events)
        await child.wait()
    return (number - 1) / (last - first)


@contextmanager
def _receiver() -> Iterator[str]:
    port = any_free()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.webhook_receiver", str(port)])
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


async def _until(address: str, expected: int) -> tuple[int, float, float]:
    """Return how many came, and when the first and the last did, once the receiver is there and all of them came."""
    over, number = time.monotonic() + LONGEST_SECONDS, 0
    async with aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientConnectorError):  # it has yet to start
                async with session.get(address + "/stats") as answer:
                    number, first, last = json.loads(await answer.read())
                if number >= expected:
                    return number, first, last
            if time.monotonic() > over:
                raise RuntimeError(f"{number} of {expected} deliveries came")
            await asyncio.sleep(0.1)


def postgres_processes() -> list[psutil.Process]:
    """Return the processes of the PostgreSQL that this process started."""
    return [each for each in psutil.Process().children(recursive=True) if "postgres" in each.name()]


def cpu(processes: list[psutil.Process]) -> float:
    """Return the CPU seconds that these, and PostgreSQL's, have used so far."""
    found = {process.pid: process for process in processes} | {process.pid: process for process in postgres_processes()}
    return sum(sum(each.cpu_times()[:2]) for each in found.values() if each.is_running())


def _medians(rounds: list[tuple[float, float]]) -> tuple[float, float]:
    rates, spent = zip(*rounds, strict=True)
    return statistics.median(rates), statistics.median(spent)


def _spread(rounds: list[tuple[float, float]]) -> str:
    return ", ".join(f"{rate:,.0f}" for rate, _ in rounds)


OWNER, HOOK = UUID(int=0xA << 120), UUID(int=0xB << 120)


async def _fill_log(database: Database, size: int) -> None:
    rig = Rig(database)
    await rig.rows(
        "INSERT INTO subscription (id, organization_id, client_id, kind, state, changed_at, version, created_at)"
        " VALUES (:hook, :owner, 'c', 'webhook', 'paused', now(), 1, now()) RETURNING id", hook=HOOK, owner=OWNER,
    )  # fmt: skip
    async with database.transaction(Caller.system("bench")) as tx:
        await tx.execute(_LOG, {"at": int(time.time() * 1000), "size": size, "hook": HOOK, "owner": OWNER})
    await rig.rows("SELECT 1 FROM delivery LIMIT 1")


async def _pages(database_url: str, key: str, least: int) -> list[float]:
    """Return how long each page took, in milliseconds; each holds so many rows at least."""
    took: list[float] = []
    async with api("notify", database_url, key) as served, aiohttp.ClientSession(served.address) as session:
        claims = {"org": str(OWNER), "org_kind": "nngo", "operator": str(OWNER)}
        headers = served.mint.headers("notify", ("notify:subscribe", "events:read"), **claims)
        paths = ["/v1/deliveries", "/v1/deliveries?state=failed", f"/v1/deliveries?subscription_id={HOOK}"]
        for number in range(PAGES):
            path = paths[number % len(paths)]
            began = time.perf_counter()
            async with session.get(path, headers=headers) as answer:
                found = await answer.read()
                assert answer.status == 200, found
            took.append(1000 * (time.perf_counter() - began))
            assert len(json.loads(found)["items"]) >= least
            if number % len(paths) == 0:
                follows = answer.links.get("next")
                paths[0] = str(follows["url"]).partition("/notify")[2] if follows else "/v1/deliveries"
    return took
