"""The command `ihala-gateway`: clients, keys, people, limits, maintenance. Works on the database; gateways follow within a second."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from ihala_kit.vault import Vault
from pydantic import ValidationError

from ihala_gateway import store
from ihala_gateway.clients import commands as clients
from ihala_gateway.clients import standing
from ihala_gateway.console import end, in_transaction, settings
from ihala_gateway.limits import cli as limits
from ihala_gateway.maintenance import cli as maintenance
from ihala_gateway.oauth import keys
from ihala_gateway.seat import files
from ihala_gateway.staff import cli as staff
from ihala_gateway.watching import cli as watching

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
clients_app = typer.Typer(no_args_is_help=True, help="Systems of organisations that may call.")
keys_app = typer.Typer(no_args_is_help=True, help="Keys that sign tokens.")
app.add_typer(clients_app, name="clients")
app.add_typer(keys_app, name="keys")
app.add_typer(staff.app, name="accounts")
app.add_typer(staff.emergency_app, name="emergency")
app.add_typer(limits.app, name="limits")
app.add_typer(maintenance.app, name="maintenance")
app.add_typer(watching.app, name="access-log")

ClientId = Annotated[str, typer.Argument(help="the client's id")]


@clients_app.command("load")
def load(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a JSON list of clients")]) -> None:
    """Register the clients of a file, or bring them to what it says. Loading it again changes nothing."""
    try:
        entries = clients.read(file.read_bytes())
    except ValidationError as error:
        raise end("; ".join(f"{'/'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())) from None
    loaded = in_transaction(lambda tx, _: clients.load(tx, entries))
    typer.echo(f"{len(loaded.added)} added, {len(loaded.changed)} changed, {len(loaded.unchanged)} unchanged")


@clients_app.command("list")
def list_clients() -> None:
    """Show every client: id, status, kind, organisation, scopes."""
    for client in in_transaction(lambda tx, _: store.clients(tx)):
        trained = "" if client.trained_on else "  (no training recorded)"
        typer.echo(f"{client.client_id}  {client.status}  {client.kind}  {client.organization_name}  {' '.join(client.scopes)}{trained}")


@clients_app.command("suspend")
def suspend(client_id: ClientId) -> None:
    """Give a client no tokens any more, and refuse those it has within a second."""
    done = in_transaction(lambda tx, _: standing.suspend(tx, client_id))
    typer.echo("suspended" if done else "was suspended already")


@clients_app.command("activate")
def activate(client_id: ClientId) -> None:
    """Let a suspended client in again; it needs a new token."""
    done = in_transaction(lambda tx, _: standing.activate(tx, client_id))
    typer.echo("active" if done else "was active already")


@clients_app.command("revoke")
def revoke(client_id: ClientId) -> None:
    """End a client for good, and refuse the tokens it has within a second."""
    done = in_transaction(lambda tx, _: standing.end(tx, client_id))
    typer.echo("revoked" if done else "was revoked already")


@keys_app.command("rotate")
def rotate() -> None:
    """Make new signing keys: published now, signing in 15 minutes; the old ones run out an hour later."""
    begins = in_transaction(lambda tx, told: keys.rotate(tx, Vault.of(told), datetime.now(UTC)))
    typer.echo(f"new keys sign from {begins:%Y-%m-%d %H:%M} UTC")


@app.command("nginx")
def nginx(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="where nginx.conf of deploy/nginx is")],
    listen: Annotated[str, typer.Option(help="the address nginx listens on")] = "127.0.0.1:8090",
    decisions: Annotated[str, typer.Option(help="where nginx keeps decisions: in memory, they hold tokens")] = files.IN_MEMORY,
) -> None:
    """Write the files that nginx needs to sit in front of this gateway; again whenever the services' routes have changed."""
    try:
        typer.echo(" ".join(files.write(folder, settings(), listen, decisions)))
    except files.SeatNotSet as error:
        raise end(str(error)) from None
