"""Which services can be written together with others, and their rows; whatever is more goes through the commands one by one. Pure.

A new service is: its locations are new, or there and the same. A changed one is that stays active, as hidden as it was, and where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_kit.ids import new_id

from ihala_directory.commands import rows, services
from ihala_directory.imports.merging import AtRow, Values
from ihala_directory.models.drafts import LocationDraft, ServiceAtLocationDraft, ServiceDraft
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation


@dataclass(frozen=True, slots=True)
class Offer:
    """A service to be written: its rows, where it is offered by id. The columns that a changed one gets are set when it is written."""

    owner: Organization
    service: Service
    ats: Sequence[AtRow]
    is_new: bool
    new_locations: list[Location] = field(default_factory=list)
    columns: Values = field(default_factory=dict)
    columns_at: dict[UUID, Values] = field(default_factory=dict)

    def set_columns(self, at: datetime) -> bool:
        """Set what differs, with new versions; return whether the service is to be published: it is new, or anything of it differs."""
        differs = rows.change(self.service, self.columns, at)
        changed = [rows.change(row, self.columns_at.get(row.id, {}), at) for row, _ in self.ats]
        if any(changed) and not differs:
            rows.touch(self.service, at)  # where it is offered is a part of it
        return self.is_new or differs or any(changed)


def new(owner: Organization, service_id: UUID, draft: ServiceDraft, known: Mapping[UUID, Location], at: datetime) -> Offer | None:
    """Return a new service; None where it would change one of the `known` locations. Raises as `services.publish` does."""
    values = services.checked(owner, draft)
    service = Service(id=service_id, organization_id=owner.id, operator_id=owner.operator_id, changed_at=at, **values)
    here: dict[UUID, Location] = {}
    ats: list[AtRow] = []
    for item in draft.at:
        where = _location(service, item.location, at)
        there = here.get(where.id) or known.get(where.id)
        if there is not None and not _is_as(there, item.location, service.hidden):
            return None
        here[where.id] = there or where
        ats.append((_at(service, item, where.id, at), here[where.id]))
    ats.sort(key=lambda one: one[0].id)
    return Offer(owner, service, ats, True, [where for where in here.values() if where.id not in known])


def changed(owner: Organization, service: Service, draft: ServiceDraft, ats: Sequence[AtRow]) -> Offer | None:
    """Return a service with what changes of it; None where more than its own columns would. Raises as `services.change` does."""
    values = services.checked(owner, draft)
    wanted = {item.id: item for item in draft.at}
    stays = service.status == values["status"] == "active" and service.hidden == values["hidden"] and len(wanted) == len(ats)
    if not stays or not all(at.id in wanted and _stays(at, where, wanted[at.id], service.hidden) for at, where in ats):
        return None
    columns_at = {at.id: _columns(wanted[at.id]) for at, _ in ats}
    return Offer(owner, service, ats, False, columns=values, columns_at=columns_at)


def _stays(at: ServiceAtLocation, where: Location, item: ServiceAtLocationDraft, hidden: bool) -> bool:
    return at.status == item.status and at.hidden == hidden and _is_as(where, item.location, hidden)


def _is_as(there: Location, draft: LocationDraft, hidden: bool) -> bool:
    return there.hidden == hidden and all(getattr(there, name) == value for name, value in _location_columns(draft).items())


def _location(service: Service, draft: LocationDraft, at: datetime) -> Location:
    return Location(
        id=draft.id or new_id(), organization_id=service.organization_id, operator_id=service.operator_id, hidden=service.hidden,
        changed_at=at, **_location_columns(draft),
    )  # fmt: skip


def _at(service: Service, item: ServiceAtLocationDraft, location_id: UUID, at: datetime) -> ServiceAtLocation:
    return ServiceAtLocation(
        id=item.id or new_id(), service_id=service.id, location_id=location_id, organization_id=service.organization_id,
        operator_id=service.operator_id, hidden=service.hidden, status=item.status, figure=item.capacity.figure, figure_at=at,
        changed_at=at, **_columns(item),
    )  # fmt: skip


def _columns(item: ServiceAtLocationDraft) -> dict[str, Any]:
    return item.model_dump(mode="json", exclude={"id", "location", "status", "capacity"}) | {"capacity_kind": item.capacity.kind}


def _location_columns(draft: LocationDraft) -> dict[str, Any]:
    return draft.model_dump(mode="json", exclude={"id"})
