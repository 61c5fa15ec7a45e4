"""`ihala-gateway limits`: who may call more, or less, than the usual."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.console import Refused, in_transaction
from ihala_gateway.limits import store
from ihala_gateway.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Calls a minute of particular clients and organisations.")
Subject = Annotated[str, typer.Argument(help="client:ID or organization:ID")]
Kind = Annotated[str, typer.Argument(help="the kind of limit: read, write, search …")]
Quota = Annotated[int, typer.Argument(min=0, max=1_000_000_000, help="calls a minute; 0: none")]


@app.command("set")
def put(subject: Subject, kind: Kind, quota: Quota) -> None:
    """Give a client or an organisation a limit of its own; gateways follow within a second."""
    in_transaction(lambda tx, settings: _put(tx, settings, subject, kind, quota))
    typer.echo(f"{subject} {kind}: {quota} a minute")


@app.command("unset")
def drop(subject: Subject, kind: Kind) -> None:
    """Let it have the usual limit again."""
    had = in_transaction(lambda tx, _: store.drop_override(tx, subject, kind))
    typer.echo("the usual limit again" if had else "had the usual limit already")


@app.command("list")
def show() -> None:
    """Show the limits of particular callers."""
    for (subject, kind), quota in in_transaction(lambda tx, _: store.overrides(tx)).items():
        typer.echo(f"{subject}  {kind}  {quota} a minute")


async def _put(tx: AsyncSession, settings: Settings, subject: str, kind: str, quota: int) -> None:
    who, _, name = subject.partition(":")
    if who not in ("client", "organization") or not name:
        raise Refused("say client:ID or organization:ID")
    if kind not in settings.limits:
        raise Refused("there are limits of these kinds: " + ", ".join(sorted(settings.limits)))
    if not await (store.has_client(tx, name) if who == "client" else store.has_organization(tx, _organization(name))):
        raise Refused(f"there is no {who} {name}")
    await store.put_override(tx, subject, kind, quota, datetime.now(UTC))


def _organization(name: str) -> UUID:
    """Return the id. Raises Refused unless it is written as tokens have it: a limit of another spelling would hold for nobody."""
    try:
        found = UUID(name)
    except ValueError:
        raise Refused("an organisation is named by its id") from None
    if str(found) != name:
        raise Refused(f"write it as {found}")
    return found
