"""What the commands share: finding a service by its name, and working on its database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

if TYPE_CHECKING:  # each command imports what it needs, so that a relay does not carry a web framework
    from ihala_kit.db import Database
    from ihala_kit.inbox import Inbox
    from ihala_kit.service import Service

Name = Annotated[str, typer.Argument(help="intake, directory, referral, notify or gateway")]


class Commands(TyperGroup):
    """The kit's commands and those of services (entry points `ihala.commands`), which are loaded when somebody asks for them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *sorted(entry_points(group="ihala.commands").names)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name."""
        found = super().get_command(ctx, cmd_name)
        for entry in () if found else entry_points(group="ihala.commands", name=cmd_name):
            found = typer.main.get_command(entry.load())
            found.name = cmd_name
        return found


def load(name: str) -> "Service":
    """Return the service of that name; ends the program with a sentence when there is none."""
    found = {entry.name: entry for entry in entry_points(group="ihala.services")}
    if name not in found:
        raise typer.BadParameter(f"no service {name!r}; there are {', '.join(sorted(found))}")
    make: Callable[[], Service] = found[name].load()
    try:
        return make()
    except ValidationError as error:
        missing = ", ".join(f"{name}_{place}".upper() for item in error.errors() for place in item["loc"])
        raise typer.BadParameter(f"settings are missing or wrong: {missing}") from None


def with_inbox(name: str, work: "Callable[[Database, Inbox], Awaitable[None]]", *, closes: bool = False) -> None:
    """Do the work on a service's database, with the inbox that its readers have. Only what `closes` it itself works on a closed one."""

    async def go() -> None:
        service = load(name)
        async with _opened(service) as (database, inbox), _at_work(service, closes=closes):
            await work(database, inbox)

    asyncio.run(go())


@asynccontextmanager
async def _opened(service: "Service") -> "AsyncIterator[tuple[Database, Inbox]]":
    from ihala_kit.db import Database
    from ihala_kit.inbox import Inbox

    database = Database(service.settings, pool_size=2)
    await database.start()
    try:
        yield database, Inbox(database, service.name, service.handlers(), service.on_parked)
    finally:
        await database.stop()


@asynccontextmanager
async def _at_work(service: "Service", *, closes: bool) -> "AsyncIterator[None]":
    from ihala_kit.closing import Closed, at_work

    if closes or service.restoring is None:
        yield
        return
    try:
        async with at_work(service.settings.database_url):
            yield
    except Closed as error:
        typer.echo(f"{service.name}: {error}", err=True)
        raise typer.Exit(1) from None
