"""Plays the roles of a service: `api`, `relay`, `consume`, `clock`; all of them in one process in a local run.

A role that ends ends the process, with an error: whoever supervises it starts it again. SIGTERM and SIGINT end it in order.
"""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from typing import Any

import uvicorn
from sqlalchemy.orm import configure_mappers

from ihala_kit import crash, http
from ihala_kit.closing import Doorkeeper, Gate
from ihala_kit.connection import Connection
from ihala_kit.db import Database
from ihala_kit.due import run_due
from ihala_kit.exporting import Exporters
from ihala_kit.health import Health
from ihala_kit.jobs import run_job
from ihala_kit.listening import listener, offering
from ihala_kit.logs import set_up_logs
from ihala_kit.measuring import set_up_metrics
from ihala_kit.memory import settle
from ihala_kit.service import Service
from ihala_kit.telemetry import set_up_telemetry

log = logging.getLogger(__name__)

ROLES = ("api", "relay", "consume", "clock")
LEAST_PROGRESS_SECONDS = 60
CONNECTIONS = 12
# A call holds one for some milliseconds. With many, a burst has them all plan and lock at once, each slower than the other; here it queues.
CONNECTIONS_TO_ANSWER = 5


class Server(uvicorn.Server):
    """uvicorn that leaves the signals to us, since it shares the process with other roles."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


class Cast:
    """What the roles of one process work with, made before there is a loop, a thread or a connection: it may be forked.

    All that the roles need is loaded here: of what a worker loads or makes by itself it shares nothing with the others.
    """

    def __init__(self, service: Service, roles: tuple[str, ...]) -> None:
        self.service, self.roles = service, roles
        self.database = Database(service.settings, service.settings.connections or _connections(service, roles))
        self.health, self.gate = Health(), Gate(service.settings.database_url)
        self.exporters = Exporters.to(service.settings.otlp_endpoint)
        self.app: Doorkeeper | None = None
        if "api" in roles:
            app = service.asgi(self.database) if service.asgi else http.create_app(service, self.database, self.health)
            self.app = Doorkeeper(app, self.gate)
        configure_mappers()  # else with the first query


def _connections(service: Service, roles: tuple[str, ...]) -> int:
    return CONNECTIONS_TO_ANSWER if roles == ("api",) and service.asgi is None else CONNECTIONS


async def play(cast: Cast) -> None:
    """Run the roles until told to stop; raises what a role died of."""
    service, gate = cast.service, cast.gate
    set_up_logs(service.name)
    traces = set_up_telemetry(service.name, cast.exporters, service.version)
    figures = set_up_metrics(service.name, cast.exporters, service.version)
    crash.arm(service.settings.crash_dir, service.name)
    await cast.database.start()
    if service.prepare is not None:
        await service.prepare(cast.database)
    settle()
    gc.set_threshold(20_000, 20, 20)  # the young are collected less often: less CPU, fewer pauses
    tasks = [asyncio.create_task(part, name=name) for name, part in _parts(cast)]
    if service.restoring is None:
        gate.opened.set()  # nobody closes it
    else:
        cast.health.add("open", lambda: not gate.closed)
        tasks.append(asyncio.create_task(gate.follow(), name="gate"))
    try:
        await _until_stopped(tasks)
    finally:
        await cast.database.stop()
        traces.shutdown()
        if figures is not None:
            figures.shutdown()


def _parts(cast: Cast) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
    """Yield what a process does: the api answers also while the database is closed, all else rests then."""
    if cast.app is not None:
        yield "api", _serve(cast.service, cast.app)
    yield from ((name, cast.gate.while_open(part)) for name, part in _working_parts(cast))


def _working_parts(cast: Cast) -> Iterator[tuple[str, Callable[[], Awaitable[None]]]]:
    service, database, roles = cast.service, cast.database, cast.roles
    if "api" in roles:
        if service.refuses:
            yield "refusals", partial(service.refusals.follow, database)
        yield from ((f"background {n}", partial(part, database)) for n, part in enumerate(service.background))
    if "relay" in roles:
        from ihala_kit.relay import Relay  # the bus's client is only where it is needed: 6 MiB with all contracts

        relay = Relay(service.settings, service.name)
        database.on_events.append(relay.wake)
        yield "relay", relay.run
    if "consume" in roles and (handlers := service.handlers()):
        from ihala_kit.inbox import Inbox

        inbox = Inbox(database, service.name, handlers, service.on_parked)
        cast.health.add("consume", lambda: inbox.seconds_still() < LEAST_PROGRESS_SECONDS)
        yield "consume", inbox.run
    if "clock" in roles:
        if performers := service.performing():
            yield "due work", partial(run_due, database, performers)
        yield from ((job.name, partial(run_job, database, job)) for job in service.all_jobs())


async def _serve(service: Service, app: Doorkeeper) -> None:
    config = uvicorn.Config(
        app, host=service.settings.host, port=service.settings.port, log_config=None, access_log=False,
        server_header=False,
        proxy_headers=False, lifespan="on",
        timeout_graceful_shutdown=service.settings.stop_within_seconds, **{"date_header": False, "http": Connection, **service.server},
    )  # fmt: skip
    server = Server(config)
    settings = service.settings
    listening = await asyncio.to_thread(listener, settings.host, settings.port, settings.handover)
    with offering(listening, settings.handover):
        try:
            await server.serve([listening])
        except asyncio.CancelledError:
            server.should_exit = True
            await server.shutdown()
            raise


async def _until_stopped(tasks: list[asyncio.Task[None]]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in [waiting, *tasks]:
        task.cancel()
    await asyncio.gather(waiting, *tasks, return_exceptions=True)
    for task in done - {waiting}:
        task.result()  # a role's own error
        raise RuntimeError(f"{task.get_name()} ended")
