"""An intake of its own for the bench of registration: durable PostgreSQL with so many people in it, and the service's HTTP side in a
process of its own."""

import asyncio
import json
import os
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
from ihala_intake import marks
from ihala_intake.app import create_service
from ihala_intake.details import PersonDetails
from ihala_intake.same_person.marks import composed
from ihala_intake.settings import Settings
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.ids import new_id
from ihala_kit.run import Server, calm_garbage_collection
from ihala_kit.testing import Mint
from ihala_kit.tokens import InternalTokens
from ihala_kit.vault import Vault, new_master_key
from ihala_local import probes
from ihala_local.ports import any_free
from ihala_local.postgres import DURABLE, Cluster, programs_for, unprivileged, usable
from ihala_local.provision.databases import Server as PostgresServer
from ihala_local.provision.databases import Wanted, provision
from ihala_local.testing import migrated
from joserfc.jwk import ECKey
from pydantic import SecretStr

from tests.bench.intake_matching import names
from tests.bench.people import records

OPERATOR, ORIGIN = UUID("0198f000-0000-7000-8000-0000000000aa"), UUID("0198f000-0000-7000-8000-0000000000bb")
AT_ONCE = 20_000
COLUMNS = {
    "data_key": ("id", "wrapped", "made_at"),
    "person": (
        "id", "key_id", "operator_id", "origin_id", "sensitivity", "identity_held_by", "details", "made_at", "changed_at", "version",
    ),
    "person_mark": ("person_id", "kind", "value", "operator_id"),
    "reference": ("reference", "kind", "about"),
}  # fmt: skip
LATER = {  # made when the rows are there: sorted at once instead of one by one
    "person_mark": ("person_mark_value", "CREATE INDEX person_mark_value ON person_mark (operator_id, kind, value) INCLUDE (person_id)"),
}


@dataclass
class World:
    """A running intake: how to call it, and how to reach what it stands on."""

    address: str
    mint: Mint
    settings: Settings

    def headers(self) -> dict[str, str]:
        """The headers of an officer of an organisation that brings people."""
        scopes = ("intake:request", "intake:read")
        return self.mint.headers("intake", scopes, client_id="bench", org=str(ORIGIN), org_kind="nngo", operator=str(OPERATOR))


@asynccontextmanager
async def world(size: int) -> AsyncIterator[World]:
    """Give an intake that knows so many people."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        run_as, data = unprivileged(), Path(folder) / "postgres"
        cluster = Cluster(data, usable(programs_for(data), run_as), run_as, any_free(), "only-for-the-bench", DURABLE)
        await cluster.prepare(lambda _: None, Path(folder) / "log")
        process = await cluster.command().start(Path(folder) / "log")
        try:
            while not await probes.postgres(cluster.url):
                await asyncio.sleep(0.05)
            async with _filled(PostgresServer(cluster.url), size) as found:
                yield found
        finally:
            process.send_signal(cluster.command().death_signal)
            await process.wait()


@asynccontextmanager
async def _filled(server: PostgresServer, size: int) -> AsyncIterator[World]:
    wanted = Wanted("intake", "bench", "bench")
    await provision(server, [wanted])
    await migrated("intake")(server.url_for(wanted.database, wanted.owner, "bench"), wanted.app)
    key, mint, port = new_master_key(), Mint(), any_free()
    url = server.url_for(wanted.database, wanted.app, "bench")
    connection = await asyncpg.connect(server.url.rsplit("/", 1)[0] + f"/{wanted.database}")
    await _fill(connection, Vault(SecretStr(key)), size)
    await connection.close()
    environment = os.environ | {
        "BENCH_DATABASE_URL": url, "BENCH_PORT": str(port), "BENCH_KEYS": json.dumps(mint.key_set()), "BENCH_ISSUER": mint.issuer,
        "BENCH_MASTER_KEY": key,
    }  # fmt: skip
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.intake_world", env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        await _until_up(address)
        yield World(address, mint, Settings(database_url=url, master_key=SecretStr(key)))
    finally:
        child.terminate()
        await child.wait()


async def _fill(connection: asyncpg.Connection, vault: Vault, size: int) -> None:
    """Write people as registration would have, and referral's sealing key, without which no need is announced."""
    for _, (index, _) in LATER.items():
        await connection.execute(f"DROP INDEX {index}")
    await connection.execute("SET session_replication_role = replica")  # the rows fit together: nobody looks up whose they are
    people = (one.details for one in records(7, size, 0.0, names()))
    while batch := list(islice(people, AT_ONCE)):
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        for details in batch:
            for table, row in _rows(vault, details):
                rows[table].append(row)
        for table, found in rows.items():
            await connection.copy_records_to_table(table, records=found, columns=COLUMNS[table])
    for _, (_, statement) in LATER.items():
        await connection.execute(statement)
    public = ECKey.generate_key("P-256").as_dict(private=False)
    await connection.execute(
        "INSERT INTO peer_key (service, key_id, public_key, published_at) VALUES ('referral', $1, $2::text::jsonb, $3)",
        uuid4(), json.dumps(public), datetime.now(UTC),
    )  # fmt: skip
    for table in COLUMNS:
        await connection.execute(f"VACUUM ANALYZE {table}")
    await connection.execute("CHECKPOINT")


def _rows(vault: Vault, details: PersonDetails) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Give the rows of one person."""
    person_id, wrapped, at = new_id(), vault.new_key(), datetime.now(UTC) - timedelta(days=random.random() * 900)
    sealed = vault.seal(wrapped, details.model_dump_json(exclude_none=True).encode(), f"person.details/{person_id}")
    yield "data_key", (person_id, wrapped, at)
    yield "person", (person_id, person_id, OPERATOR, ORIGIN, "standard", "intake", sealed, at, at, 1)
    for kind, text in (*marks.exact(details), *composed(details)):
        yield "person_mark", (person_id, kind, vault.blind(text, f"intake.{kind}"), OPERATOR)
    for kind in ("request", "case", "need", "need"):
        yield "reference", (f"NIN-{token_hex(6)}", kind, person_id)  # longer than ours: nobody looks whether one was drawn before


async def _until_up(address: str) -> None:
    async with aiohttp.ClientSession(address) as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get("/health/live") as answer:
                    if answer.status < 500:
                        return
            await asyncio.sleep(0.1)


async def serve() -> None:
    """Run the service's HTTP side until the process is told to end."""
    settings = Settings(database_url=os.environ["BENCH_DATABASE_URL"], master_key=SecretStr(os.environ["BENCH_MASTER_KEY"]))
    service, database = create_service(settings), Database(settings)
    await database.start()
    app = create_app(service, database)
    app.state.tokens = InternalTokens(os.environ["BENCH_ISSUER"], "intake")
    app.state.tokens.keys.learn(json.loads(os.environ["BENCH_KEYS"]))
    calm_garbage_collection()
    import uvicorn

    await Server(uvicorn.Config(app, host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), log_config=None, access_log=False)).serve()


if __name__ == "__main__":
    asyncio.run(serve())
