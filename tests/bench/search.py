"""Search over HTTP to the service's own process: how good, how fast, and how much CPU a query costs it and PostgreSQL.

Good is precision@10 on the judged queries: of the first ten (of all that are relevant, where there are fewer), how many are. The held-out
third was never tuned on. Plain PostgreSQL full text ('simple' on the names) answers the same queries for comparison.
"""

import time
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import asyncpg
import psutil
from ihala_directory.app import build
from ihala_directory.settings import Settings
from ihala_kit.db import Database
from ihala_kit.migrations import migrate_async
from ihala_kit.testing import Mint
from ihala_kit.vault import new_master_key
from ihala_local.testing import throw_away_postgres
from pydantic import SecretStr

from tests.bench.api_process import Api, api
from tests.bench.results import Figure, percentile
from tests.bench.search_corpus import Entry
from tests.bench.search_world import Judged, fill, judged

SIZES = (20_000, 200_000)
TARGET = 20_000
PASSES = 4
FIRST = 10
OPENSEARCH, PLAIN = "OpenSearch 0.987, 15-17 CPU ms", "plain PostgreSQL full text 0.936"
_MASTER_KEY = new_master_key()


@dataclass(frozen=True)
class Run:
    """What one size gave: a precision a query, milliseconds a request, CPU milliseconds a query of the service and of PostgreSQL."""

    precise: dict[Judged, float]
    plain: dict[Judged, float]
    milliseconds: list[float]
    service_cpu: float
    postgres_cpu: float
    counting_cpu: float  # of both, with facets


async def measure() -> list[Figure]:
    """Return the figures of both sizes; targets are for 20,000."""
    return [figure for size in SIZES for figure in _figures(size, await _run(size))]


def _figures(size: int, run: Run) -> list[Figure]:
    held = {one: value for one, value in run.precise.items() if one.held_out}
    counted, target = f"at {size:,} services", size == TARGET
    whole, plain = _mean(run.precise), _mean(run.plain)
    note = f"{len(run.precise)} queries; missed in a hundred: {100 * (1 - whole):.2f}"
    return [
        Figure(f"search imprecision@10 {counted}", round(1 - whole, 4), "share", 0.02 if target else None, OPENSEARCH, note),
        Figure(f"search imprecision@10, held out, {counted}", round(1 - _mean(held), 4), "share", 0.02 if target else None, OPENSEARCH,
               f"{len(held)} queries never tuned on"),
        Figure(f"search imprecision@10 of plain full text {counted}", round(1 - plain, 4), "share", None, PLAIN, "'simple', same queries"),
        Figure(f"search p50 {counted}", round(percentile(run.milliseconds, 50), 2), "ms", 15 if target else None),
        Figure(f"search p99 {counted}", round(percentile(run.milliseconds, 99), 2), "ms"),
        Figure(f"search CPU {counted}", round(run.service_cpu + run.postgres_cpu, 2), "ms/query", 5 if target else None, OPENSEARCH,
               f"service {run.service_cpu:.2f}, PostgreSQL {run.postgres_cpu:.2f}; the total counted in each"),
        Figure(f"search CPU with facets {counted}", round(run.counting_cpu, 2), "ms/query", None, OPENSEARCH),
    ]  # fmt: skip


def _mean(values: dict[Judged, float]) -> float:
    return sum(values.values()) / len(values)


async def _run(size: int) -> Run:
    async with throw_away_postgres() as postgres, postgres.scratch("directory", _migrate) as scratch:
        settings = Settings(database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=SecretStr(_MASTER_KEY))
        database = Database(settings)
        entries = {str(one.id): one for one in await fill(database, size)}
        await database.engine.dispose()
        owner = await asyncpg.connect(scratch.owner_url)
        for table in ("search_entry", "search_word", "search_hidden"):
            await owner.execute(f"VACUUM ANALYZE {table}")
        async with api("directory", scratch.url, _MASTER_KEY) as served:
            run = await _ask(served, owner, entries)
        await owner.close()
        return run


async def _migrate(owner_url: str, app_role: str) -> None:
    settings = Settings(database_url=owner_url, owner_database_url=owner_url, master_key=SecretStr(_MASTER_KEY))
    await migrate_async(build(settings).migrations, owner_url, app_role)


