"""The command `ihala-gateway access-log`: verify the chain, take the log out as a file, check such a file; take nginx's log in."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from ihala_kit.audit import AuditReport
from ihala_kit.db import Database

from ihala_gateway.console import end, settings
from ihala_gateway.documents.contracts import service_documents
from ihala_gateway.edge.routes import compile_routes
from ihala_gateway.watching import exporting, taking_in
from ihala_gateway.watching.access_log import AccessLog
from ihala_gateway.watching.usage import routes_called
from ihala_gateway.watching.verifying import ALWAYS, EVER, Span, verify

app = typer.Typer(no_args_is_help=True, help="Who called what: the log that cannot be altered unnoticed.")

T = TypeVar("T")
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
From = Annotated[datetime | None, typer.Option("--from", formats=_FORMATS, help="segments that were written to since then, UTC")]
Until = Annotated[datetime | None, typer.Option("--until", formats=_FORMATS, help="segments that were begun before then, UTC")]


@app.command("verify")
def verify_log(
    since: From = None, until: Until = None,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="an export instead of the database")] = None,
) -> None:  # fmt: skip
    """Go through the chain; ends with 1 when a row or a segment was changed, is missing, out of place or cut off."""
    report = _of_file(file) if file else _with_database(lambda database: verify(database, _span(since, until)))
    for line in report.lines():
        typer.echo(line)
    if report.broken:
        raise typer.Exit(1)


@app.command("export")
def export(since: From = None, until: Until = None) -> None:
    """Print the log with its hashes, a line of JSON a row, to be kept elsewhere: `verify --file` checks it without the database."""

    async def write(database: Database) -> None:
        async for line in exporting.exported(database, _span(since, until)):
            typer.echo(line)

    _with_database(write)


@app.command("take-in")
def take_in() -> None:
    """Chain what nginx logs as a second seat, from standard input: `tail -n 0 -F logs/access.log | ihala-gateway access-log take-in`."""

    async def take(database: Database) -> tuple[int, int]:
        routes = compile_routes(service_documents(told.upstreams))
        return await taking_in.take_in(AccessLog(database, routes_called(routes)), taking_in.lines_of(sys.stdin))

    told = settings()
    taken, strange = _with_database(take)
    typer.echo(f"{taken} taken in, {strange} lines are none of nginx's")


def _of_file(file: Path) -> AuditReport:
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return exporting.verify_export(lines)
    except exporting.NotAnExport as error:
        raise end(str(error)) from None


def _span(since: datetime | None, until: datetime | None) -> Span:
    return Span(since.replace(tzinfo=UTC) if since else ALWAYS, until.replace(tzinfo=UTC) if until else EVER)


def _with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(told, pool_size=2)
        try:
            return await work(database)
        finally:
            await database.stop()

    told = settings()
    try:
        return asyncio.run(run())
    except OSError:
        raise end("the gateway's database does not answer") from None
