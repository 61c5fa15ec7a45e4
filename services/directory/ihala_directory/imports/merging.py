"""What a file says is put over what is there: an empty cell says nothing, and a location that is not named stays as it is. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ihala_directory.models.drafts import LocationDraft, OrganizationDraft, ServiceAtLocationDraft, ServiceDraft
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation

Values = dict[str, Any]
AtRow = tuple[ServiceAtLocation, Location]
_BY_KEY = {"rules"}  # like texts: what is not said stays


def organization_as_it_is(row: Organization) -> Values:
    """Return the draft that would change nothing."""
    values = _columns(row, OrganizationDraft, {"agreement"})
    agreed = row.agreement_version is not None and row.agreement_until is not None
    return values | {"agreement": {"version": row.agreement_version, "until": row.agreement_until} if agreed else None}


def service_as_it_is(row: Service, ats: Sequence[AtRow]) -> Values:
    """Return the draft that would change nothing."""
    return _columns(row, ServiceDraft, {"at"}) | {"at": [_at(at, where) for at, where in ats]}


def location_as_it_is(row: Location) -> Values:
    """Return the draft that would change nothing."""
    return _columns(row, LocationDraft, set())


def _at(at: ServiceAtLocation, where: Location) -> Values:
    capacity = {"kind": at.capacity_kind, "figure": at.figure}
    same = _columns(at, ServiceAtLocationDraft, {"location", "capacity"})
    return same | {"location": location_as_it_is(where), "capacity": capacity}


def _columns(row: Any, draft: Any, without: set[str]) -> Values:
    return {name: getattr(row, name) for name in draft.model_fields if name not in without}


def over(known: Mapping[str, Any], said: Mapping[str, Any]) -> Values:
    """Return what is known with what is said put over it: texts by language, rules one by one, all else as a whole."""
    found = dict(known)
    for name, value in said.items():
        before = known.get(name)
        by_key = isinstance(before, Mapping) and isinstance(value, Mapping) and (name in _BY_KEY or _is_text(before, value))
        found[name] = {**before, **value} if by_key else value  # type: ignore[dict-item]
    return found


def _is_text(*found: Mapping[str, Any]) -> bool:
    return all(set(one) <= {"ar", "ckb", "en"} for one in found)


def ats_over(known: Sequence[Values], said: Mapping[UUID, Values]) -> list[Values]:
    """Return the locations of a service: those that are said over those that are there, and the new ones after them."""
    left = dict(said)
    found = [_at_over(one, left.pop(one["id"], None)) for one in known]
    return [*found, *({"id": at_id, **values} for at_id, values in left.items())]


def _at_over(known: Values, said: Values | None) -> Values:
    if said is None:
        return known
    location = {name: value for name, value in said["location"].items() if name != "id"}
    # Free places are the provider's own word once the entry is there; only of which kind they are may change, where it is said.
    capacity = {**known["capacity"], "kind": (said.get("capacity") or known["capacity"])["kind"]}
    return over(known, said) | {"id": known["id"], "location": over(known["location"], location), "capacity": capacity}