async def _ask(served: Api, owner: asyncpg.Connection, entries: dict[str, Entry]) -> Run:
    queries = judged()
    relevant = {one: sum(1 for entry in entries.values() if _shown(one, entry) and one.grade(entry)) for one in queries}
    queries = [one for one in queries if relevant[one]]
    async with aiohttp.ClientSession(served.address) as http:
        await _pass(http, served.mint, queries, "true")  # warms up
        backends = await _backends(owner)

        async def cost(facets: str) -> tuple[float, float, dict[Judged, list[str]], list[float]]:
            before, before_postgres = sum(map(_cpu, served.processes)), sum(map(_cpu, backends))
            took: list[float] = []
            for _ in range(PASSES):
                best, milliseconds = await _pass(http, served.mint, queries, facets)
                took += milliseconds
            asked = len(took) / 1000
            return (sum(map(_cpu, served.processes)) - before) / asked, (sum(map(_cpu, backends)) - before_postgres) / asked, best, took

        service_cpu, postgres_cpu, best, milliseconds = await cost("false")
        counting = sum((await cost("true"))[:2])
    plain = await _plain(owner, queries)
    return Run(
        {one: _precision(one, found, relevant[one], entries) for one, found in best.items()},
        {one: _precision(one, found, relevant[one], entries) for one, found in plain.items()},
        milliseconds, service_cpu, postgres_cpu, counting,
    )  # fmt: skip


async def _pass(http: aiohttp.ClientSession, mint: Mint, queries: list[Judged], facets: str) -> tuple[dict[Judged, list[str]], list[float]]:
    """Ask every query once; return the first services of each, and the milliseconds each took."""
    tokens = {cleared: _headers(mint, cleared=cleared) for cleared in (False, True)}  # the gateway keeps them as long, too
    best, milliseconds = dict[Judged, list[str]](), list[float]()
    for one in queries:
        begin = time.perf_counter()
        params = {"q": one.query, "limit": FIRST, "facets": facets}
        async with http.get("/v1/search", params=params, headers=tokens[one.cleared]) as answer:
            body = await answer.json()
        milliseconds.append((time.perf_counter() - begin) * 1000)
        best[one] = [item["service"]["id"] for item in body["items"]]
    return best, milliseconds


def _shown(one: Judged, entry: Entry) -> bool:
    return one.cleared or not entry.restricted


def _precision(one: Judged, found: list[str], relevant: int, entries: dict[str, Entry]) -> float:
    places = min(FIRST, relevant)
    return sum(1 for each in found[:places] if one.grade(entries[each])) / places


def _headers(mint: Mint, *, cleared: bool) -> dict[str, str]:
    office = str(UUID(int=7))
    return mint.headers("directory", ["directory:read"], org=office, org_kind="operator", operator=office, cleared=cleared)


def _cpu(process: psutil.Process) -> float:
    """Return the seconds of CPU that a process took."""
    times = process.cpu_times()
    return times.user + times.system


async def _backends(owner: asyncpg.Connection) -> list[psutil.Process]:
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return [psutil.Process(row[0]) for row in await owner.fetch(query)]


async def _plain(owner: asyncpg.Connection, queries: list[Judged]) -> dict[Judged, list[str]]:
    """Return what PostgreSQL's own full text finds first: the words as they are, in names of services and organisations and in places."""
    await owner.execute("SET app.system = 'bench'")
    await owner.execute("""
        CREATE TEMPORARY TABLE plain AS SELECT s.id, s.restricted, to_tsvector('simple', concat_ws(' ',
            (SELECT string_agg(value, ' ') FROM jsonb_each_text(s.names)), (SELECT string_agg(value, ' ') FROM jsonb_each_text(o.names)),
            (SELECT string_agg(value, ' ') FROM location l JOIN service_at_location a ON a.location_id = l.id, jsonb_each_text(l.names)
             WHERE a.service_id = s.id))) AS words
        FROM service s JOIN organization o ON o.id = s.organization_id
    """)
    await owner.execute("CREATE INDEX ON plain USING gin (words)")
    find = """
        SELECT id FROM plain, plainto_tsquery('simple', $1) AS query WHERE words @@ query AND (NOT restricted OR $2)
        ORDER BY ts_rank(words, query) DESC, id LIMIT 10
    """
    return {one: [str(row[0]) for row in await owner.fetch(find, one.query, one.cleared)] for one in queries}
