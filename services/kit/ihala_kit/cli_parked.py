"""`ihala parked`: events that could not be applied, shown, applied again or left out."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ihala_kit import console
from ihala_kit.console import Name, with_inbox

if TYPE_CHECKING:
    from ihala_kit.db import Database
    from ihala_kit.inbox import Inbox

app = typer.Typer(no_args_is_help=True, help="Events that could not be applied.")
Key = Annotated[str, typer.Argument(help="the key that waits: a need's, organisation's or service's id")]


@app.command("list")
def list_parked(name: Name) -> None:
    """Show the keys that wait, longest first; then those for which the service itself waits."""

    from ihala_kit import parked
    from ihala_kit.auth import Caller

    held = console.load(name).held

    async def show(database: "Database", _: "Inbox") -> None:
        async with database.transaction(Caller.system("parked")) as tx:
            for key in [*await parked.keys_waiting(tx, name), *(await held.keys(tx) if held else ())]:
                typer.echo(f"{key.key}  {key.source}  {key.events} waiting since {key.since:%Y-%m-%d %H:%M}Z  {key.error}")

    with_inbox(name, show)


@app.command("show")
def show_parked(name: Name, key: Key) -> None:
    """Show what waits for one key, in order, and what the service keeps until that is applied: ids and types, never what is inside."""

    from ihala_kit import parked
    from ihala_kit.auth import Caller

    held = console.load(name).held

    async def show(database: "Database", _: "Inbox") -> None:
        async with database.transaction(Caller.system("parked")) as tx:
            for number, error, record in await parked.waiting(tx, name, UUID(key)):
                typer.echo(f"{number}  {record.headers.get('ce_type', '?')}  {record.headers.get('ce_id', '?')}  {error}")
            for line in await held.of_key(tx, UUID(key)) if held else ():
                typer.echo(line)

    with_inbox(name, show)


@app.command("release")
def release(name: Name, key: Key) -> None:
    """Apply what waits for a key, in order; stops at the first that fails again."""

    from ihala_kit.release import release_key

    async def go(database: "Database", inbox: "Inbox") -> None:
        applied, error = await release_key(database, inbox, UUID(key))
        typer.echo(f"{applied} applied" + (f"; then {error}, the rest still waits" if error else ""))
        if error:
            raise typer.Exit(1)

    with_inbox(name, go)


@app.command("skip")
def skip(name: Name, key: Key, reason: Annotated[str, typer.Option(help="why it may be left out; kept")]) -> None:
    """Leave out the first event that waits for a key; the others still wait until `release`."""

    from ihala_kit.auth import Caller
    from ihala_kit.release import skip_first

    held = console.load(name).held

    async def go(database: "Database", inbox: "Inbox") -> None:
        typer.echo(f"skipped {await skip_first(database, inbox, UUID(key), reason)}")
        async with database.transaction(Caller.system("parked")) as tx:
            kept = await held.of_key(tx, UUID(key)) if held else ()
        if kept:
            typer.echo(f"{len(kept)} more wait for what was skipped, until its service says it again: ihala republish SERVICE --key {key}")

    with_inbox(name, go)
