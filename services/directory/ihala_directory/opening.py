"""What an edit of a service opens to those who wait: more free places, or other terms on which it serves. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ihala_directory import lifecycle
from ihala_directory.tables import Location, Service, ServiceAtLocation

_OF_SERVICE = ("need_codes", "entry_condition", "rules", "languages", "woman_counsellor", "schedules", "closures")
_OF_PLACE = ("areas", "schedules", "closures")


@dataclass(frozen=True, slots=True)
class Offered:
    """What a service offered at one moment: its free places by place, and by what it fails or serves a need (matching/criteria.py)."""

    places: dict[UUID, int] = field(default_factory=dict)
    terms: tuple[Any, ...] = ()


def offered(service: Service, located: Sequence[tuple[ServiceAtLocation, Location]]) -> Offered:
    """Return what a service offers now: nothing while it is not active, nothing where it is closed."""
    here = [(at, where) for at, where in located if at.status == "open"] if service.status == "active" else []
    terms = tuple((at.id, *(getattr(at, name) for name in _OF_PLACE), where.accessibility) for at, where in here)
    return Offered({at.id: lifecycle.free(at) for at, _ in here}, (*(getattr(service, name) for name in _OF_SERVICE), terms))


def opened(before: Offered, after: Offered) -> dict[str, bool]:
    """Return what ServiceChanged says of it: whether places opened, and whether who was refused before may be served now."""
    more = any(free > before.places.get(at, 0) for at, free in after.places.items())
    return {"places_opened": more, "terms_changed": bool(after.places) and after.terms != before.terms}
