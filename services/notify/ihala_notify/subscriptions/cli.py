"""`ihala subscriptions`: what an operator at the machine sees and changes of organisations' subscriptions. Each change is an event."""

from typing import Annotated
from uuid import UUID

import typer
from ihala_kit.console import with_inbox
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox
from ihala_kit.problems import Problem
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import by_hand
from ihala_notify.subscriptions import models as v1
from ihala_notify.subscriptions.tables import Subscription

app = typer.Typer(no_args_is_help=True, help="What organisations follow, and how it stands with that.")
Which = Annotated[UUID, typer.Argument(help="the subscription's id")]
Organization = Annotated[UUID, typer.Argument(help="whose it is to be")]
Types = Annotated[list[str] | None, typer.Option("--type", help="type of event; several times for several")]
Governorates = Annotated[list[str] | None, typer.Option("--governorate", help="P-code")]
Services = Annotated[list[str] | None, typer.Option("--service", help="id of a service of theirs")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="origin, provider or operator")]


@app.command("list")
def list_subscriptions(organization: Annotated[UUID | None, typer.Option(help="of this organisation alone")] = None) -> None:
    """Show subscriptions, oldest first."""

    async def show(tx: AsyncSession) -> None:
        async for row in by_hand.every(tx, organization):
            typer.echo(_line(row))

    _within("list subscriptions", show)


@app.command()
def add(
    organization: Organization,
    client: Annotated[str, typer.Option(help="the client of theirs whose suspension stops it")],
    types: Types = None,
    governorates: Governorates = None,
    services: Services = None,
    roles: Roles = None,
) -> None:
    """Let an organisation follow events from now on, to be read from its feed."""
    asked = {"types": types, "governorates": governorates, "services": services, "roles": roles}
    try:
        body = v1.SubscriptionRequest.model_validate({name: value or None for name, value in asked.items()})
    except ValidationError as error:
        raise typer.BadParameter(", ".join(str(item["loc"][0]) for item in error.errors())) from None

    async def go(tx: AsyncSession) -> None:
        typer.echo(_line(await by_hand.add(tx, organization, client, body)))

    _within("add a subscription", go)


@app.command()
def pause(which: Which) -> None:
    """Send and answer nothing of it until it is resumed."""
    _change("pause", which)


@app.command()
def resume(which: Which) -> None:
    """Let it go on from where it stood."""
    _change("resume", which)


@app.command()
def remove(which: Which) -> None:
    """Take it away."""
    _change("remove", which)


def _change(what: str, which: UUID) -> None:
    async def go(tx: AsyncSession) -> None:
        typer.echo(_line(await by_hand.CHANGES[what](tx, which)))

    _within(f"{what} a subscription", go)


def _within(purpose: str, work: by_hand.Work) -> None:
    """Do the work in one transaction of the system's; a refusal is a sentence and exit code 1."""

    async def go(database: Database, _: Inbox) -> None:
        try:
            await by_hand.run(database, purpose, work)
        except Problem as problem:
            typer.echo(problem.title.en, err=True)
            raise typer.Exit(1) from None

    with_inbox("notify", go)


def _line(row: Subscription) -> str:
    filters = {"types": row.types, "governorates": row.governorates, "services": row.services, "roles": row.roles}
    narrowed = "  ".join(f"{name}={','.join(map(str, values))}" for name, values in filters.items() if values)
    state = f"{row.state} ({row.reason})" if row.reason else row.state
    ended = "  ended" if row.ended_at else ""
    return f"{row.id}  {row.organization_id}  {row.kind}  {state} since {row.changed_at:%Y-%m-%d %H:%M}Z{ended}  {narrowed}".rstrip()
