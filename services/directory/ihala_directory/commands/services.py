"""Services: entered, changed, paused, closed; and the figures of free places that providers give."""

from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import employers, lifecycle, needs, rights, store
from ihala_directory.commands import rows, versions
from ihala_directory.commands.organizations import NOWHERE, refuse_left
from ihala_directory.commands.places import REVOKE, tell_change, tell_edit
from ihala_directory.errors import (
    FeeToWorkers,
    NotCleared,
    NotForEmployers,
    OrganizationNotFound,
    PlaceShown,
    PointAbroad,
    ServiceAtLocationNotFound,
    ServiceNotFound,
    UnknownGroup,
    UnknownNeedCode,
    UnknownPlace,
)
from ihala_directory.models.drafts import LocationDraft, ServiceAtLocationDraft, ServiceDraft
from ihala_directory.opening import Offered, offered
from ihala_directory.places import in_iraq, places
from ihala_directory.tables import Location, Organization, Reach, Service, ServiceAtLocation


async def organization_for(tx: AsyncSession, caller: Caller, organization_id: UUID) -> Organization:
    """Lock one of the caller's organisations for a new service. Raises OfficersOnly (403), OrganizationNotFound (404)."""
    operator_id = rights.office(caller)
    row = await store.organization(tx, organization_id, lock=True)
    if row.operator_id != operator_id:
        raise OrganizationNotFound()
    return row


async def service_for(tx: AsyncSession, caller: Caller, service_id: UUID, version: int) -> tuple[Organization, Service]:
    """Lock a service of one of the caller's organisations. Raises OfficersOnly (403), ServiceNotFound (404), Stale (412)."""
    operator_id = rights.office(caller)
    known = await store.service(tx, service_id)
    owner = await store.organization(tx, known.organization_id, lock=True)
    row = await store.service(tx, service_id, lock=True)
    if owner.operator_id != operator_id:
        raise ServiceNotFound()
    if row.version != version:
        raise Stale()
    return owner, row


async def publish(tx: AsyncSession, owner: Organization, service_id: UUID | None, draft: ServiceDraft) -> Service:
    """Enter a new service of a locked organisation; emits ServiceChanged.

    Raises UnknownNeedCode, UnknownPlace, UnknownGroup, NotForEmployers, FeeToWorkers, PlaceShown, PointAbroad (422), NotCleared,
    AlreadyExists, OrganizationHasLeft (409).
    """
    values = checked(owner, draft)
    row = Service(
        id=service_id or new_id(), organization_id=owner.id, operator_id=owner.operator_id, changed_at=now(tx), **values
    )  # fmt: skip
    await rows.insert(tx, row)
    for item in draft.at:
        await _add_at(tx, row, item)
    await _reach(tx, row)
    await versions.keep_service(tx, row)
    await tell_edit(tx, row, Offered())
    return row


async def change(tx: AsyncSession, owner: Organization, row: Service, draft: ServiceDraft) -> Service:
    """Change a locked service and where it is offered; emits ServiceChanged if anything differs. What is closed is revoked by due work.

    Raises the same as `publish`.
    """
    before = offered(row, await store.locations_of(tx, row.id))
    reopened = draft.status == "active" and row.status != "active"
    differs = rows.change(row, checked(owner, draft) | ({"opened_at": now(tx)} if reopened else {}), now(tx))
    if await _change_ats(tx, row, draft.at) and not differs:
        rows.touch(row, now(tx))  # where it is offered is a part of it
        differs = True
    if differs:
        await _reach(tx, row)
        await versions.keep_service(tx, row)
        if row.status != "active":
            await schedule(tx, REVOKE, row.id, now(tx), {"of": "service"})
        await tell_edit(tx, row, before)
    return row


