"""One entry of a file goes through the same commands as an officer's own edits; what they refuse becomes faults of its rows."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from ihala_kit.db import attempt, caller_of
from ihala_kit.faults import passes
from ihala_kit.ids import new_id
from ihala_kit.problems import Problem
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import errors, needs
from ihala_directory import store as entries
from ihala_directory.commands import organizations, services
from ihala_directory.imports import drafting, merging, store
from ihala_directory.imports.merging import Values
from ihala_directory.imports.reading import Entry, Fault
from ihala_directory.imports.tables import ImportFile
from ihala_directory.joining import errors as joining_errors
from ihala_directory.models.drafts import OrganizationDraft, ServiceDraft
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation

# What a command refuses -> code, and the place in the draft that it is about.
_REFUSED: dict[type[Problem], tuple[str, str]] = {
    errors.ClearanceNeeded: ("clearance_needed", "organization/id"),
    errors.OrganizationNotFound: ("clearance_needed", "organization/id"),
    errors.ServiceNotFound: ("not_yours", "service/id"),
    errors.AlreadyExists: ("not_yours", "service/id"),
    errors.NotCleared: ("organization_not_cleared", "service/need_codes"),
    errors.PlaceShown: ("place_must_not_be_shown", "service/at/0/location"),
    errors.UnknownPlace: ("unknown_place", "service/at/0/location/place"),
    joining_errors.ChecksMissing: ("checks_missing", "organization/kind"),
    joining_errors.OrganizationHasLeft: ("organization_gone", "organization/id"),
}


class NotOurs(Exception):
    """The entry belongs to somebody else."""


Known = dict[tuple[str, str], UUID]  # our ids by kind and external id


async def known_of(tx: AsyncSession, file: ImportFile, found: Iterable[Entry]) -> Known:
    """Return our ids of all that entries name, as far as they have any."""
    return await store.ours(tx, file, {name for entry in found for name in _wanted(entry)})


async def load(tx: AsyncSession, file: ImportFile, entry: Entry, known: Known) -> list[Fault]:
    """Load one entry, or nothing of it; return a line for each of its rows: created, changed, unchanged, or what is wrong.

    `known` learns what is new.
    """
    loading = _Loading(tx, file, entry, known)
    try:
        async with attempt(tx):
            outcome = await loading.run()
    except NotOurs:
        return list(_faults(entry, "not_yours", "service/id"))
    except ValidationError as error:
        return list(_invalid(entry, error))
    except Problem as problem:
        code, path = _REFUSED.get(type(problem), ("refused", "service/id"))
        return list(_faults(entry, code, path))
    except DBAPIError as error:
        if passes(error):
            raise
        return list(_faults(entry, "refused", "service/id"))
    known |= loading.new
    return [Fault(outcome, row) for row in entry.rows]


def _faults(entry: Entry, code: str, path: str, params: Mapping[str, Any] | None = None) -> Iterator[Fault]:
    for row in entry.rows:
        yield Fault(code, row, *drafting.placed(path, entry.cells.get(str(row), {})), dict(params or {}))


def _invalid(entry: Entry, error: ValidationError) -> Iterator[Fault]:
    """Yield what is wrong with the entry only now that it is put together with what was there."""
    for one in error.errors(include_url=False, include_input=False)[:5]:
        code, params = drafting.coded(one)
        yield from _faults(entry, code, "/".join(["service", *map(str, one["loc"])]), params)


def _wanted(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "organization", entry.organization["id"]
    yield "service", entry.service["id"]
    for at in entry.ats:
        yield "service_at_location", at["id"]
        yield "location", _location_name(entry, at)


def _location_name(entry: Entry, at: Mapping[str, Any]) -> str:
    """Two organisations may share a house; each keeps its own entry of it."""
    return f"{entry.organization['id']}/{at['location_id']}"


class _Loading:
    """One entry on its way in, and what is known of it already."""

    def __init__(self, tx: AsyncSession, file: ImportFile, entry: Entry, known: Known) -> None:
        self._tx, self._file, self._entry, self._known = tx, file, entry, known
        self.new: Known = {}

    async def run(self) -> str:
        """Load it; return created, changed or unchanged. Raises what the commands raise, NotOurs, ValidationError."""
        owner = await self._organization()
        outcome = await self._service(owner)
        await store.remember(self._tx, self._file, self.new)
        return outcome

    async def _organization(self) -> Organization:
        said, name = self._entry.organization, ("organization", self._entry.organization["id"])
        our_id = await self._id(name, Organization, said["id"])
        if our_id is None or not await self._is_there(name, Organization, our_id):
            values = said.get("defaults", {}) | said["values"]
            row = await organizations.join(self._tx, self._file.operator_id, our_id, OrganizationDraft.model_validate(values))
            self._learn(name, row.id)
            return row
        row = await entries.organization(self._tx, our_id, lock=True)
        if row.operator_id != self._file.operator_id:
            raise NotOurs()
        self._learn(name, row.id)
        known = merging.organization_as_it_is(row)
        draft = OrganizationDraft.model_validate(merging.over(known, said["values"]))
        return row if _same(draft, known) else await organizations.change(self._tx, row, draft)

    async def _service(self, owner: Organization) -> str:
        said, name = self._entry.service, ("service", self._entry.service["id"])
        our_id = await self._id(name, Service, said["id"])
        self._demand_clearance(owner, said["values"])
        if our_id is None or not await self._is_there(name, Service, our_id):
            ats = await self._ats(owner, None)
            draft = ServiceDraft.model_validate(said["values"] | {"at": merging.ats_over([], ats)})
            self._learn(name, (await services.publish(self._tx, owner, our_id, draft)).id)
            return "created"
        row = await entries.service(self._tx, our_id, lock=True)
        if row.organization_id != owner.id:
            raise NotOurs()
        self._learn(name, row.id)
        known = merging.service_as_it_is(row, await entries.locations_of(self._tx, row.id))
        merged = merging.over({key: value for key, value in known.items() if key != "at"}, said["values"])
        draft = ServiceDraft.model_validate(merged | {"at": merging.ats_over(known["at"], await self._ats(owner, row.id))})
        if _same(draft, known):
            return "unchanged"
        await services.change(self._tx, owner, row, draft)
        return "changed"

    def _demand_clearance(self, owner: Organization, values: Mapping[str, Any]) -> None:
        restricted = values.get("restricted") or any(map(needs.is_restricted, values.get("need_codes", ())))
        if (restricted or owner.hidden) and not caller_of(self._tx).cleared:
            raise errors.ClearanceNeeded()

    async def _ats(self, owner: Organization, service_id: UUID | None) -> dict[UUID, Values]:
        """Return what the file says of its locations, by our ids."""
        found: dict[UUID, Values] = {}
        for at in self._entry.ats:
            name, where = ("service_at_location", at["id"]), ("location", _location_name(self._entry, at))
            at_id = await self._id(name, ServiceAtLocation, at["id"], of=service_id) or new_id()
            location_id = await self._id(where, Location, at["location_id"], of=owner.id) or new_id()
            self._learn(name, at_id)
            self._learn(where, location_id)
            found[at_id] = at["values"] | {"location": at["values"]["location"] | {"id": location_id}}
        return found

    async def _id(self, name: tuple[str, str], table: type[Any], external: str, *, of: UUID | None = None) -> UUID | None:
        """Return our id of a thing: as remembered, or the file's own where that is one of ours or nobody's; None: it needs a new one."""
        if name in self._known or name in self.new:
            return self._known.get(name) or self.new[name]
        try:
            given = UUID(external)
        except ValueError:
            return None
        row = (await self._tx.exec(select(table).where(table.id == given))).one_or_none()
        if row is None:
            return given
        owner = row.service_id if table is ServiceAtLocation else row.organization_id if table is Location else row.operator_id
        return given if owner == (of if table in (ServiceAtLocation, Location) else self._file.operator_id) else None

    async def _is_there(self, name: tuple[str, str], table: type[Any], our_id: UUID) -> bool:
        if name in self._known:
            return True
        return (await self._tx.exec(select(table.id).where(table.id == our_id))).one_or_none() is not None

    def _learn(self, name: tuple[str, str], our_id: UUID) -> None:
        if name not in self._known:
            self.new[name] = our_id


def _same(draft: OrganizationDraft | ServiceDraft, known: Values) -> bool:
    """Tell whether a draft says what is there; what is there and would not be taken today is not the same."""
    try:
        return type(draft).model_validate(known) == draft
    except ValidationError:
        return False
