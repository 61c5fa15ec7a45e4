"""One entry is held against what is there: what of it is new, what differs, what is the same. Pure: nothing is asked or written here."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.ids import new_id
from pydantic import ValidationError

from ihala_directory import errors, needs
from ihala_directory.imports import merging
from ihala_directory.imports.merging import Values
from ihala_directory.imports.reading import Entry
from ihala_directory.imports.tables import ImportFile
from ihala_directory.imports.there import Known, Name, There, location_name
from ihala_directory.joining.errors import ChecksMissing
from ihala_directory.models.drafts import OrganizationDraft, ServiceDraft
from ihala_directory.tables import Organization, Service


class NotOurs(Exception):
    """The entry belongs to somebody else."""


class Owner(NamedTuple):
    """What an entry says of its organisation: the row, none for a new one; what it is to become, none where it stays as it is."""

    row: Organization | None
    id: UUID | None
    draft: OrganizationDraft | None


class Offered(NamedTuple):
    """The same of its service."""

    row: Service | None
    id: UUID
    draft: ServiceDraft | None


class Decision:
    """One entry. `new` are the names of it that are to be remembered."""

    def __init__(self, file: ImportFile, entry: Entry, there: There) -> None:
        self._file, self._entry, self._there = file, entry, there
        self.organization_name: Name = ("organization", entry.organization["id"])
        self.new: Known = {}

    def organization(self) -> Owner:
        """Raises NotOurs, ValidationError, OrganizationNotFound, ChecksMissing."""
        said, name = self._entry.organization, self.organization_name
        our_id = self._there.our_id(name, said["id"], self._file.operator_id)
        row = self._there.organizations.get(our_id) if our_id else None
        if row is None:
            if name in self._there.ids:
                raise errors.OrganizationNotFound()
            draft = OrganizationDraft.model_validate(said.get("defaults", {}) | said["values"])
            self._refuse_operators(draft)
            return Owner(None, our_id, draft)
        if row.operator_id != self._file.operator_id:
            raise NotOurs()
        self.learn(name, row.id)
        known = merging.organization_as_it_is(row)
        draft = OrganizationDraft.model_validate(merging.over(known, said["values"]))
        if _same(draft, known):
            return Owner(row, row.id, None)
        if draft.kind != row.kind:
            self._refuse_operators(draft)
        return Owner(row, row.id, draft)

    def service(self, owner: Organization, caller: Caller) -> Offered:
        """Raises NotOurs, ValidationError, ServiceNotFound, ClearanceNeeded."""
        said = self._entry.service
        name: Name = ("service", said["id"])
        our_id = self._there.our_id(name, said["id"], self._file.operator_id)
        _demand_clearance(owner, said["values"], caller)
        row = self._there.services.get(our_id) if our_id else None
        if row is None:
            if name in self._there.ids:
                raise errors.ServiceNotFound()
            our_id = our_id or new_id()
            self.learn(name, our_id)
            ats = merging.ats_over([], self._ats(owner, None))
            return Offered(None, our_id, ServiceDraft.model_validate(said["values"] | {"at": ats}))
        if row.organization_id != owner.id:
            raise NotOurs()
        self.learn(name, row.id)
        known = merging.service_as_it_is(row, self._there.ats[row.id])
        merged = merging.over({key: value for key, value in known.items() if key != "at"}, said["values"])
        draft = ServiceDraft.model_validate(merged | {"at": merging.ats_over(known["at"], self._ats(owner, row))})
        return Offered(row, row.id, None if _same(draft, known) else draft)

    def learn(self, name: Name, our_id: UUID) -> None:
        """Have a name remembered, unless it is."""
        if name not in self._there.ids:
            self.new[name] = our_id

    def _refuse_operators(self, draft: OrganizationDraft) -> None:
        """A partner's sheet makes nobody an operator; our own exports as HSDS do, elsewhere."""
        if draft.kind == "operator" and self._file.kind in {"sheet", "sheet_csv"}:
            raise ChecksMissing()

    def _ats(self, owner: Organization, service: Service | None) -> dict[UUID, Values]:
        """Return what the file says of where the service is offered, by our ids, with what it leaves to us where that is new."""
        there = self._there.ats[service.id] if service else []
        known = {at.id for at, _ in there}
        at_location = {where.id: at.id for at, where in there if at.status == "open"}
        found: dict[UUID, Values] = {}
        for at in self._entry.ats:
            name, where = ("service_at_location", at["id"]), location_name(self._entry, at)
            location_id = self.new.get(where) or self._there.our_id(where, at["location_id"], owner.id) or new_id()
            self.learn(where, location_id)
            meant = at_location.get(location_id) if at.get("once") and name not in self._there.ids else None
            at_id = meant or self._there.our_id(name, at["id"], service.id if service else None) or new_id()
            self.learn(name, at_id)
            found[at_id] = at["values"] if at_id in known else self._new_at(location_id, at)
        return found

    def _new_at(self, location_id: UUID, at: Mapping[str, Any]) -> Values:
        """Return what is said of a new service at a location; what is left out of a location that is there stays as it is."""
        row, defaults, said = self._there.locations.get(location_id), at.get("defaults", {}), at["values"]
        known: Values = defaults.get("location", {}) if row is None else merging.location_as_it_is(row)
        return {**defaults, **said, "location": merging.over(known, said["location"]) | {"id": location_id}}


def _demand_clearance(owner: Organization, values: Mapping[str, Any], caller: Caller) -> None:
    restricted = values.get("restricted") or any(map(needs.is_restricted, values.get("need_codes", ())))
    if (restricted or owner.hidden) and not caller.cleared:
        raise errors.ClearanceNeeded()


def _same(draft: OrganizationDraft | ServiceDraft, known: Values) -> bool:
    """Tell whether a draft says what is there; what is there and would not be taken today is not the same."""
    try:
        return type(draft).model_validate(known) == draft
    except ValidationError:
        return False
