"""Organisations, services, locations and services at locations as HSDS: rows in, dictionaries out; pure.

A brief entry is what lists show; a whole one has all its parts. Nothing here decides who may see what: a row that came was allowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ihala_kit.words import Language

from ihala_directory import needs
from ihala_directory.hsds import parts, rules, terms
from ihala_directory.hsds.ids import OURS, part
from ihala_directory.hsds.parts import P_CODE, filled
from ihala_directory.hsds.speech import WAIT, both
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation

Entry = dict[str, Any]
CHANNEL = "ihala"  # how a service takes referrals: through Ihala's own API
_STATUS = {"active": "active", "paused": "temporarily closed", "closed": "inactive"}


@dataclass(frozen=True, slots=True)
class Told:
    """How an answer is told: in which language, and on which day in Iraq."""

    language: Language
    today: date


@dataclass(frozen=True, slots=True)
class ServiceRows:
    """A service with its organisation, when anything of it last changed, and the newest figure of free places."""

    service: Service
    organization: Organization
    changed_at: datetime
    figure_at: datetime | None = None
    ats: Sequence[tuple[ServiceAtLocation, Location]] = ()  # only where the whole entry is wanted


@dataclass(frozen=True, slots=True)
class AtRows:
    """A service at a location."""

    at: ServiceAtLocation
    location: Location
    of: ServiceRows


def organization(row: Organization, told: Told) -> Entry:
    """Return an organisation as lists show it. HSDS wants a description, so it may be empty."""
    return {
        "id": str(row.id), "name": "", **both("name", row.names, told.language), "description": "",
        **both("description", row.description, told.language), **filled(email=row.email or None, website=row.website or None),
        "organization_kind": row.kind,
    }  # fmt: skip


def whole_organization(row: Organization, services: Sequence[ServiceRows], told: Told, *, full_service: bool, complete: bool) -> Entry:
    """Return an organisation with its parts, its services (brief, or whole if `full_service`; `complete`: all of them), their locations."""
    places = {where.id: where for one in services for _, where in one.ats}
    shown = (whole_service(one, told) if full_service else service(one, told) for one in services)
    return {
        **organization(row, told), **parts_of_organization(row, row.phones or ([{"number": row.phone}] if row.phone else []), told),
        "locations": [location(where, told) for where in places.values()],
        "services": [{name: value for name, value in one.items() if name != "organization"} for one in shown],
        "services_complete": complete,
    }  # fmt: skip


def parts_of_organization(row: Organization, numbers: parts.Parts, told: Told) -> Entry:
    """Return what a whole organisation has beside its services."""
    named = {"id": part(row.id, "identifier", 0), "organization_id": str(row.id), "identifier_type": "registration"}
    return {
        "contacts": parts.contacts(row.id, "organization_id", row.contacts, told.language),
        "phones": parts.phones(row.id, "organization_id", numbers, told.language),
        "organization_identifiers": [{**named, "identifier": row.registration}] if row.registration else [],
        "reporting_duty_i18n": dict(row.reporting_duty or {}),
    }


def service(rows: ServiceRows, told: Told) -> Entry:
    """Return a service as lists show it."""
    row, language = rows.service, told.language
    return {
        "id": str(row.id), "organization_id": str(row.organization_id), "name": "", **both("name", row.names, language),
        **both("description", row.description, language), **both("application_process", row.application_process, language),
        **filled(
            url=row.url or None, email=row.email or None, alert=parts.alert(row.closures, told.today, language),
            wait_time=None if row.wait_days is None else WAIT.spoken(language).format(row.wait_days),
        ),
        "status": status(rows, told.today), "last_modified": instant(rows.changed_at),
        **rules.eligibility(row.rules or {}, row.entry_condition, language),
        "referral": _referral(rows, told.today), "organization": organization(rows.organization, told),
    }  # fmt: skip


def whole_service(rows: ServiceRows, told: Told) -> Entry:
    """Return a service with all its parts and locations."""
    row, places = rows.service, [(at, where) for at, where in rows.ats if at.status == "open"]
    return {
        **_service_parts(rows, told),
        "service_areas": parts.areas(row.id, "service_id", [code for at, _ in places for code in at.areas], told.language),
        "capacities": [_capacity(at, where, told) for at, where in places],
        "service_at_locations": [_at(at, where, row, told) for at, where in places],
    }


def _service_parts(rows: ServiceRows, told: Told) -> Entry:
    row, language = rows.service, told.language
    return {
        **service(rows, told),
        "phones": parts.phones(row.id, "service_id", row.phones, language),
        "contacts": parts.contacts(row.id, "service_id", row.contacts, language),
        "schedules": parts.schedules(row.id, "service_id", row.schedules, row.opening_hours, language),
        "closures": parts.closures(row.closures),
        "languages": parts.languages(row.id, "service_id", row.languages, language),
        "cost_options": parts.costs(row.id, row.costs, language),
        "required_documents": parts.documents(row.id, row.documents_to_bring, language),
        "attributes": [
            *(_attribute(row, code, "need", language) for code in row.need_codes if code in needs.entries()),
            *(_attribute(row, code, "eligibility", language) for code in rules.groups(row.rules or {})),
        ],
    }


def service_at_location(rows: AtRows, told: Told) -> Entry:
    """Return a service at a location as lists show it."""
    return {
        **_at_brief(rows.at, rows.of.service, told),
        "location": location_brief(rows.location, told),
        "service": service(rows.of, told),
        "last_modified": instant(rows.of.changed_at),
    }


def whole_service_at_location(rows: AtRows, told: Told) -> Entry:
    """Return a service at a location with all its parts."""
    return {
        **_at(rows.at, rows.location, rows.of.service, told),
        "service": {**_service_parts(rows.of, told), "capacities": [_capacity(rows.at, rows.location, told)]},
        "last_modified": instant(rows.of.changed_at),
    }


def location_brief(row: Location, told: Told) -> Entry:
    """Return where it is. A hidden location has no point; `redacted` says that this is on purpose."""
    return {
        "id": str(row.id), "location_type": "physical", "organization_id": str(row.organization_id),
        **both("name", row.names, told.language), **both("transportation", row.transportation, told.language),
        **filled(latitude=row.latitude, longitude=row.longitude), "external_identifier": row.sub_district or row.place,
        "external_identifier_type": P_CODE, **({"redacted": True} if row.hidden else {}),
    }  # fmt: skip


def location(row: Location, told: Told) -> Entry:
    """Return a location with its parts."""
    brief = location_brief(row, told)
    where = parts.address(row.id, row.address, str(brief.get("name", "")), [row.sub_district or "", row.place], told.language)
    return {
        **brief,
        "addresses": [] if row.hidden else [where],
        "phones": parts.phones(row.id, "location_id", row.phones, told.language),
        "accessibility": parts.accessibility(row.id, row.accessibility),
    }


def status(rows: ServiceRows, today: date) -> str:
    """Return HSDS's word: what is suspended or closed for a while is temporarily closed, what left is defunct."""
    if rows.organization.status == "left":
        return "defunct"
    usual = _STATUS.get(rows.service.status, "inactive")
    away = rows.organization.status != "active" or parts.closed_on(rows.service.closures, today)
    return "temporarily closed" if away and usual == "active" else usual


