"""The command `ihala`: runs a service's roles, migrates its database, shows and releases what is parked, moves a demonstration's clock."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import typer
import uvloop
from pydantic import TypeAdapter, ValidationError

from ihala_kit.dsn import plain_dsn
from ihala_kit.settings import KitSettings

if TYPE_CHECKING:  # each command imports what it needs, so that a relay does not carry a web framework
    from ihala_kit.db import Database
    from ihala_kit.inbox import Inbox
    from ihala_kit.service import Retention, Service

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
parked_app = typer.Typer(no_args_is_help=True, help="Events that could not be applied.")
clock_app = typer.Typer(no_args_is_help=True, help="Domain time of tests and demonstrations.")
audit_app = typer.Typer(no_args_is_help=True, help="Logs that cannot be altered unnoticed.")
keys_app = typer.Typer(no_args_is_help=True, help="Master keys: what lies under which, and what outlives them.")
retention_app = typer.Typer(no_args_is_help=True, help="How long data are kept: what is over its time, and what was destroyed.")
app.add_typer(parked_app, name="parked")
app.add_typer(clock_app, name="clock")
app.add_typer(audit_app, name="audit")
app.add_typer(keys_app, name="keys")
app.add_typer(retention_app, name="retention")

ROLES = ("api", "relay", "consume", "clock")

Name = Annotated[str, typer.Argument(help="intake, directory, referral, notify or gateway")]
Key = Annotated[str, typer.Argument(help="the key that waits: a need's, organisation's or service's id")]


def load(name: str) -> "Service":
    """Return the service of that name; ends the program with a sentence when there is none."""
    found = {entry.name: entry for entry in entry_points(group="ihala.services")}
    if name not in found:
        raise typer.BadParameter(f"no service {name!r}; there are {', '.join(sorted(found))}")
    make: Callable[[], Service] = found[name].load()
    try:
        return make()
    except ValidationError as error:
        missing = ", ".join(f"{name}_{place}".upper() for item in error.errors() for place in item["loc"])
        raise typer.BadParameter(f"settings are missing or wrong: {missing}") from None


@app.command()
def run(
    name: Name,
    role: Annotated[str, typer.Option(help="api, relay, consume, clock or all")] = "all",
    workers: Annotated[int, typer.Option(min=1, help="processes that play `api` beside each other")] = 1,
) -> None:
    """Play one role of a service, or all of them."""
    if role != "all" and role not in ROLES:
        raise typer.BadParameter(f"no role {role!r}")
    if role == "relay":
        from ihala_kit.relay import run_alone

        return uvloop.run(run_alone(KitSettings(_env_prefix=f"{name.upper()}_"), name))
    from ihala_kit.run import play

    if workers > 1:
        if role != "api":
            raise typer.BadParameter("only `--role api` has several workers")
        from ihala_kit.workers import run_workers

        service = load(name)
        raise typer.Exit(run_workers(service.settings, workers, lambda: uvloop.run(play(service, (role,)))))
    return uvloop.run(play(load(name), ROLES if role == "all" else (role,)))


@app.command()
def migrate(name: Name) -> None:
    """Bring a service's database to its newest form, as the owner."""
    from ihala_kit.migrations import migrate_async

    service = load(name)
    role = urlsplit(service.settings.database_url).username or ""
    asyncio.run(migrate_async(service.migrations, service.settings.owner_database_url or "", role))


@app.command()
def openapi(name: Name) -> None:
    """Print a service's OpenAPI 3.1 document; it needs no settings."""
    from ihala_kit import http

    typer.echo(json.dumps(http.openapi_document(_to_look_at(name)), indent=2, ensure_ascii=False))


@app.command()
def problems(name: Name) -> None:
    """Print what a service can refuse, as JSON; it needs no settings."""
    from ihala_kit.problem_list import problems_of

    typer.echo(json.dumps(problems_of(_to_look_at(name).name), indent=2, ensure_ascii=False))


