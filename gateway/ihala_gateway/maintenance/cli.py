"""`ihala-gateway maintenance`: switch a service off for its callers, and on again."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.console import Refused, in_transaction
from ihala_gateway.maintenance import store
from ihala_gateway.maintenance.switch import ALL
from ihala_gateway.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Services whose calls are refused for a while.")
LONGEST_MINUTES = 90 * 24 * 60  # that callers are told; without a time it lasts until `off`
Minutes = Annotated[int | None, typer.Option(min=1, max=LONGEST_MINUTES, help="how long it will take, as callers are told")]
Service = Annotated[str, typer.Argument(help="a service's name, or * for all of them")]


@app.command("on")
def on(service: Service, minutes: Minutes = None) -> None:
    """Refuse calls to a service, within a second (behind nginx: six), until `off`. Sign-in, tokens, documents and health go on."""
    until = in_transaction(lambda tx, settings: _on(tx, settings, service, minutes))
    typer.echo(f"{service} is under maintenance" + (f" until about {until:%Y-%m-%d %H:%M} UTC" if until else ""))


@app.command("off")
def off(service: Service) -> None:
    """Let calls to a service through again."""
    was = in_transaction(lambda tx, _: store.drop(tx, service))
    typer.echo(f"{service} answers again" if was else f"{service} was not under maintenance")


@app.command("list")
def show() -> None:
    """Show what is under maintenance."""
    for service, until in in_transaction(lambda tx, _: store.switched_off(tx)).items():
        typer.echo(service + (f"  until about {until:%Y-%m-%d %H:%M} UTC" if until else ""))


async def _on(tx: AsyncSession, settings: Settings, service: str, minutes: int | None) -> datetime | None:
    known = sorted({*settings.upstreams, "gateway", ALL})
    if service not in known:
        raise Refused("say one of: " + ", ".join(known))
    now = datetime.now(UTC)
    until = now + timedelta(minutes=minutes) if minutes is not None else None
    await store.put(tx, service, now, until)
    return until
