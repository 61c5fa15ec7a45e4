"""Keeps the index: what can be found of a service, written in the transaction that changes it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from ihala_kit.folding import TABLE as FOLDING
from ihala_kit.folding import folded
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import store
from ihala_directory.places import DATA
from ihala_directory.search import models, spelling, tokens
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation

PUBLIC, HIDDEN = "search_entry", "search_hidden"
MOST_BYTES = 4000  # of words; a row must fit on a page
_COLUMNS = ("service_id", "organization_id", "tokens", "facets", "latitudes", "longitudes", "card", "made_by")
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
_CHANGES = ", ".join(f"e.{name}" for name in _COLUMNS[1:]), ", ".join(f"excluded.{name}" for name in _COLUMNS[1:])
Where = Sequence[tuple[ServiceAtLocation, Location]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the index: in which table, and its columns; the tokens as a list."""

    table: str
    service_id: UUID
    organization_id: UUID
    tokens: list[str]
    facets: str
    latitudes: list[float]
    longitudes: list[float]
    card: str
    made_by: str


async def index_service(tx: AsyncSession, service: Service) -> None:
    """Let a service be found as it is now, or not at all when it is not active. To be called after every change of it."""
    await tx.flush()
    await _index(tx, [service], await store.organization(tx, service.organization_id))


async def index_organization(tx: AsyncSession, owner: Organization) -> None:
    """The same for all services of an organisation, after it was suspended, reinstated, renamed, hidden, or left."""
    await tx.flush()
    await _index(tx, await store.services_of(tx, owner.id), owner)


async def _index(tx: AsyncSession, services: Sequence[Service], owner: Organization) -> None:
    rows = [entry(service, owner, where) for service, _, where in await store.whole(tx, services)]
    for table in (PUBLIC, HIDDEN):
        made = [row for row in rows if row is not None and row.table == table]
        kept = {row.service_id for row in made}
        gone = text(f"DELETE FROM {table} WHERE service_id = ANY(:ids)")  # noqa: S608 - one of two constants
        await tx.execute(gone, {"ids": [service.id for service in services if service.id not in kept]})
        if made:
            await write(tx, made)
    await _name(tx, owner)


def entry(service: Service, owner: Organization, where: Where) -> Entry | None:
    """Return the row of a service that can be found, or None."""
    shown = [(at, place) for at, place in where if at.status == "open"]
    if service.status != "active" or owner.status != "active" or not shown:
        return None
    hidden = service.hidden or owner.hidden
    points = [] if hidden else [(p.latitude, p.longitude) for _, p in shown if p.latitude is not None and p.longitude is not None]
    found = _codes(service, owner, shown)
    cells = {tokens.of_point(*point) for point in points}
    counted = " ".join(sorted(one for one in found if one[:2] in tokens.FACETS.values()))
    return Entry(
        table=HIDDEN if hidden else PUBLIC, service_id=service.id, organization_id=owner.id, facets=counted,
        tokens=sorted(found | cells | _words(service, owner, shown)), latitudes=[one[0] for one in points],
        longitudes=[one[1] for one in points], card=_card(service, owner, shown, hidden=hidden), made_by=maker(),
    )  # fmt: skip


async def write(tx: AsyncSession, rows: Sequence[Entry]) -> None:
    """Insert rows of one table, or change those that differ; and remember the words of public ones."""
    table = rows[0].table
    values = ", ".join("array_to_tsvector(CAST(:tokens AS text[]))" if name == "tokens" else f":{name}" for name in _COLUMNS)
    statement = (
        f"INSERT INTO {table} AS e ({', '.join(_COLUMNS)}) VALUES ({values}) "  # noqa: S608 - all of it constants
        f"ON CONFLICT (service_id) DO UPDATE SET {_UPDATES} WHERE ({_CHANGES[0]}) IS DISTINCT FROM ({_CHANGES[1]})"
    )
    await tx.execute(text(statement), [{name: getattr(row, name) for name in _COLUMNS} for row in rows])
    if table == PUBLIC:
        parts = {token[2:] for row in rows for token in row.tokens if token[:2] in ("w.", "o.")}
        pairs = sorted({(key, part) for part in parts for key in spelling.keys(part)})
        known = "INSERT INTO search_word (key, part) SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:parts AS text[]))"
        lists: dict[str, Any] = {"keys": [key for key, _ in pairs], "parts": [part for _, part in pairs]}
        await tx.execute(text(f"{known} ON CONFLICT DO NOTHING"), lists)


async def _name(tx: AsyncSession, owner: Organization) -> None:
    """Suggest the organisation's names as long as something public of it can be found."""
    values = {"id": owner.id}
    await tx.execute(text("DELETE FROM search_name WHERE organization_id = :id"), values)
    names = {folded(name): name for name in owner.names.values()}
    found = text("""
        INSERT INTO search_name SELECT * FROM unnest(CAST(:folded AS text[]), CAST(:ids AS uuid[]), CAST(:names AS text[]))
        WHERE EXISTS (SELECT 1 FROM search_entry WHERE organization_id = :id) ON CONFLICT DO NOTHING
    """)
    await tx.execute(found, {**values, "folded": list(names), "ids": [owner.id] * len(names), "names": list(names.values())})


def _codes(service: Service, owner: Organization, where: Where) -> set[str]:
    found = tokens.of_needs(service.need_codes) | {f"k.{owner.kind}"} | {f"l.{code}" for code in service.languages}
    for at, place in where:
        found |= tokens.of_place(place.sub_district or place.place) | tokens.of_areas(at.areas)
        found |= {f"x.{code}" for code in place.accessibility}
    return found


def _words(service: Service, owner: Organization, where: Where) -> set[str]:
    places = [place.names for _, place in where]
    return of_names([("w", [service.names]), ("o", [owner.names, *places]), ("t", [service.description])])


def of_names(texts: Sequence[tuple[str, Sequence[Mapping[str, str]]]]) -> set[str]:
    """Return the tokens of texts, the most telling first, as many as there is room for: at most MOST_BYTES."""
    room, kept = MOST_BYTES, set()
    for letter, names in texts:
        for token in sorted(tokens.of_words(letter, names)):
            room -= len(token.encode()) + 4
            if room > 0:
                kept.add(token)
    return kept


def _card(service: Service, owner: Organization, where: Where, *, hidden: bool) -> str:
    card = models.Card(
        id=service.id, names=service.names, description=service.description, need_codes=service.need_codes, restricted=service.restricted,
        entry_condition=service.entry_condition, languages=service.languages, opening_hours=service.opening_hours,
        closures=service.closures, organization=models.CardOrganization.model_validate(owner),
        at=[_card_place(at, place, hidden=hidden) for at, place in where],
    )  # fmt: skip
    return card.model_dump_json()


def _card_place(at: ServiceAtLocation, place: Location, *, hidden: bool) -> models.CardPlace:
    return models.CardPlace(
        service_at_location_id=at.id, place=place.place, names=place.names, address={} if hidden else place.address,
        latitude=None if hidden else place.latitude, longitude=None if hidden else place.longitude,
        accessibility=place.accessibility, areas=at.areas, closures=at.closures,
    )  # fmt: skip


@cache
def maker() -> str:
    """Return what an entry depends on beside its service; when that changes with a release, all are made anew."""
    code = Path(__file__).parent
    files = (FOLDING, DATA / "places.csv", code / "stems.py", code / "tokens.py", code / "index.py", code / "models.py")
    schema = json.dumps([sha256(file.read_bytes()).hexdigest() for file in files])
    return sha256(schema.encode()).hexdigest()[:16]
