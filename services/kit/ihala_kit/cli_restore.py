"""`ihala close` and `ihala restore`: a service whose database came back from a backup."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ihala_kit import console
from ihala_kit.console import Name, with_inbox

if TYPE_CHECKING:
    from ihala_kit.db import Database
    from ihala_kit.inbox import Inbox

Since = Annotated[datetime | None, typer.Option(help="when the backup was begun, UTC; without it the whole topic is read")]
LeftOut = Annotated[list[UUID] | None, typer.Option(help="a key that cannot be re-applied and stays as it was; may be given again")]


def close(name: Name) -> None:
    """Close a copy of a service's database (the one that its owner's address names) before it takes the database's place."""
    from ihala_kit import closing

    service = console.load(name)
    if service.restoring is None or service.settings.owner_database_url is None:
        typer.echo(f"{name} cannot be restored so, or its owner's address of the database is not set", err=True)
        raise typer.Exit(1)
    asyncio.run(closing.close(service.settings.owner_database_url, "restore"))
    typer.echo("closed")


def restore(name: Name, since: Since = None, left_out: LeftOut = None) -> None:
    """Reconcile a database that came back from a backup with what left it since; closed until that is done. May be run again."""
    from aiokafka.errors import KafkaError

    from ihala_kit.closing import StillWorking
    from ihala_kit.reapplying import NotRestorable, NotRestored
    from ihala_kit.restore import restore as restored
    from ihala_kit.topics import Cut

    service = console.load(name)
    at = since and (since if since.tzinfo else since.replace(tzinfo=UTC))

    async def go(database: "Database", _: "Inbox") -> None:
        try:
            async for line in restored(service, database, at, left_out or ()):
                typer.echo(line)
        except NotRestorable as error:  # it was not closed
            typer.echo(f"{name}: {error}", err=True)
            raise typer.Exit(1) from None
        except (NotRestored, StillWorking, Cut, KafkaError, TimeoutError) as error:
            typer.echo(f"{name} stays closed: {str(error) or type(error).__name__}", err=True)
            raise typer.Exit(1) from None

    with_inbox(name, go, closes=True)
