"""What the gateway is measured in: a process of it as it runs, a service behind it that answers 1 KB, a load beside it, and its peers.

The gateway or its peer has one core, the load, the service and PostgreSQL the other. Go is needed for the service, the load and the Go
gateway (tests/bench/peer, built for each run); nginx for its seat. Nothing leaves this machine.
"""

import asyncio
import json
import os
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from ihala_gateway.documents.contracts import service_documents
from ihala_gateway.edge.routes import compile_routes
from ihala_gateway.seat import files
from ihala_gateway.settings import Settings
from ihala_local.ports import SERVICES, any_free
from ihala_local.testing import open_directory, throw_away_postgres

from tests.bench.results import Figure
from tests.gateway.attacks.seats import CONF, NGINX, SECRET, running_nginx, until_it_listens
from tests.gateway.house import House, house
from tests.gateway.processes import AS_INSTALLED, Running, running

PATH = "/referral/v1/referrals"
TOKENS = 200
MEASURED_CORE, OTHER_CORE = 0, 1
GO = shutil.which("go", path=f"{os.environ.get('PATH', '')}:/usr/local/go/bin")

PLAIN_NGINX = """
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 100000;
    upstream service {{ server 127.0.0.1:{service}; keepalive 64; }}
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }}
    }}
}}
"""


@dataclass
class Loaded:
    """What one load gave. Times are milliseconds; CPU is that of what was measured, for one request."""

    requests: int
    cpu_ms: float
    p50: float
    p99: float


@dataclass
class World:
    """Everything a bench of the gateway touches."""

    home: House
    folder: Path
    memory: Path  # a folder in memory
    peer: Path
    service: int

    async def load(self, address: str, measured: list[psutil.Process], seconds: int, connections: int = 32, rate: int = 0) -> Loaded:
        """Ask as fast as it is answered, or at a rate; return what it cost. Raises RuntimeError when an answer was not 200."""
        before = cpu_seconds(measured)
        words = [str(word) for word in (self.peer, "load", address + PATH, self.folder / "tokens", seconds, connections, rate)]
        with on_core(OTHER_CORE):
            process = await asyncio.create_subprocess_exec(*words, stdout=PIPE)
        said, _ = await process.communicate()
        result = json.loads(said)
        if result["bad"]:
            raise RuntimeError(f"{result['bad']} of {result['n']} calls of {address} were not answered with 200")
        return Loaded(result["n"], 1000 * (cpu_seconds(measured) - before) / result["n"], result["p50"], result["p99"])

    @asynccontextmanager
    async def gateway(self, workers: int = 1) -> AsyncIterator[Running]:
        """Run a gateway with limits, access log and tracing, as `ihala run` does."""
        more = {
            "port": any_free(), "seat_secret": SECRET, "limit_factor": 100_000, "otlp_endpoint": f"http://127.0.0.1:{self.service}",
            "upstreams": dict.fromkeys(SERVICES, f"http://127.0.0.1:{self.service}"),
        }  # fmt: skip
        settings = Settings.model_validate(self.home.settings.model_dump() | more)
        with on_core(MEASURED_CORE):
            async with running(settings, AS_INSTALLED, workers) as found:
                yield found

    @asynccontextmanager
    async def nginx_seat(self, behind: Running) -> AsyncIterator[tuple[str, list[psutil.Process]]]:
        """Run nginx as deploy/nginx has it in front of a gateway; gives its address and what is measured: both."""
        folder, port = self.folder / "seat", any_free()
        routes, decisions = compile_routes(service_documents(SERVICES)), str(self.memory / "decisions")
        files.write(folder, behind.settings, f"127.0.0.1:{port}", decisions, routes)
        conf = CONF.read_text().replace("worker_processes auto;", "worker_processes 1;")
        with on_core(MEASURED_CORE):
            async with running_nginx(conf, folder, port) as process:
                yield f"http://127.0.0.1:{port}", [psutil.Process(process), psutil.Process(behind.process.pid)]

    @asynccontextmanager
    async def plain_nginx(self) -> AsyncIterator[tuple[str, list[psutil.Process]]]:
        """Run nginx as a mere proxy."""
        folder, port = self.folder / "plain", any_free()
        (folder / "logs").mkdir(parents=True)
        with on_core(MEASURED_CORE):
            async with running_nginx(PLAIN_NGINX.format(port=port, service=self.service), folder, port) as process:
                yield f"http://127.0.0.1:{port}", [psutil.Process(process)]

    @asynccontextmanager
    async def go_gateway(self) -> AsyncIterator[tuple[str, list[psutil.Process]]]:
        """Run the Go gateway."""
        key, port = self.folder / "key.pem", any_free()
        key.write_bytes(self.home.gateway._keys.access.current().as_pem(private=False))
        words = [self.peer, "gateway", f"127.0.0.1:{port}", f"http://127.0.0.1:{self.service}", key, self.home.settings.issuer]
        async with program(words, port, MEASURED_CORE) as process:
            yield f"http://127.0.0.1:{port}", [process]


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Build the peer and start what all measurements share. Only where Go is: see `missing`."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-") as made, open_directory("ihala-bench-") as memory:
        folder = Path(made)
        await _built(folder / "peer")
        port = any_free()
        async with throw_away_postgres() as postgres, house(postgres) as home:
            _pin(psutil.Process().children(recursive=True), OTHER_CORE)
            async with program([folder / "peer", "service", f"127.0.0.1:{port}"], port, OTHER_CORE):
                await home.register()
                (folder / "tokens").write_text("\n".join([await home.token() for _ in range(TOKENS)]) + "\n")
                yield World(home, folder, memory, folder / "peer", port)


def missing() -> Figure | None:
    """Return why nothing can be measured here, if so, as a figure."""
    wanting = [name for name, found in (("Go", GO), ("nginx", NGINX)) if found is None]
    return Figure("gateway: not measured", len(wanting), "programs missing", note=", ".join(wanting)) if wanting else None


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Return what processes and their children have used so far."""
    found = 0.0
    for process in processes:
        for each in (process, *process.children(recursive=True)):
            times = each.cpu_times()
            found += times.user + times.system
    return found


def memory_mib(process: psutil.Process) -> float:
    """Return what a process has in memory, shared pages by its share of them."""
    return float(process.memory_full_info().pss) / 2**20


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Start processes on one core; this one goes back to where it was."""
    this = psutil.Process()
    before = this.cpu_affinity()
    _pin([this], core)
    try:
        yield
    finally:
        this.cpu_affinity(before)


def _pin(processes: list[psutil.Process], core: int) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.cpu_affinity([core % (os.cpu_count() or 1)])


async def _built(to: Path) -> None:
    assert GO is not None, "asked only where `missing` says nothing"
    process = await asyncio.create_subprocess_exec(GO, "build", "-o", to, ".", cwd=Path(__file__).with_name("peer"))
    if await process.wait():
        raise RuntimeError("the peer was not built")


@asynccontextmanager
async def program(words: list[object], port: int, core: int) -> AsyncIterator[psutil.Process]:
    """Run a program on a core until it is let go; it is given when it listens at the port."""
    with on_core(core):
        process = await asyncio.create_subprocess_exec(*map(str, words), stdout=DEVNULL, stderr=DEVNULL)
    try:
        await until_it_listens(port)
        yield psutil.Process(process.pid)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
