"""A service as a list of its parts: the one thing that `run`, the command line and the tests need to know of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter
from ihala_contracts.envelope import SealingKeyPublished, type_of, version_of
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit import instants, refusals, sealed, unreadable
from ihala_kit.audit import AuditReport
from ihala_kit.beside import beside
from ihala_kit.days import keeping_days
from ihala_kit.db import Database
from ihala_kit.due import Performer, performers_in
from ihala_kit.inbox import Handler, handlers_in
from ihala_kit.jobs import Job
from ihala_kit.measuring import measuring
from ihala_kit.once import purge_idempotency
from ihala_kit.parked import Held
from ihala_kit.refusals import Refusals, purge_refusals
from ihala_kit.republish import Repeated
from ihala_kit.rewrap import SEALING_KEYS, Wrapped, rewrapping
from ihala_kit.settings import KitSettings
from ihala_kit.words import Words

if TYPE_CHECKING:
    from ihala_kit.restore import Restoring

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True)
class Retention:
    """What a service says of its retention policy, line by line: what a run would destroy, and what runs reported."""

    rehearse: Callable[[Database], AsyncIterator[str]]
    reports: Callable[[Database], AsyncIterator[str]]


Batch = Callable[[Database, UUID | None], AsyncIterator[str]]


class BatchStopped(Exception):
    """Why a batch did not go on, in a sentence for whoever started it."""


@dataclass
class Service:
    """What a service is made of; `app.py` of each service makes one.

    `asgi` replaces the FastAPI application where a service brings its own (the gateway). `seals` names the event by which it publishes
    its sealing keys, for a service that reads sealed facts; `seals_for` those whose keys it needs. `prepare` runs before any role starts.
    `server` is what the api's server is told beside (uvicorn's own words).
    `field_words` says in words what is wrong with one field of a request, by the error's code.
    `retention` says what its policy does. `wrapped` names the columns with keys under the master key. `audit` checks what may only be
    added to, for `ihala audit verify`. `batches` are long works that an operator starts by hand, by name: each is told whose data it goes
    through (None: everybody's, one operator after the other) and says line by line how it goes. `snapshots` are the kinds of things that
    it repeats for readers that begin late; `restoring` is how it comes back from a backup. `held` is what it keeps aside for a while,
    for `ihala parked`.
    """

    name: str
    title: str
    version: str
    settings: KitSettings
    migrations: Path
    routers: list[APIRouter] = field(default_factory=list)
    readers: list[ModuleType] = field(default_factory=list)
    performers: list[ModuleType] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    seals: type[SealingKeyPublished] | None = None
    seals_for: tuple[type[SealingKeyPublished], ...] = ()
    on_parked: Callable[[AsyncSession, UUID], Awaitable[None]] | None = None
    asgi: Callable[[Database], AsgiApp] | None = None
    prepare: Callable[[Database], Awaitable[None]] | None = None
    wrapped: list[Wrapped] = field(default_factory=list)
    retention: Retention | None = None
    audit: Callable[[Database], Awaitable[AuditReport]] | None = None
    batches: Mapping[str, Batch] = field(default_factory=dict)
    snapshots: Sequence[Repeated] = ()
    restoring: "Restoring | None" = None
    held: Held | None = None
    background: list[Callable[[Database], Awaitable[None]]] = field(default_factory=list)
    field_words: Mapping[str, Words] = field(default_factory=dict)
    refusals: Refusals = field(default_factory=Refusals)
    server: Mapping[str, Any] = field(default_factory=dict)

    def handlers(self) -> dict[tuple[str, int], Handler]:
        """Return its readers by event type, the kit's own for sealing keys among them."""
        keys = {(type_of(event), version_of(event)): sealed.remember for event in self.seals_for}
        return {**beside(handlers_in([refusals] if self.refuses else []), handlers_in(self.readers)), **keys}

    @property
    def refuses(self) -> bool:
        """Tell whether it learns from the gateway's events whose tokens to refuse; the gateway knows it first."""
        return self.asgi is None

    @cached_property
    def all_field_words(self) -> Mapping[str, Words]:
        """Return what it says of single fields, and what the kit says."""
        return {**instants.FIELD_WORDS, **unreadable.FIELD_WORDS, **self.field_words}

    def performing(self) -> dict[str, Performer]:
        """Return its performers of due work by kind."""
        return performers_in(self.performers)

    def all_jobs(self) -> list[Job]:
        """Return its jobs and those the kit adds."""
        rotation = [sealed.rotation(self.name, self.seals)] if self.seals else []
        early = [Job("purge refusals", 600, purge_refusals)] if self.refuses else []
        watched = [measuring()] if self.settings.otlp_endpoint else []
        purge = Job("purge idempotency keys", 3600, purge_idempotency)
        return [*self.jobs, purge, keeping_days(), *rotation, rewrapping(self.all_wrapped()), *early, *watched]

    def all_snapshots(self) -> list[Repeated]:
        """Return its kinds of things to repeat and the kit's: who seals facts to it needs its key first."""
        return [*([sealed.repeated(self.name, self.seals)] if self.seals else []), *self.snapshots]

    def all_wrapped(self) -> list[Wrapped]:
        """Return its columns with keys under the master key and the kit's."""
        return [*self.wrapped, SEALING_KEYS]
