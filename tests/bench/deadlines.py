"""A hundred thousand deadlines due at the same instant, after a thousand that are a day late: worked off by two clock processes.

All wait for their receiver, as offers do whose first level has come: each is a missed deadline, a level, and a new instant. One offer is
made by the service, PostgreSQL copies it. The clock is moved when both processes are up, so everything is due at once.
"""

import asyncio
import os
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import psutil
from ihala_contracts import directory_v1, intake_v1
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import new_master_key
from ihala_local import probes
from ihala_local.ports import any_free
from ihala_local.postgres import DURABLE, Cluster, programs_for, unprivileged, usable
from ihala_local.provision.databases import Server, Wanted, provision
from ihala_local.testing import migrated
from ihala_referral.commands import needs, offering, organizations
from ihala_referral.settings import Settings
from pydantic import SecretStr
from sqlalchemy import text

from tests.bench.results import Figure

DUE, LATE, CLOCKS = 100_000, 1_000, 2
WITHIN_SECONDS, LATE_SECONDS = 60, 5
AHEAD = timedelta(days=2)  # by so much the clock is moved to let all of them come, the late ones too
GIVES_UP_SECONDS = 600
MANY = DURABLE | {"shared_buffers": "512MB", "max_wal_size": "8GB"}
RECEIVER, OPERATOR, ORIGIN = (UUID(int=number << 120) for number in (0xA, 0xB, 0xC))
_KEPT = {"id", "placement_id", "need_id", "reference", "next_at", "level_1_at", "acknowledge_by"}
_PLACEMENT = "(lpad(to_hex(n), 12, '0') || '7000800000000000000a')::uuid"
_REFERRAL = "(lpad(to_hex(n), 12, '0') || '7000800000000000000b')::uuid"
_NEED = "(lpad(to_hex(n), 12, '0') || '7000800000000000000c')::uuid"
_AT = "$1::timestamptz - CASE WHEN n > {due} THEN interval '1 day' ELSE interval '0' END"
_LEFT = "SELECT EXISTS (SELECT FROM placement WHERE next_at <= $1)"
_FIRED = """
    SELECT count(*) AS fired, count(DISTINCT (key, data::jsonb ->> 'level')) AS different, max(time) FILTER (WHERE key = ANY($1)) AS late
    FROM outbox WHERE type = 'org.ihala.referral.escalated'
"""


@dataclass
class House:
    """A referral of its own on a durable PostgreSQL."""

    settings: Settings
    owner_url: str
    postgres: psutil.Process
    environment: dict[str, str]


async def measure(due: int = DUE, late: int = LATE) -> list[Figure]:
    """Return how long they took, whether any fired twice or not at all, how long the late ones waited, and what one costs."""
    async with _house() as house:
        at = await _fill(house, due, late)
        owner = await asyncpg.connect(house.owner_url)
        await owner.execute("SET app.system = 'bench'")
        async with _clocks(house) as clocks:
            before, began, told = _cpu_ms(house, clocks), time.monotonic(), datetime.now(UTC)
            await owner.execute('UPDATE clock_offset SET "offset" = $1', AHEAD)
            while await owner.fetchval(_LEFT, at) and time.monotonic() < began + GIVES_UP_SECONDS:
                await asyncio.sleep(0.2)
            took, used = time.monotonic() - began, _cpu_ms(house, clocks)
        late_ones = [row[0] for row in await owner.fetch("SELECT need_id FROM placement WHERE need_id = ANY($1)", _needs(due, late))]
        found = await owner.fetchrow(_FIRED, late_ones)
        await owner.close()
    all_of_them = due + late
    clock, postgres = ((after - earlier) / all_of_them for after, earlier in zip(used, before, strict=True))
    return [
        Figure(f"{all_of_them:,} deadlines due at once, {CLOCKS} clocks", round(took, 1), "s", WITHIN_SECONDS),
        Figure("deadlines fired twice", found["fired"] - found["different"], "deadlines", 0),
        Figure("deadlines not fired", all_of_them - found["different"], "deadlines", 0),
        Figure(f"the {late:,} that were a day late, done after", round((found["late"] - told).total_seconds(), 1), "s", LATE_SECONDS),
        Figure("deadline CPU, clocks", round(clock, 2), "ms"),
        Figure("deadline CPU, PostgreSQL", round(postgres, 2), "ms"),
    ]


