"""A migrated database with the corpus in it and indexed, and the judged queries."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID

from ihala_directory.places import Place, places
from ihala_directory.search import index
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlalchemy import insert

from tests.bench.search_corpus import Entry, Org, corpus

JUDGED = Path(__file__).with_name("search_judged.csv")
BATCH = 1000
AT = datetime(2026, 11, 1, tzinfo=UTC)
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Judged:
    """One query: `grades` by need code (2: asked for, 1: also good), and where, as a place with all that lies around it."""

    query: str
    language: str
    kind: str
    grades: dict[str, int]
    place: Place | None
    around: frozenset[str]
    cleared: bool
    held_out: bool

    def grade(self, entry: Entry) -> int:
        """Return how good a service is as an answer: 0 to 2."""
        if self.place and not self.around.intersection((entry.place.code, *entry.areas)):
            return 0
        return max((self.grades.get(need, 0) for need in entry.needs), default=0)


def judged() -> list[Judged]:
    """Return the judged queries."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return [_judged(row) for row in csv.DictReader(file)]


def _judged(row: dict[str, str]) -> Judged:
    grades = {code: int(grade) for code, grade in (one.split(":") for one in row["grades"].split())}
    place = places().get(row["place"]) if row["place"] else None
    around = frozenset(places().around(place.code)) if place else frozenset()
    return Judged(row["query"], row["language"], row["kind"], grades, place, around, row["cleared"] == "yes", row["held_out"] == "yes")


async def fill(database: Database, size: int) -> list[Entry]:
    """Enter `size` services and index them; return them."""
    entries = list(corpus(size))
    orgs = {entry.org.id: _organization(entry.org) for entry in entries}
    async with database.transaction(Caller.system("bench")) as tx:
        for batch in batches(list(orgs.values())):
            await tx.execute(insert(Organization), [vars(row) for row in batch])
    for some in batches(entries):
        await _enter(database, some, orgs)
    return entries


async def _enter(database: Database, entries: list[Entry], orgs: dict[UUID, Any]) -> None:
    rows = [(_service(one), _location(one), _at(one), orgs[one.org.id]) for one in entries]
    made = [index.entry(service, org, [(at, where)]) for service, where, at, org in rows]
    async with database.transaction(Caller.system("bench")) as tx:
        for number, table in enumerate((Service, Location, ServiceAtLocation)):
            await tx.execute(insert(table), [vars(row[number]) for row in rows])
        for name in (index.PUBLIC, index.HIDDEN):
            some = [one for one in made if one is not None and one.table == name]
            if some:
                await index.write(tx, some)


def batches(rows: list[T]) -> Iterator[list[T]]:
    """Yield the rows a batch at a time."""
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


# Rows as plain objects: making 20,000 models of each table takes minutes.
_EMPTY: dict[str, Any] = {"description": {}, "phones": [], "contacts": [], "schedules": [], "closures": []}


def _organization(org: Org) -> Any:
    return SimpleNamespace(
        id=org.id, operator_id=org.id, kind=org.kind, names=org.names, phone=None, cleared=True, hidden=False, status="active",
        reporting_duty={}, description={}, phones=[], contacts=[], trusted=False, joined_at=AT, changed_at=AT, version=1,
    )  # fmt: skip


def _service(entry: Entry) -> Any:
    return SimpleNamespace(
        id=entry.id, organization_id=entry.org.id, operator_id=entry.org.id, names=entry.names, need_codes=list(entry.needs),
        restricted=entry.restricted, hidden=entry.restricted, entry_condition="none", rules={}, allows_waitlist=False,
        languages=list(entry.languages), opening_hours={}, documents_to_bring={}, costs=[], application_process={}, woman_counsellor=False,
        status="active", changed_at=AT, version=1, **_EMPTY,
    )  # fmt: skip


def _location(entry: Entry) -> Any:
    shown = None if entry.restricted else entry.point
    return SimpleNamespace(
        id=entry.location_id, organization_id=entry.org.id, operator_id=entry.org.id, place=entry.place.code,
        latitude=shown[0] if shown else None, longitude=shown[1] if shown else None, names=entry.place.names, address={},
        accessibility=list(entry.accessibility), sub_district=None, transportation={}, phones=[], hidden=entry.restricted, changed_at=AT,
    )  # fmt: skip


def _at(entry: Entry) -> Any:
    return SimpleNamespace(
        id=entry.at_id, service_id=entry.id, location_id=entry.location_id, organization_id=entry.org.id, operator_id=entry.org.id,
        areas=list(entry.areas), hidden=entry.restricted, unit="place", status="open", capacity_kind="slot", figure=3, figure_at=AT,
        confirmed=True, held=0, used=0, changed_at=AT, version=1, **_EMPTY,
    )  # fmt: skip
