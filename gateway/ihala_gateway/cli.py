"""The command `ihala-gateway`: clients, keys, people, limits, maintenance. Works on the database; gateways follow within a second."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from ihala_kit.vault import Vault

from ihala_gateway.clients import cli as clients
from ihala_gateway.console import end, in_transaction, settings
from ihala_gateway.limits import cli as limits
from ihala_gateway.maintenance import cli as maintenance
from ihala_gateway.oauth import keys
from ihala_gateway.seat import files
from ihala_gateway.staff import cli as staff
from ihala_gateway.watching import cli as watching

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
keys_app = typer.Typer(no_args_is_help=True, help="Keys that sign tokens.")
app.add_typer(clients.app, name="clients")
app.add_typer(keys_app, name="keys")
app.add_typer(staff.app, name="accounts")
app.add_typer(staff.emergency_app, name="emergency")
app.add_typer(limits.app, name="limits")
app.add_typer(maintenance.app, name="maintenance")
app.add_typer(watching.app, name="access-log")


@keys_app.command("rotate")
def rotate(
    stolen: Annotated[bool, typer.Option(help="somebody else may have one: the old ones go at once, and every token with them")] = False,
) -> None:
    """Make new signing keys: published now, signing in 15 minutes; the old ones run out an hour later."""
    if stolen:
        in_transaction(lambda tx, told: keys.replace(tx, Vault.of(told), datetime.now(UTC)))
        typer.echo("new keys sign; tokens of the old ones are refused within a minute")
        return
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