async def set_capacity(tx: AsyncSession, caller: Caller, at_id: UUID, version: int, figure: int) -> ServiceAtLocation:
    """Take the provider's word for how many places are free now; emits ServiceChanged.

    Raises ServiceAtLocationNotFound (404) also for those of others, Stale (412).
    """
    owner, service, at = await store.locked_place(tx, at_id)
    if caller.organization_id not in (owner.id, owner.operator_id):
        raise ServiceAtLocationNotFound()
    if at.version != version:
        raise Stale()
    more = lifecycle.confirm(at, figure, now(tx))
    at.version += 1
    at.changed_at = now(tx)
    is_offered = (at.status, service.status, owner.status) == ("open", "active", "active")
    await tell_change(tx, service, places_opened=more and is_offered)  # else who waits would be placed anew in vain
    return at


def checked(owner: Organization, draft: ServiceDraft) -> dict[str, Any]:
    """Return the columns of a draft whose codes are all known and that its organisation may offer. Raises the same as `publish`."""
    refuse_left(owner)
    for number, code in enumerate(draft.need_codes):
        if not needs.is_need(code):
            raise UnknownNeedCode(pointer=f"#/need_codes/{number}")
        if employers.tells_of_return(owner.kind, code):
            raise NotForEmployers(pointer=f"#/need_codes/{number}")
    for number, code in enumerate(draft.rules.statuses):
        if not needs.is_group(code):
            raise UnknownGroup(pointer=f"#/rules/statuses/{number}")
    if employers.asks_status(owner.kind, draft.rules):
        raise NotForEmployers(pointer="#/rules/statuses")
    costs = employers.fee(owner.kind, draft.costs)
    if costs is not None:
        raise FeeToWorkers(pointer=f"#/costs/{costs}/amount")
    restricted = draft.restricted or any(map(needs.is_restricted, draft.need_codes))
    hidden = restricted or owner.hidden
    if restricted and not owner.cleared:
        raise NotCleared()
    for number, item in enumerate(draft.at):
        _check_at(item, number, hidden)
    rules = draft.rules.model_dump(exclude_defaults=True)
    same = draft.model_dump(mode="json", include=set(ServiceDraft.model_fields) - {"restricted", "rules", "at"})
    return same | {"restricted": restricted, "hidden": hidden, "rules": rules}


def _check_at(item: ServiceAtLocationDraft, number: int, hidden: bool) -> None:
    if places().area(item.location.place) is None:
        raise UnknownPlace(pointer=f"#/at/{number}/location/place")
    for index, code in enumerate(item.areas):
        if places().area(code) is None:
            raise UnknownPlace(pointer=f"#/at/{number}/areas/{index}")
    where = item.location
    if where.latitude is not None and where.longitude is not None and not in_iraq(where.latitude, where.longitude):
        raise PointAbroad(pointer=f"#/at/{number}/location/latitude")
    if where.sub_district is not None and places().area(where.sub_district) is None:
        raise UnknownPlace(pointer=f"#/at/{number}/location/sub_district")
    if hidden and (where.latitude is not None or where.address or where.transportation):
        raise PlaceShown(pointer=f"#/at/{number}/location")


async def _add_at(tx: AsyncSession, service: Service, item: ServiceAtLocationDraft) -> None:
    where = await _location(tx, service, item.location)
    at = now(tx)
    row = ServiceAtLocation(
        id=item.id or new_id(), service_id=service.id, location_id=where.id, organization_id=service.organization_id,
        operator_id=service.operator_id, hidden=service.hidden, status=item.status,
        capacity_kind=item.capacity.kind, figure=item.capacity.figure, figure_at=at, changed_at=at, **_as_is(item),
    )  # fmt: skip
    await rows.insert(tx, row)


async def _location(tx: AsyncSession, service: Service, draft: LocationDraft) -> Location:
    """Return the location, new or changed. A location of another organisation is none of ours: it stays as it is."""
    known = await tx.get(Location, draft.id) if draft.id else None
    if known is not None and known.organization_id == service.organization_id:
        await _set_location(tx, known, service, draft)
        return known
    values = _location_values(service, draft) | {"changed_at": now(tx)}
    row = Location(id=draft.id or new_id(), organization_id=service.organization_id, operator_id=service.operator_id, **values)
    await rows.insert(tx, row)
    return row


