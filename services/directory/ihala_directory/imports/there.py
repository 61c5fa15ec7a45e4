"""What is there already of all that entries of a file name: asked for at once for many of them, and kept while they are loaded."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.imports import finding, store
from ihala_directory.imports.merging import AtRow
from ihala_directory.imports.reading import Entry
from ihala_directory.imports.tables import ImportFile
from ihala_directory.tables import Location, Organization, Service

Name = tuple[str, str]  # kind, and what it is remembered by
Known = dict[Name, UUID]  # our ids


class There:
    """Our ids by name, and their rows as far as the caller may see them. Organisations and services are locked, in this order."""

    def __init__(self, tx: AsyncSession, file: ImportFile) -> None:
        self._tx, self._file = tx, file
        self._seen: set[Name] = set()
        self.ids: Known = {}
        self.organizations: dict[UUID, Organization] = {}
        self.services: dict[UUID, Service] = {}
        self.ats: dict[UUID, list[AtRow]] = {}  # by service
        self.locations: dict[UUID, Location] = {}
        self.service_of: dict[UUID, UUID] = {}  # by service at location

    async def see(self, entries: Iterable[Entry]) -> None:
        """Look for what entries name and was not looked for yet."""
        new = {name: given for entry in entries for name, given in names(entry) if name not in self._seen}
        if not new:
            return
        self._seen |= new.keys()
        self.ids |= await store.ours(self._tx, self._file, list(new))
        ids = _by_kind((name[0], self.ids.get(name) or uuid_in(given)) for name, given in new.items())
        self.organizations |= {row.id: row for row in await finding.locked_organizations(self._tx, ids["organization"])}
        services = {row.id: row for row in await finding.locked_services(self._tx, ids["service"])}
        self.services |= services
        self.ats |= {service_id: [] for service_id in services}
        for at, where in await finding.ats_of(self._tx, list(services)):
            self.ats[at.service_id].append((at, where))
        self.locations |= {row.id: row for row in await finding.locations(self._tx, ids["location"])}
        self.service_of |= await finding.services_of_ats(self._tx, ids["service_at_location"])

    def learn(self, known: Known, locations: Iterable[Location] = ()) -> None:
        """Know what is called so from now on."""
        self.ids |= known
        self.locations |= {row.id: row for row in locations}

    def forget(self, some: Iterable[Name]) -> None:
        """Look for these again before they are used again: what is known of them may be true no more."""
        self._seen -= set(some)

    def our_id(self, name: Name, given: str, of: UUID | None) -> UUID | None:
        """Return our id of a thing: as remembered, or the file's own where that is nobody's, or `of` whom it must be; None: it has none."""
        if name in self.ids:
            return self.ids[name]
        found = uuid_in(given)
        return found if found is not None and self._owner(name[0], found) in (None, of) else None

    def _owner(self, kind: str, found: UUID) -> UUID | None:
        if kind == "service_at_location":
            return self.service_of.get(found)
        if kind == "location":
            where = self.locations.get(found)
            return where.organization_id if where else None
        row = self.organizations.get(found) if kind == "organization" else self.services.get(found)
        return row.operator_id if row else None


def names(entry: Entry) -> Iterator[tuple[Name, str]]:
    """Yield all that an entry names, each with the id that the file gives it."""
    for name, said in (("organization", entry.organization), ("service", entry.service)):
        yield (name, said["id"]), said["id"]
    for at in entry.ats:
        yield ("service_at_location", at["id"]), at["id"]
        yield location_name(entry, at), at["location_id"]


def location_name(entry: Entry, at: Mapping[str, Any]) -> Name:
    """Return what a location is remembered by: two organisations may share a house, each keeps its own entry of it."""
    return "location", f"{entry.organization['id']}/{at['location_id']}"


def uuid_in(given: str) -> UUID | None:
    """Return the UUID that an id is, if it is one."""
    try:
        return UUID(given)
    except ValueError:
        return None


def _by_kind(some: Iterable[tuple[str, UUID | None]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {kind: [] for kind in ("organization", "service", "location", "service_at_location")}
    for kind, our_id in some:
        if our_id is not None:
            found[kind].append(our_id)
    return found
