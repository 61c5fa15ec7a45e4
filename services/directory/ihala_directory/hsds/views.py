"""The two views of the one feed, and what a request brings along: who reads, in which language, on which day."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from ihala_contracts.public_routes import HSDS
from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.words import Language, language_of
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import hours
from ihala_directory.api.callers import Public, Reading
from ihala_directory.hsds.entries import Told

FULL = "/v1/hsds"


@dataclass(frozen=True, slots=True)
class View:
    """One request's view; `home` is the public address outside, where profile and schemas are."""

    caller: Caller
    home: str
    language: Language
    database: Database

    def told(self, at: datetime) -> Told:
        """Return how an answer is told that is given at this time."""
        return Told(self.language, hours.day_of(at))


def _view(request: Request, caller: Caller) -> None:
    issuer: str = request.app.state.service.settings.issuer
    language = language_of(request.headers.get("accept-language"))
    request.state.hsds = View(caller, issuer + HSDS, language, request.app.state.database)


def for_nobody(request: Request, _: Public) -> None:
    """Let a request read as nobody, whoever sent it: what is public depends on no token."""
    _view(request, Caller.anonymous())


def for_caller(request: Request, caller: Reading) -> None:
    """Let a request read what its caller may see."""
    _view(request, caller)


def _viewing(request: Request) -> View:
    view: View = request.state.hsds
    return view


Viewing = Annotated[View, Depends(_viewing)]


async def _transaction(view: Viewing) -> AsyncIterator[AsyncSession]:
    async with view.database.transaction(view.caller) as tx:
        yield tx


Transaction = Annotated[AsyncSession, Depends(_transaction, scope="function")]


def told(view: View, tx: AsyncSession) -> Told:
    """Return how the answer to this request is told."""
    return view.told(now(tx))