@asynccontextmanager
async def _house() -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory(prefix="ihala-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        run_as, data = unprivileged(), Path(folder) / "postgres"
        cluster = Cluster(data, usable(programs_for(data), run_as), run_as, any_free(), "only-for-the-bench", MANY)
        await cluster.prepare(lambda _: None, Path(folder) / "log")
        process = await cluster.command().start(Path(folder) / "log")
        try:
            while not await probes.postgres(cluster.url):
                await asyncio.sleep(0.05)
            yield await _migrated(Server(cluster.url), psutil.Process(process.pid))
        finally:
            process.send_signal(cluster.command().death_signal)
            await process.wait()


async def _migrated(server: Server, postgres: psutil.Process) -> House:
    wanted, key = Wanted("referral", "bench", "bench"), new_master_key()
    await provision(server, [wanted])
    owner, app = (server.url_for(wanted.database, role, "bench") for role in (wanted.owner, wanted.app))
    await migrated("referral")(owner, wanted.app)
    environment = {"REFERRAL_DATABASE_URL": app, "REFERRAL_MASTER_KEY": key, "REFERRAL_CLOCK_MAY_MOVE": "true"}
    return House(Settings(database_url=app, master_key=SecretStr(key)), owner, postgres, os.environ | environment)


async def _fill(house: House, due: int, late: int) -> datetime:
    """Write the offers, and return the instant at which they are due."""
    at = datetime.now(UTC) + AHEAD
    database = Database(house.settings)
    await _offer(database)
    await database.engine.dispose()
    owner = await asyncpg.connect(house.owner_url)
    await owner.execute("SET app.system = 'bench'")
    ids = {"id": _PLACEMENT, "need_id": _NEED, "reference": "'n' || n"}
    await _copy(owner, "placement", ids, at, due, late)
    await _copy(owner, "referral", ids | {"id": _REFERRAL, "placement_id": _PLACEMENT}, at, due, late)
    await owner.execute("DELETE FROM referral WHERE service_id = $1 AND reference !~ '^n'", RECEIVER)
    await owner.execute("UPDATE placement SET next_at = $1 WHERE reference !~ '^n'", at + timedelta(days=300))
    for table in ("placement", "referral"):
        await owner.execute(f"VACUUM ANALYZE {table}")
    await owner.execute("DELETE FROM outbox")
    await owner.close()
    return at


async def _copy(owner: asyncpg.Connection, table: str, values: dict[str, str], at: datetime, due: int, late: int) -> None:
    """Copy the one row with ids and instants of their own; the late ones have the highest numbers."""
    instants = dict.fromkeys(_KEPT & {"next_at", *({"level_1_at", "acknowledge_by"} if table == "referral" else ())}, _AT.format(due=due))
    known = await owner.fetch("SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped", table)
    names = [row[0] for row in known]
    picked = ", ".join((values | instants).get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    numbers = f"generate_series(1, {due + late}) AS n"
    await owner.execute(f"INSERT INTO {table} ({listed}) SELECT {picked} FROM (SELECT * FROM {table} LIMIT 1) AS one, {numbers}", at)


def _needs(due: int, late: int) -> list[UUID]:
    """Return the needs that are late."""
    return [UUID(f"{number:012x}7000800000000000000c") for number in range(due + 1, due + late + 1)]


async def _offer(database: Database) -> None:
    """Have the service make one offer, far from its deadlines."""
    now, system = datetime.now(UTC), Caller.system("bench")
    consent = intake_v1.ConsentScope(consent_id=uuid4(), revision=1, given=True, categories=["identity"], until=now + timedelta(days=900))
    need = intake_v1.NeedIdentified(
        need_id=uuid4(), case_id=uuid4(), reference="NIN-7K3F-92QX", operator_id=OPERATOR, need_code="housing.hlp",
        sensitivity=intake_v1.Sensitivity.STANDARD, urgency=intake_v1.Urgency.ROUTINE, governorate="IQG15", district=None,
        origin_id=ORIGIN, origin_kind="nngo", match_settled=True, requested_at=now, consent=consent,
    )  # fmt: skip
    joined = directory_v1.OrganizationJoined(
        organization_id=RECEIVER, kind="nngo", names={"en": "Bench"}, operator_id=OPERATOR, cleared=True, joined_at=now
    )
    async with database.transaction(system) as tx:
        await organizations.joined(tx, joined)
        await needs.identify(tx, need)
    async with database.transaction(system) as tx:
        placement_id = (await tx.execute(text("SELECT id FROM placement"))).scalar_one()
        reserved = directory_v1.PlaceReserved(
            need_id=need.need_id, placement_id=placement_id, attempt=1, reservation_id=uuid4(), service_id=RECEIVER,
            service_at_location_id=RECEIVER, organization_id=RECEIVER, organization_kind="nngo", service_name={"en": "Bench"},
            governorate="IQG15", explanation=[], reserved_at=now,
        )  # fmt: skip
        await offering.place_reserved(tx, reserved)


@asynccontextmanager
async def _clocks(house: House) -> AsyncIterator[list[psutil.Process]]:
    """Start the clock processes as where it is installed, and wait until each has looked at the database."""
    program = Path(sys.executable).with_name("ihala")
    async with AsyncExitStack() as stack:
        started = [await stack.enter_async_context(_clock(program, house)) for _ in range(CLOCKS)]
        owner = await asyncpg.connect(house.owner_url)
        while await owner.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = 'ihala_referral'") < CLOCKS:
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        await owner.close()
        yield [psutil.Process(process.pid) for process in started]


@asynccontextmanager
async def _clock(program: Path, house: House) -> AsyncIterator[Process]:
    child = await asyncio.create_subprocess_exec(
        program, "run", "referral", "--role", "clock", env=house.environment, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


def _cpu_ms(house: House, clocks: list[psutil.Process]) -> tuple[float, float]:
    """Return how many milliseconds of CPU the clocks and PostgreSQL have used."""
    groups = clocks, [house.postgres, *house.postgres.children(recursive=True)]
    return tuple(sum((used.user + used.system) * 1000 for used in (p.cpu_times() for p in group)) for group in groups)  # type: ignore[return-value]
