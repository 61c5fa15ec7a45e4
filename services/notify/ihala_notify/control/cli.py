"""`ihala messages`: what an operator at the machine sees of messages to people, and sending one again."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import typer
from ihala_kit.console import with_inbox
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox
from ihala_kit.problems import Problem

from ihala_notify.control import by_hand

app = typer.Typer(no_args_is_help=True, help="Messages to people: what waits, what failed, how routes fare.")


@app.command()
def waiting() -> None:
    """Show how many messages are not settled, and since when: by operator, state, channel and route."""

    async def show(database: Database) -> None:
        for row in await by_hand.waiting(database):
            since = f"{row['oldest']:%Y-%m-%d %H:%M}Z"
            typer.echo(f"{row['operator_id']}  {row['state']:8}  {row['channel']:6}  {row['route']:12}  {row['n']:7}  since {since}")

    _within(show)


@app.command()
def failed(most: Annotated[int, typer.Option(min=1, max=10_000, help="how many at most")] = by_hand.MOST) -> None:
    """Show what failed, the newest first."""

    async def show(database: Database) -> None:
        for row in await by_hand.failed(database, most):
            way = f"{row['channel'] or 'none'}/{row['route'] or '-'}"
            tries = f"{row['attempts']} tries, {row['settled_at']:%Y-%m-%d %H:%M}Z"
            typer.echo(f"{row['id']}  {row['template']:20}  {way:16}  {row['failure'] or 'permanent'} ({row['reason']})  {tries}")

    _within(show)


@app.command()
def routes() -> None:
    """Show what became of today's messages by each route."""

    async def show(database: Database) -> None:
        for row in await by_hand.routes(database):
            typer.echo(f"{row['channel']}/{row['route']:16}  {row['status']:18}  {row['n']:7}")

    _within(show)


@app.command()
def resend(which: Annotated[UUID, typer.Argument(help="the message's id")]) -> None:
    """Send one again that failed, if what it says is still so."""

    async def go(database: Database) -> None:
        row = await by_hand.resend(database, which)
        typer.echo(f"{row.id}  {row.template}  {row.state}")

    _within(go)


def _within(work: Callable[[Database], Awaitable[None]]) -> None:
    """Do the work on notify's database; a refusal is a sentence and exit code 1."""

    async def go(database: Database, _: Inbox) -> None:
        try:
            await work(database)
        except Problem as problem:
            typer.echo(problem.title.en, err=True)
            raise typer.Exit(1) from None

    with_inbox("notify", go)
