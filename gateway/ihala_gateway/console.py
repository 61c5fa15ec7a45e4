"""What every command of `ihala-gateway` does alike: settings, one transaction, a sentence when it is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import standing
from ihala_gateway.settings import Settings

T = TypeVar("T")


class Refused(Exception):
    """Why a command did nothing, in a sentence for whoever typed it."""


def in_transaction(work: Callable[[AsyncSession, Settings], Awaitable[T]]) -> T:
    """Run the work in one transaction of the gateway's database and return what it returned; ends with a sentence if it is refused."""
    told = settings()
    try:
        return asyncio.run(_run(told, work))
    except (standing.ClientRefused, Refused) as error:
        raise end(str(error)) from None
    except OSError:
        raise end("the gateway's database does not answer") from None


def settings() -> Settings:
    """Return the settings; ends with a sentence naming what is wrong with them."""
    try:
        return Settings()
    except ValidationError as error:
        raise end("settings are missing or wrong: " + ", ".join(f"GATEWAY_{item['loc'][0]}".upper() for item in error.errors())) from None


async def _run(settings: Settings, work: Callable[[AsyncSession, Settings], Awaitable[T]]) -> T:
    database = Database(settings, pool_size=2)
    try:
        async with database.transaction(Caller.system("clients")) as tx:
            return await work(tx, settings)
    finally:
        await database.stop()


def end(sentence: str) -> typer.Exit:
    """Say a sentence and return the end of the command, to be raised."""
    typer.echo(sentence, err=True)
    return typer.Exit(1)
