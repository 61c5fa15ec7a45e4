"""Whose working time is which: all calendars, closures and services' own deadlines at one instant. Pure; nothing is asked for here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ihala_referral.calendar import Calendar, calendar


@dataclass(frozen=True, slots=True)
class Closed:
    """Days of a closure, and whom it concerns; `works`: days on which they do work though a list says otherwise."""

    operator_id: UUID | None
    organization_id: UUID | None
    governorate: str | None
    first_day: date
    last_day: date
    works: bool

    def concerns(self, organization_id: UUID, operator_id: UUID, governorate: str) -> bool:
        """Tell whether it holds for an organisation's work on a need there that this operator owns."""
        whose = self.organization_id == organization_id if self.organization_id else self.operator_id == operator_id
        return whose and self.governorate in {None, governorate}

    @property
    def days(self) -> frozenset[date]:
        """Return its days."""
        return frozenset(self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1))


@dataclass(frozen=True)
class Calendars:
    """What is known of everybody's time. One object serves until something changes."""

    own: Mapping[UUID, Calendar] = field(default_factory=dict)
    closures: tuple[Closed, ...] = ()
    promises: Mapping[tuple[UUID, int], Mapping[str, Any]] = field(default_factory=dict)  # by service and version, then by urgency
    newest: Mapping[UUID, int] = field(default_factory=dict)  # version of each service that has any
    _found: dict[tuple[UUID, UUID, str], Calendar] = field(default_factory=dict)

    def of(self, organization_id: UUID, operator_id: UUID, governorate: str) -> Calendar:
        """Return when an organisation works on a need there that this operator owns.

        By its own calendar, else the operator's, else Iraq's; less the closures that concern it.
        """
        asked = (organization_id, operator_id, governorate)
        if asked not in self._found:
            base = self.own.get(organization_id) or self.own.get(operator_id) or calendar()
            self._found[asked] = _less(base, [one for one in self.closures if one.concerns(*asked)])
        return self._found[asked]

    def promise(self, service_id: UUID, version: int | None, urgency: str) -> Mapping[str, Any]:
        """Return what a service promised in a version to do sooner; nothing where it has none."""
        known = self.promises.get((service_id, version)) if version is not None else None
        values: Mapping[str, Any] = (known or {}).get(urgency, {})
        return values


def _less(base: Calendar, closures: Iterable[Closed]) -> Calendar:
    """Return the calendar less the days of closures; a day that is said to be worked and to be closed is closed."""
    listed = list(closures)
    if not listed:
        return base
    works, closed = (frozenset[date]().union(*(one.days for one in listed if one.works is which)) for which in (True, False))
    return replace(base, holidays=(base.holidays - works) | closed)