def _to_look_at(name: str) -> "Service":
    """Return a service that will not run: what it needs to be made is invented."""
    from ihala_kit.vault import new_master_key

    os.environ.setdefault(f"{name.upper()}_DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    os.environ.setdefault(f"{name.upper()}_MASTER_KEY", new_master_key())
    return load(name)


@parked_app.command("list")
def list_parked(name: Name) -> None:
    """Show the keys that wait, longest first."""

    from ihala_kit import parked
    from ihala_kit.auth import Caller

    async def show(database: "Database", _: "Inbox") -> None:
        async with database.transaction(Caller.system("parked")) as tx:
            for key in await parked.keys_waiting(tx, name):
                typer.echo(f"{key.key}  {key.source}  {key.events} waiting since {key.since:%Y-%m-%d %H:%M}Z  {key.error}")

    _with_inbox(name, show)


@parked_app.command("show")
def show_parked(name: Name, key: Key) -> None:
    """Show what waits for one key, in order: ids and types, never what is inside."""

    from ihala_kit import parked
    from ihala_kit.auth import Caller

    async def show(database: "Database", _: "Inbox") -> None:
        async with database.transaction(Caller.system("parked")) as tx:
            for number, error, record in await parked.waiting(tx, name, UUID(key)):
                typer.echo(f"{number}  {record.headers.get('ce_type', '?')}  {record.headers.get('ce_id', '?')}  {error}")

    _with_inbox(name, show)


@parked_app.command("release")
def release(name: Name, key: Key) -> None:
    """Apply what waits for a key, in order; stops at the first that fails again."""

    from ihala_kit.release import release_key

    async def go(database: "Database", inbox: "Inbox") -> None:
        applied, error = await release_key(database, inbox, UUID(key))
        typer.echo(f"{applied} applied" + (f"; then {error}, the rest still waits" if error else ""))
        if error:
            raise typer.Exit(1)

    _with_inbox(name, go)


@parked_app.command("skip")
def skip(name: Name, key: Key, reason: Annotated[str, typer.Option(help="why it may be left out; kept")]) -> None:
    """Leave out the first event that waits for a key; the others still wait until `release`."""

    from ihala_kit.release import skip_first

    async def go(database: "Database", inbox: "Inbox") -> None:
        typer.echo(f"skipped {await skip_first(database, inbox, UUID(key), reason)}")

    _with_inbox(name, go)


@app.command()
def republish(
    name: Name, key: Annotated[UUID | None, typer.Option(help="of this key alone, whatever has become of it; else all that is open")] = None
) -> None:
    """Repeat what is open, for a reader that begins late; or of one key, for one that missed an event of it."""
    from ihala_kit import republish as repeating

    service = load(name)

    async def go(database: "Database", _: "Inbox") -> None:
        if key is None:
            async for line in repeating.republish(database, service.all_snapshots()):
                typer.echo(line)
        elif found := await repeating.republish_key(database, service.all_snapshots(), key):
            typer.echo(f"{found} events")
        else:
            typer.echo(f"{name} repeats nothing of {key}", err=True)
            raise typer.Exit(1)

    _with_inbox(name, go)


@audit_app.command("verify")
def verify(name: Name) -> None:
    """Go through every chain of a service; ends with 1 when a link is missing, altered or out of place."""
    service = load(name)
    check = service.audit
    if check is None:
        raise typer.BadParameter(f"{name} keeps no chains")

    async def go(database: "Database", _: "Inbox") -> None:
        report = await check(database)
        for line in report.lines():
            typer.echo(line)
        if report.broken:
            raise typer.Exit(1)

    _with_inbox(name, go)


@retention_app.command("dry-run")
def rehearse(name: Name) -> None:
    """Say what the retention policy would destroy now, and change nothing."""
    _say(name, lambda retention: retention.rehearse)


@retention_app.command("reports")
def reports(name: Name) -> None:
    """Show what was destroyed when, and whether each report is as it was signed."""
    _say(name, lambda retention: retention.reports)


def _say(name: str, part: "Callable[[Retention], Callable[[Database], AsyncIterator[str]]]") -> None:
    retention = load(name).retention
    if retention is None:
        raise typer.BadParameter(f"{name} has no retention policy")
    found = part(retention)

    async def go(database: "Database", _: "Inbox") -> None:
        async for line in found(database):
            typer.echo(line)

    _with_inbox(name, go)


@keys_app.command("status")
def status(name: Name) -> None:
    """Show how much lies under which master key: one with nothing under it may go."""

    from ihala_kit import rewrap

    service = load(name)

    async def go(database: "Database", _: "Inbox") -> None:
        for table, versions in (await rewrap.counted(database, [*service.all_wrapped(), rewrap.KEPT_ANSWERS])).items():
            words = ", ".join(f"{number} under key {version}" for version, number in sorted(versions.items()))
            typer.echo(f"{table}: {words or 'nothing'}")

    _with_inbox(name, go)


@keys_app.command("blind")
def blind(name: Name) -> None:
    """Print the key of blind indexes and chains, to be kept as BLIND_KEY before master key 1 goes. It is as secret as a master key."""

    from ihala_kit.vault import Vault

    typer.echo(Vault.of(load(name).settings).exported_blind_key())


@app.command()
def batch(
    name: Name,
    what: Annotated[str, typer.Argument(help="which work, as the service calls it")],
    operator: Annotated[UUID | None, typer.Option(help="whose data; else everybody's, one operator after the other")] = None,
) -> None:
    """Do a long work of a service by hand, and say how it goes. What was stopped goes on where it stood."""
    from ihala_kit.service import BatchStopped

    service = load(name)
    if what not in service.batches:
        raise typer.BadParameter(f"{name} has no work {what!r}; it has {', '.join(sorted(service.batches)) or 'none'}")
    work = service.batches[what]

    async def go(database: "Database", _: "Inbox") -> None:
        try:
            async for line in work(database, operator):
                typer.echo(line)
        except BatchStopped as stopped:
            typer.echo(str(stopped), err=True)
            raise typer.Exit(1) from None

    _with_inbox(name, go)


@clock_app.command()
def advance(name: Name, by: Annotated[str, typer.Argument(help="ISO 8601 duration, e.g. P30D")]) -> None:
    """Move the domain clock of a demonstration forward."""
    service = load(name)
    if not service.settings.clock_may_move:
        raise typer.BadParameter("this database's clock may not be moved")
    asyncio.run(move_clock(service.settings.owner_database_url or "", TypeAdapter(timedelta).validate_python(by)))


async def clock_offset(owner_url: str) -> timedelta:
    """Return how far the database's clock is ahead of real time."""
    connection = await asyncpg.connect(plain_dsn(owner_url))
    try:
        offset: timedelta = await connection.fetchval('SELECT "offset" FROM clock_offset')
        return offset
    finally:
        await connection.close()


async def move_clock(owner_url: str, by: timedelta) -> None:
    """Add `by` to the database's clock; running processes follow within a second."""
    connection = await asyncpg.connect(plain_dsn(owner_url))
    try:
        await connection.execute('UPDATE clock_offset SET "offset" = "offset" + $1', by)
    finally:
        await connection.close()


def _with_inbox(name: str, work: "Callable[[Database, Inbox], Awaitable[None]]") -> None:
    async def go() -> None:
        async with _opened(load(name)) as (database, inbox):
            await work(database, inbox)

    asyncio.run(go())


@asynccontextmanager
async def _opened(service: "Service") -> "AsyncIterator[tuple[Database, Inbox]]":
    from ihala_kit.db import Database
    from ihala_kit.inbox import Inbox

    database = Database(service.settings, pool_size=2)
    await database.start()
    try:
        yield database, Inbox(database, service.name, service.handlers(), service.on_parked)
    finally:
        await database.stop()
