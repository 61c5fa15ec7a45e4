"""Many new services are entered at once, a statement a table: the same rows, versions, events and index as `services.publish` makes.

That they are the same is tested; whatever is more than a new service at new or known locations goes through the commands one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ihala_kit.db import caller_of, now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import facade
from ihala_directory.commands import rows, services, versions
from ihala_directory.imports.merging import AtRow
from ihala_directory.joining.tables import EntryVersion
from ihala_directory.models.drafts import LocationDraft, ServiceAtLocationDraft, ServiceDraft
from ihala_directory.search import index
from ihala_directory.tables import Location, Organization, Reach, Service, ServiceAtLocation


@dataclass(frozen=True, slots=True)
class New:
    """A service to be entered: its rows, by id, and which of its locations are new."""

    owner: Organization
    service: Service
    ats: list[AtRow]
    locations: list[Location]


def prepared(owner: Organization, service_id: UUID, draft: ServiceDraft, known: Mapping[UUID, Location], at: datetime) -> New | None:
    """Return the rows of a new service; None where it would change one of the `known` locations. Raises as `services.publish` does."""
    values = services.checked(owner, draft)
    service = Service(id=service_id, organization_id=owner.id, operator_id=owner.operator_id, changed_at=at, **values)
    here: dict[UUID, Location] = {}
    ats: list[AtRow] = []
    for item in draft.at:
        where = _location(service, item.location, at)
        there = here.get(where.id) or known.get(where.id)
        if there is not None and _differs(there, where):
            return None
        here[where.id] = there or where
        ats.append((_at(service, item, where.id, at), here[where.id]))
    ats.sort(key=lambda one: one[0].id)
    return New(owner, service, ats, [where for where in here.values() if where.id not in known])


async def publish(tx: AsyncSession, found: Sequence[New]) -> None:
    """Enter the services; emits ServiceChanged for each. Raises AlreadyExists (409): then some of it is there."""
    await rows.insert_all(tx, [one.service for one in found])
    await rows.insert_all(tx, [where for one in found for where in one.locations])
    await rows.insert_all(tx, [at for one in found for at, _ in one.ats])
    await rows.insert_all(tx, [reach for one in found for reach in _reach(one)])
    await rows.insert_all(tx, [_version(tx, one) for one in found])
    await _index(tx, found)
    for one in found:
        ats, where = [at for at, _ in one.ats], one.ats[0][1]
        emit(tx, facade.changed(one.service, ats, where, now(tx), places_opened=one.service.status == "active"))


def _location(service: Service, draft: LocationDraft, at: datetime) -> Location:
    values = draft.model_dump(mode="json", exclude={"id"})
    return Location(
        id=draft.id or new_id(), organization_id=service.organization_id, operator_id=service.operator_id, hidden=service.hidden,
        changed_at=at, **values,
    )  # fmt: skip


def _differs(there: Location, wanted: Location) -> bool:
    names = {*LocationDraft.model_fields, "hidden"}
    return any(getattr(there, name) != getattr(wanted, name) for name in names)


def _at(service: Service, item: ServiceAtLocationDraft, location_id: UUID, at: datetime) -> ServiceAtLocation:
    values = item.model_dump(mode="json", exclude={"id", "location", "capacity"})
    return ServiceAtLocation(
        id=item.id or new_id(), service_id=service.id, location_id=location_id, organization_id=service.organization_id,
        operator_id=service.operator_id, hidden=service.hidden, capacity_kind=item.capacity.kind, figure=item.capacity.figure,
        figure_at=at, changed_at=at, **values,
    )  # fmt: skip


def _reach(one: New) -> list[Reach]:
    found = {(need, area, at.id) for at, _ in one.ats for need in one.service.need_codes for area in at.areas}
    return [Reach(need_code=need, area_code=area, service_at_location_id=at) for need, area, at in sorted(found)]


def _version(tx: AsyncSession, one: New) -> EntryVersion:
    service, shown = one.service, facade.service((one.service, one.owner, one.ats))
    entry = shown.model_dump(mode="json", exclude={"organization": True, "at": {"__all__": versions._COUNTED}})
    return EntryVersion(
        entry_id=service.id, version=service.version, about="service", organization_id=one.owner.id, hidden=service.hidden, entry=entry,
        published_by=caller_of(tx).client_id, published_at=now(tx),
    )  # fmt: skip


async def _index(tx: AsyncSession, found: Sequence[New]) -> None:
    """Let them be found; what an organisation's first public service does for its name is done with one of them."""
    made = [entry for one in found if (entry := index.entry(one.service, one.owner, one.ats)) is not None]
    for table in (index.PUBLIC, index.HIDDEN):
        of_table = [entry for entry in made if entry.table == table]
        if of_table:
            await index.write(tx, of_table)
    for service in {one.owner.id: one.service for one in found}.values():
        await index.index_service(tx, service)
