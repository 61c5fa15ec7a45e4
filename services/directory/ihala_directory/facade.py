"""What a service's rows look like from outside: the bodies of answers, and the events that tell the others."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ihala_contracts.directory_v1 import OrganizationJoined, ServiceChanged
from ihala_kit.auth import Caller

from ihala_directory import hours, store
from ihala_directory.lifecycle import free
from ihala_directory.models import shown
from ihala_directory.models.drafts import Agreement
from ihala_directory.needs import PROTECTION, entries
from ihala_directory.places import places
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation, Table

SPOKEN = frozenset({"voice", "hotline"})
MOST_PHONES = 5
Located = Sequence[tuple[ServiceAtLocation, Location]]


def organization(row: Organization, caller: Caller) -> shown.Organization:
    """Return an organisation as the caller may know it."""
    own = {"cleared", "hidden", "trusted", "suspended_for", "left_for"}
    body = shown.Organization(**_same(row, shown.Organization, but={"agreement", *own}), agreement=_agreement(row))
    if caller.cleared or caller.organization_id in (row.id, row.operator_id):
        return body.model_copy(update={name: getattr(row, name) for name in own})
    return body


def service(whole: store.Whole) -> shown.Service:
    """Return a service with its organisation and locations."""
    row, owner, ats = whole
    return shown.Service(
        **_same(row, shown.Service, but={"organization", "at"}),
        organization=shown.OrganizationBrief.model_validate(owner),
        at=[at_location(at, where) for at, where in ats],
    )


def at_location(at: ServiceAtLocation, where: Location) -> shown.ServiceAtLocation:
    """Return a service at a location."""
    capacity = shown.Capacity(kind=at.capacity_kind, figure=at.figure, figure_at=at.figure_at, confirmed=at.confirmed, free=free(at))
    same = _same(at, shown.ServiceAtLocation, but={"location", "capacity", "waited_days"})
    waited = None if at.waited_days is None else round(at.waited_days, 1)
    return shown.ServiceAtLocation(**same, location=shown.Location.model_validate(where), capacity=capacity, waited_days=waited)


def joined(row: Organization) -> OrganizationJoined:
    """Return the event that tells the others what they keep of an organisation."""
    return OrganizationJoined(
        organization_id=row.id, kind=row.kind, names=row.names, phone=row.phone, operator_id=row.operator_id, cleared=row.cleared,
        agreement_until=row.agreement_until, joined_at=row.joined_at, hidden=row.hidden, reporting_duty=row.reporting_duty,
    )  # fmt: skip


def changed(row: Service, located: Located, at: datetime, *, places_opened: bool, terms_changed: bool = False) -> ServiceChanged:
    """Return the event that tells the others of a service; of a restricted one only that it is one of protection."""
    ats = [one for one, _ in located]
    areas = (places().area(code) for one in ats for code in one.areas)
    always_open = not row.hidden and _always_open(row, ats, hours.day_of(at))
    return ServiceChanged(
        service_id=row.id, organization_id=row.organization_id, status=row.status, restricted=row.restricted,
        need_codes=[PROTECTION] if row.restricted else row.need_codes, governorates=sorted({area.governorate for area in areas if area}),
        names=public_names(row), address={} if row.restricted else _address(located),
        addresses={} if row.restricted else _addresses(located),
        opening_hours={} if row.restricted else row.opening_hours,
        documents_to_bring={} if row.restricted else row.documents_to_bring, places_opened=places_opened,
        terms_changed=terms_changed, changed_at=at, hidden=row.hidden, always_open=always_open,
        phones=_phones(row, ats) if always_open else [],
    )  # fmt: skip


def always_open_from(row: Service, ats: Sequence[ServiceAtLocation], at: datetime) -> datetime | None:
    """Return the instant to come from which `changed` will say `always_open` though nobody changes anything; None without one."""
    today = hours.day_of(at)
    if row.hidden or _always_open(row, ats, today):
        return None
    parts = ((one.schedules or row.schedules, [*row.closures, *one.closures]) for one in ats if one.status == "open")
    days = sorted({day for schedules, closures in parts for day in hours.turns(schedules, closures, today)})
    first = next((day for day in days if _always_open(row, ats, day)), None)
    return None if first is None else hours.begins(first)


def _always_open(row: Service, ats: Iterable[ServiceAtLocation], today: date) -> bool:
    """Tell whether it is open day and night wherever it is offered: who calls must not have to ask first where."""
    offered = [one for one in ats if one.status == "open"]
    return bool(offered) and all(
        hours.day_and_night(one.schedules or row.schedules, [*row.closures, *one.closures], today) for one in offered
    )


def _address(located: Located) -> dict[str, str]:
    """Return the address where it is offered; none where it is offered at several: the wrong one would send people there in vain."""
    found = [where.address for one, where in located if one.status == "open"]
    return found[0] if found and all(one == found[0] for one in found) else {}


def _addresses(located: Located) -> dict[UUID, dict[str, str]]:
    """Return the addresses where it is offered at several: whoever is offered a place at one of them is told of that one."""
    found = {one.id: where.address for one, where in located if one.status == "open" and where.address}
    return {} if _address(located) else found


def _phones(row: Service, ats: Iterable[ServiceAtLocation]) -> list[str]:
    """Return the numbers to speak to somebody: the service's own, then those of where it is offered."""
    parts = [*row.phones, *(phone for one in ats if one.status == "open" for phone in one.phones)]
    spoken = (part["number"] for part in parts if part.get("type", "voice") in SPOKEN)
    return list(dict.fromkeys(spoken))[:MOST_PHONES]


def public_names(row: Service) -> dict[str, str]:
    """Return a service's name as it may travel: a restricted one is called what its whole domain is called."""
    return entries()[PROTECTION].names if row.restricted else row.names


def _same(row: Table, body: type[shown.Shown], *, but: set[str]) -> dict[str, Any]:
    """Return what the body has under the same names as the row."""
    return {name: getattr(row, name) for name in body.model_fields if name not in but}


def _agreement(row: Organization) -> Agreement | None:
    if row.agreement_until is None or row.agreement_version is None:
        return None
    return Agreement(version=row.agreement_version, until=row.agreement_until)