async def _change_ats(tx: AsyncSession, service: Service, items: list[ServiceAtLocationDraft]) -> bool:
    """Bring the places of a service to what is wanted; return whether anything differed."""
    known = {at.id: at for at in await store.ats_of(tx, service.id, lock=True)}
    differs = False
    for item in items:
        at = known.pop(item.id, None) if item.id else None
        if at is None:
            await _add_at(tx, service, item)
            differs = True
        else:
            differs |= await _change_at(tx, service, at, item)
    for at in known.values():
        differs |= await _leave(tx, service, at)
    return differs


async def _leave(tx: AsyncSession, service: Service, at: ServiceAtLocation) -> bool:
    """Close where it is not offered any more."""
    await _hide_left(tx, service, at)
    hidden = rows.change(at, {"hidden": service.hidden}, now(tx))
    return await _set_status(tx, at, "closed") or hidden


async def _hide_left(tx: AsyncSession, service: Service, at: ServiceAtLocation) -> None:
    """What is hidden from now on was there, too: that location is hidden with it, as far as it alone was there."""
    if at.hidden != service.hidden and not await store.is_shared(tx, at.location_id, but=service.id):
        where = await tx.get_one(Location, at.location_id)
        if rows.set_values(where, {"hidden": service.hidden} | (NOWHERE if service.hidden else {})):
            where.changed_at = now(tx)


async def _change_at(tx: AsyncSession, service: Service, at: ServiceAtLocation, item: ServiceAtLocationDraft) -> bool:
    moved = await _move(tx, service, at, item.location)
    changed = rows.change(at, _as_is(item) | {"hidden": service.hidden, "capacity_kind": item.capacity.kind}, now(tx))
    return await _set_status(tx, at, item.status) or moved or changed


async def _move(tx: AsyncSession, service: Service, at: ServiceAtLocation, draft: LocationDraft) -> bool:
    """Change where it is offered, or offer it at the other location that is named: the one it leaves stays as it is, for who else is there.

    Raises AlreadyExists (409) for a location of another organisation, PlaceShown (422).
    """
    if draft.id in (None, at.location_id):
        return await _set_location(tx, await tx.get_one(Location, at.location_id), service, draft)
    where = await _location(tx, service, draft)
    await _hide_left(tx, service, at)
    return rows.change(at, {"location_id": where.id}, now(tx))


def _as_is(item: ServiceAtLocationDraft) -> dict[str, Any]:
    return item.model_dump(mode="json", exclude={"id", "location", "status", "capacity"})


def _location_values(service: Service, draft: LocationDraft) -> dict[str, Any]:
    return draft.model_dump(mode="json", exclude={"id"}) | {"hidden": service.hidden}


async def _set_location(tx: AsyncSession, row: Location, service: Service, draft: LocationDraft) -> bool:
    """Change a location, and with it every service that is offered there; emits ServiceChanged for the others.

    Raises PlaceShown (422) where a hidden and a public service share it: one shows what the other hides.
    """
    if row.hidden != service.hidden and await store.is_shared(tx, row.id, but=service.id):
        raise PlaceShown(pointer="#/at")
    accessibility = row.accessibility
    differs = rows.set_values(row, _location_values(service, draft))
    if differs:
        row.changed_at = now(tx)
        for other in await store.others_at(tx, row.id, but=service.id):
            rows.touch(other, now(tx))  # where it is offered is a part of it
            await versions.keep_service(tx, other)
            await tell_change(tx, other, places_opened=False, terms_changed=row.accessibility != accessibility)
    return differs


async def _set_status(tx: AsyncSession, at: ServiceAtLocation, status: str) -> bool:
    if at.status == status:
        return False
    rows.change(at, {"status": status} | ({"opened_at": now(tx)} if status == "open" else {}), now(tx))
    if status == "closed":
        await schedule(tx, REVOKE, at.id, now(tx), {"of": "place"})
    return True


async def _reach(tx: AsyncSession, service: Service) -> None:
    """Write anew what matching looks up: which need is met where."""
    ats = await store.ats_of(tx, service.id)
    await store.forget_reach(tx, [at.id for at in ats])
    found = {(need, area, at.id) for at in ats for need in service.need_codes for area in at.areas}
    tx.add_all(Reach(need_code=need, area_code=area, service_at_location_id=at) for need, area, at in sorted(found))
