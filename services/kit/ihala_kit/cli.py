"""The command `ihala`: runs a service's roles, migrates its database, shows and releases what is parked, moves a demonstration's clock."""

import asyncio
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit
from uuid import UUID

import typer
import uvloop
from pydantic import TypeAdapter

from ihala_kit import cli_keeping, cli_parked, cli_restore, console
from ihala_kit.clock import move_clock
from ihala_kit.console import Name, with_inbox
from ihala_kit.settings import KitSettings

if TYPE_CHECKING:  # each command imports what it needs, so that a relay does not carry a web framework
    from ihala_kit.db import Database
    from ihala_kit.inbox import Inbox
    from ihala_kit.service import Service

app = typer.Typer(cls=console.Commands, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
clock_app = typer.Typer(no_args_is_help=True, help="Domain time of tests and demonstrations.")
app.add_typer(cli_parked.app, name="parked")
app.add_typer(clock_app, name="clock")
app.command()(cli_restore.close)
app.command()(cli_restore.restore)
app.add_typer(cli_keeping.audit_app, name="audit")
app.add_typer(cli_keeping.keys_app, name="keys")
app.add_typer(cli_keeping.retention_app, name="retention")

ROLES = ("api", "relay", "consume", "clock")


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
    from ihala_kit.run import Cast, play

    if workers > 1:
        if role != "api":
            raise typer.BadParameter("only `--role api` has several workers")
        from ihala_kit.workers import run_workers

        cast = Cast(console.load(name), (role,))
        raise typer.Exit(run_workers(cast.service.settings, workers, lambda: uvloop.run(play(cast))))
    return uvloop.run(play(Cast(console.load(name), ROLES if role == "all" else (role,))))


@app.command()
def migrate(name: Name) -> None:
    """Bring a service's database to its newest form, as the owner."""
    from ihala_kit.migrations import migrate_async

    service = console.load(name)
    role = urlsplit(service.settings.database_url).username or ""
    asyncio.run(migrate_async(service.migrations, service.settings.owner_database_url or "", role))


@app.command()
def openapi(name: Name) -> None:
    """Print a service's OpenAPI 3.1 document; it needs no database."""
    from ihala_kit import http

    typer.echo(json.dumps(http.openapi_document(_to_look_at(name)), indent=2, ensure_ascii=False))


@app.command()
def problems(name: Name) -> None:
    """Print what a service can refuse, as JSON; it needs no database."""
    from ihala_kit.problem_list import problems_of

    typer.echo(json.dumps(problems_of(_to_look_at(name).name), indent=2, ensure_ascii=False))


def _to_look_at(name: str) -> "Service":
    """Return a service that will not run: what it needs to be made is invented."""
    from ihala_kit.vault import new_master_key

    os.environ.setdefault(f"{name.upper()}_DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    os.environ.setdefault(f"{name.upper()}_MASTER_KEY", new_master_key())
    return console.load(name)


@app.command()
def republish(
    name: Name, key: Annotated[UUID | None, typer.Option(help="of this key alone, whatever has become of it; else all that is open")] = None
) -> None:
    """Repeat what is open, for a reader that begins late; or of one key, for one that missed an event of it."""
    from ihala_kit import republish as repeating

    service = console.load(name)

    async def go(database: "Database", _: "Inbox") -> None:
        if key is None:
            async for line in repeating.republish(database, service.all_snapshots()):
                typer.echo(line)
        elif found := await repeating.republish_key(database, service.all_snapshots(), key):
            typer.echo(f"{found} events")
        else:
            typer.echo(f"{name} repeats nothing of {key}", err=True)
            raise typer.Exit(1)

    with_inbox(name, go)


@app.command()
def batch(
    name: Name,
    what: Annotated[str, typer.Argument(help="which work, as the service calls it")],
    operator: Annotated[UUID | None, typer.Option(help="whose data; else everybody's, one operator after the other")] = None,
) -> None:
    """Do a long work of a service by hand, and say how it goes. What was stopped goes on where it stood."""
    from ihala_kit.service import BatchStopped

    service = console.load(name)
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

    with_inbox(name, go)


@clock_app.command()
def advance(name: Name, by: Annotated[str, typer.Argument(help="ISO 8601 duration, e.g. P30D")]) -> None:
    """Move the domain clock of a demonstration forward."""
    service = console.load(name)
    if not service.settings.clock_may_move:
        raise typer.BadParameter("this database's clock may not be moved")
    asyncio.run(move_clock(service.settings.owner_database_url or "", TypeAdapter(timedelta).validate_python(by)))