def _referral(rows: ServiceRows, today: date) -> Entry:
    """Return what somebody who refers must know (profile)."""
    row, until = rows.service, rows.organization.agreement_until
    accepts = status(rows, today) == "active" and until is not None and until >= today
    return {
        "accepts": accepts, "channels": [CHANNEL] if accepts else [], "entry_condition": row.entry_condition,
        "allows_waitlist": row.allows_waitlist, "woman_counsellor": row.woman_counsellor,
        **filled(
            wait_days=row.wait_days, decision_target_hours=row.decision_target_hours,
            capacity_as_of=None if rows.figure_at is None else instant(rows.figure_at),
        ),
    }  # fmt: skip


def _at_brief(at: ServiceAtLocation, of: Service, told: Told) -> Entry:
    brief = {"id": str(at.id), "service_id": str(of.id), "location_id": str(at.location_id)}
    return brief | both("description", at.description, told.language)


def _at(at: ServiceAtLocation, where: Location, of: Service, told: Told) -> Entry:
    link, language = "service_at_location_id", told.language
    return {
        **_at_brief(at, of, told),
        "service_areas": parts.areas(at.id, link, at.areas, language),
        "contacts": parts.contacts(at.id, link, at.contacts, language),
        "phones": parts.phones(at.id, link, at.phones, language),
        "schedules": parts.schedules(at.id, link, at.schedules or of.schedules, of.opening_hours, language),
        "closures": parts.closures(at.closures),
        "location": location(where, told),
    }


def _capacity(at: ServiceAtLocation, where: Location, told: Told) -> Entry:
    """Return the provider's own figure and its time. What is held or taken since is not said: it would tell of referrals."""
    return {
        "id": part(at.id, "capacity", 0), "service_id": str(at.service_id), "service_at_location_id": str(at.id),
        "unit": {"id": part(OURS, "unit", at.unit), "name": at.unit.replace("_", " ")},
        "available": at.figure if at.confirmed else 0, "updated": instant(at.figure_at), **both("description", where.names, told.language),
    }  # fmt: skip


def _attribute(row: Service, code: str, kind: str, language: Language) -> Entry:
    term = terms.term(code, language)
    return {
        "id": part(row.id, kind, code), "link_id": str(row.id), "link_entity": "service", "link_type": kind,
        "taxonomy_term_id": term["id"], "taxonomy_term": term,
    }  # fmt: skip


def instant(at: datetime) -> str:
    """Return a time as HSDS writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
