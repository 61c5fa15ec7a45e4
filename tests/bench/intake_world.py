"""An intake of its own for the bench of registration: durable PostgreSQL with so many people in it, and the service's HTTP side in a
process of its own."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
from ihala_intake.settings import Settings
from ihala_kit.testing import Mint
from ihala_kit.vault import new_master_key
from ihala_local import probes
from ihala_local.ports import any_free
from ihala_local.postgres import DURABLE, Cluster, programs_for, unprivileged, usable
from ihala_local.provision.databases import Server as PostgresServer
from ihala_local.provision.databases import Wanted, provision
from ihala_local.testing import migrated
from joserfc.jwk import ECKey
from pydantic import SecretStr

from tests.bench.api_process import api
from tests.bench.intake_filling import OPERATOR, ORIGIN, fill

TOKEN_SECONDS = 3600  # the gateway sends one token with many requests; here it outlasts the measurement
PROCESSES = 2  # a core each: one alone is busy all the time at 50/s, and waiting grows
# A server for a million people has more memory than a laptop's, and no checkpoint while it is filled. What it serves from stays in its
# own memory, all 7 GB: in the kernel's, this machine takes it away again, and a registration waits a quarter of a second for the disk; so
# it does when a segment of the WAL is new and not an old one used again.
SERVER = DURABLE | {"shared_buffers": "8GB", "max_wal_size": "8GB", "min_wal_size": "4GB", "wal_compression": "lz4"}


@dataclass
class World:
    """A running intake: how to call it, and how to reach what it stands on."""

    address: str
    mint: Mint
    settings: Settings
    service: list[psutil.Process]
    postgres: psutil.Process

    def headers(self) -> dict[str, str]:
        """The headers of an officer of an organisation that brings people, good for an hour."""
        scopes, until = ("intake:request", "intake:read"), int(time.time()) + TOKEN_SECONDS
        return self.mint.headers("intake", scopes, client_id="bench", org=str(ORIGIN), org_kind="nngo", operator=str(OPERATOR), exp=until)

    def cpu_ms(self) -> tuple[float, float]:
        """Return how many milliseconds of CPU the service and PostgreSQL have used; however busy the machine is with other things."""
        return _cpu_ms(self.service), _cpu_ms([self.postgres, *self.postgres.children(recursive=True)])


@asynccontextmanager
async def world(size: int) -> AsyncIterator[World]:
    """Give an intake that knows so many people."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        run_as, data = unprivileged(), Path(folder) / "postgres"
        cluster = Cluster(data, usable(programs_for(data), run_as), run_as, any_free(), "only-for-the-bench", SERVER)
        await cluster.prepare(lambda _: None, Path(folder) / "log")
        process = await cluster.command().start(Path(folder) / "log")
        try:
            while not await probes.postgres(cluster.url):
                await asyncio.sleep(0.05)
            async with _filled(PostgresServer(cluster.url), size, psutil.Process(process.pid)) as found:
                yield found
        finally:
            process.send_signal(cluster.command().death_signal)
            await process.wait()


@asynccontextmanager
async def _filled(server: PostgresServer, size: int, postgres: psutil.Process) -> AsyncIterator[World]:
    wanted = Wanted("intake", "bench", "bench")
    await provision(server, [wanted])
    await migrated("intake")(server.url_for(wanted.database, wanted.owner, "bench"), wanted.app)
    key = new_master_key()
    url, of_all = server.url_for(wanted.database, wanted.app, "bench"), server.url.rsplit("/", 1)[0] + f"/{wanted.database}"
    await fill(of_all, key, size)
    await _know_referral(of_all)
    async with api("intake", url, key, PROCESSES) as served:
        yield World(served.address, served.mint, Settings(database_url=url, master_key=SecretStr(key)), served.processes, postgres)


async def _know_referral(url: str) -> None:
    """Store referral's sealing key, without which no need is announced."""
    public = ECKey.generate_key("P-256").as_dict(private=False)
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO peer_key (service, key_id, public_key, published_at) VALUES ('referral', $1, $2::text::jsonb, $3)",
        uuid4(), json.dumps(public), datetime.now(UTC),
    )  # fmt: skip
    await connection.close()


def _cpu_ms(processes: list[psutil.Process]) -> float:
    used = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used += (times.user + times.system) * 1000
    return used
