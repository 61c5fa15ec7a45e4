"""`ihala audit`, `ihala retention`, `ihala keys`: what must hold of what is kept, for how long, and under which key."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import typer

from ihala_kit import console
from ihala_kit.console import Name, with_inbox

if TYPE_CHECKING:
    from ihala_kit.db import Database
    from ihala_kit.inbox import Inbox
    from ihala_kit.service import Retention

audit_app = typer.Typer(no_args_is_help=True, help="Logs that cannot be altered unnoticed.")
keys_app = typer.Typer(no_args_is_help=True, help="Master keys: what lies under which, and what outlives them.")
retention_app = typer.Typer(no_args_is_help=True, help="How long data are kept: what is over its time, and what was destroyed.")


@audit_app.command("verify")
def verify(name: Name) -> None:
    """Go through every chain of a service; ends with 1 when a link is missing, altered or out of place."""
    service = console.load(name)
    check = service.audit
    if check is None:
        raise typer.BadParameter(f"{name} keeps no chains")

    async def go(database: "Database", _: "Inbox") -> None:
        report = await check(database)
        for line in report.lines():
            typer.echo(line)
        if report.broken:
            raise typer.Exit(1)

    with_inbox(name, go)


@retention_app.command("dry-run")
def rehearse(name: Name) -> None:
    """Say what the retention policy would destroy now, and change nothing."""
    _say(name, lambda retention: retention.rehearse)


@retention_app.command("reports")
def reports(name: Name) -> None:
    """Show what was destroyed when, and whether each report is as it was signed."""
    _say(name, lambda retention: retention.reports)


def _say(name: str, part: "Callable[[Retention], Callable[[Database], AsyncIterator[str]]]") -> None:
    retention = console.load(name).retention
    if retention is None:
        raise typer.BadParameter(f"{name} has no retention policy")
    found = part(retention)

    async def go(database: "Database", _: "Inbox") -> None:
        async for line in found(database):
            typer.echo(line)

    with_inbox(name, go)


@keys_app.command("status")
def status(name: Name) -> None:
    """Show how much lies under which master key: one with nothing under it may go."""

    from ihala_kit import rewrap

    service = console.load(name)

    async def go(database: "Database", _: "Inbox") -> None:
        for table, versions in (await rewrap.counted(database, [*service.all_wrapped(), rewrap.KEPT_ANSWERS])).items():
            words = ", ".join(f"{number} under key {version}" for version, number in sorted(versions.items()))
            typer.echo(f"{table}: {words or 'nothing'}")

    with_inbox(name, go)


@keys_app.command("blind")
def blind(name: Name) -> None:
    """Print the key of blind indexes and chains, to be kept as BLIND_KEY before master key 1 goes. It is as secret as a master key."""

    from ihala_kit.vault import Vault

    typer.echo(Vault.of(console.load(name).settings).exported_blind_key())
