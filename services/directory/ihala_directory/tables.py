"""Directory's tables. Nothing in them is about a person in need: they hold ids of needs, and organisations' public entries.

`hidden` stands on every row of an organisation whose page is not public (a safe space, a shelter) and on every restricted service: row
policies show such rows to the cleared and to the organisation itself. It is copied down, so that no policy needs a join.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Base of directory's tables, with a registry of its own; tables do not validate."""


def column(*, personal: bool = False, **more: Any) -> Any:
    """Return a column that says whether what it holds is about a person."""
    return Field(sa_column_kwargs={"info": {"personal": personal}}, **more)


def texts() -> Any:
    """A public text by language tag: ar, ckb, en."""
    return column(sa_type=JSONB, default_factory=dict)


def codes() -> Any:
    """A list of codes."""
    return column(sa_type=ARRAY(Text), default_factory=list)


def parts() -> Any:
    """A list of parts of an entry, each as in models/parts.py."""
    return column(sa_type=JSONB, default_factory=list)


def instant(**more: Any) -> Any:
    """An aware time."""
    return column(sa_type=DateTime(timezone=True), **more)


class Organization(Table, table=True):
    __tablename__ = "organization"

    id: UUID = column(primary_key=True)
    operator_id: UUID = column()  # the operator that admitted it
    kind: str = column()  # operator, rgc, wlco, hlp, lmrc, cpf, state, cso, nngo, ingo, io, private, border
    names: dict[str, str] = texts()
    phone: str | None = column(default=None)  # the public one
    cleared: bool = column(default=False)  # may serve restricted needs
    hidden: bool = column(default=False)
    agreement_version: str | None = column(default=None)
    agreement_until: date | None = column(default=None)  # the last day of the data-sharing agreement; none: no offers
    reporting_duty: dict[str, str] = texts()  # what it must report by law, said before a story is told
    description: dict[str, str] = texts()
    email: str | None = column(default=None)
    website: str | None = column(default=None)
    phones: list[dict[str, Any]] = parts()
    contacts: list[dict[str, Any]] = parts()
    registration: str | None = column(default=None)  # its number in the register of companies or of associations
    trusted: bool = column(default=False)  # its own edits take effect at once
    status: str = column(default="active")  # active, suspended, left
    suspended_for: str | None = column(default=None)  # a code
    suspended_at: datetime | None = instant(default=None)
    left_for: str | None = column(default=None)  # a code
    left_at: datetime | None = instant(default=None)
    joined_at: datetime = instant()
    changed_at: datetime = instant()
    version: int = column(default=1)


class Service(Table, table=True):
    __tablename__ = "service"

    id: UUID = column(primary_key=True)
    organization_id: UUID = column()
    operator_id: UUID = column()
    names: dict[str, str] = texts()
    need_codes: list[str] = codes()
    restricted: bool = column(default=False)  # follows from a need code, or was said
    hidden: bool = column(default=False)
    entry_condition: str = column(default="none")  # none, court_order, police_report, family_consent
    rules: dict[str, Any] = column(sa_type=JSONB, default_factory=dict)  # age_min, age_max (years), sex, statuses, languages
    allows_waitlist: bool = column(default=False)
    languages: list[str] = codes()  # spoken there
    opening_hours: dict[str, str] = texts()
    documents_to_bring: dict[str, str] = texts()
    description: dict[str, str] = texts()
    url: str | None = column(default=None)
    email: str | None = column(default=None)
    phones: list[dict[str, Any]] = parts()
    contacts: list[dict[str, Any]] = parts()
    costs: list[dict[str, Any]] = parts()
    schedules: list[dict[str, Any]] = parts()
    closures: list[dict[str, Any]] = parts()
    application_process: dict[str, str] = texts()
    wait_days: int | None = column(default=None)  # from acceptance to the first appointment, by the provider's word
    decision_target_hours: int | None = column(default=None)
    woman_counsellor: bool = column(default=False)
    status: str = column(default="active")  # active, paused, closed
    opened_at: datetime | None = instant(default=None)  # when it was made active again, if it was ever paused or closed
    changed_at: datetime = instant()
    version: int = column(default=1)


class Location(Table, table=True):
    __tablename__ = "location"

    id: UUID = column(primary_key=True)
    organization_id: UUID = column()
    operator_id: UUID = column()
    place: str = column()  # P-code
    latitude: float | None = column(default=None)  # WGS 84; never there for a hidden location
    longitude: float | None = column(default=None)
    names: dict[str, str] = texts()
    address: dict[str, str] = texts()
    accessibility: list[str] = codes()
    sub_district: str | None = column(default=None)  # P-code
    transportation: dict[str, str] = texts()
    phones: list[dict[str, Any]] = parts()
    hidden: bool = column(default=False)
    changed_at: datetime = instant()


class ServiceAtLocation(Table, table=True):
    __tablename__ = "service_at_location"

    id: UUID = column(primary_key=True)
    service_id: UUID = column()
    location_id: UUID = column()
    organization_id: UUID = column()
    operator_id: UUID = column()
    areas: list[str] = codes()  # P-codes of the areas it serves
    hidden: bool = column(default=False)
    description: dict[str, str] = texts()
    phones: list[dict[str, Any]] = parts()
    contacts: list[dict[str, Any]] = parts()
    schedules: list[dict[str, Any]] = parts()  # none: the service's
    closures: list[dict[str, Any]] = parts()  # beside the service's
    unit: str = column(default="place")
    status: str = column(default="open")  # open, closed
    opened_at: datetime | None = instant(default=None)  # when it was opened again, if it was ever closed
    capacity_kind: str = column()  # stock: used up at acceptance; slot: returned at the end
    figure: int = column()  # places that the provider said were free at figure_at
    figure_at: datetime = instant()
    figure_told_at: datetime | None = instant(default=None)  # the figure_at of which its provider was told that it is old
    confirmed: bool = column(default=True)  # false since a receiver declined for want of places: none are free until it confirms
    held: int = column(default=0)  # places held by open reservations, now
    used: int = column(default=0)  # places taken since figure_at, less those returned since; may be below zero
    answers: float = column(default=0.0)  # offers that were decided or ran out, faded to answers_at; see record.py
    answers_in_time: float = column(default=0.0)  # of them decided in time
    answers_at: datetime | None = instant(default=None)
    waiting: int = column(default=0)  # referrals on its waiting list, now
    waited_days: float | None = column(default=None)  # how long those that came off the list by acceptance waited, the last ones most
    changed_at: datetime = instant()
    version: int = column(default=1)  # of what people changed; reservations do not raise it


class Reach(Table, table=True):
    """Which need is served where: what matching looks up. Written with the service; the rest of a row is filled in, and kept right, by the
    database itself (migration 0005), so that matching finds the nearest of thousands without a join."""

    __tablename__ = "service_reach"

    need_code: str = column(primary_key=True)
    area_code: str = column(primary_key=True)
    service_at_location_id: UUID = column(primary_key=True)
    latitude: float | None = column(default=None)
    longitude: float | None = column(default=None)
    hidden: bool = column(default=True)
    restricted: bool = column(default=True)


class Reservation(Table, table=True):
    """One place at a service at a location, from when it is held to when it is given back or used up."""

    __tablename__ = "reservation"

    id: UUID = column(primary_key=True)
    need_id: UUID = column()
    operator_id: UUID = column()
    organization_id: UUID = column()  # whose place it is
    service_id: UUID = column()
    service_at_location_id: UUID = column()
    restricted: bool = column(default=False)
    state: str = column()  # see lifecycle.py
    placement_id: UUID | None = column(default=None)
    attempt: int | None = column(default=None)
    referral_id: UUID | None = column(default=None)
    reserved_by: UUID | None = column(default=None)  # the office whose officer reserved it; none: the chain did
    reserved_at: datetime = instant()
    expires_at: datetime | None = instant(default=None)  # only while it is an officer's own
    taken_at: datetime | None = instant(default=None)
    started_at: datetime | None = instant(default=None)
    ended_at: datetime | None = instant(default=None)
    end_reason: str | None = column(default=None)
    decide_by: datetime | None = instant(default=None)  # when its referral must be decided
    asked_at: datetime | None = instant(default=None)  # the receiver asked, and its time to decide rests
    decided_at: datetime | None = instant(default=None)  # counted in the record of the place
    waiting_since: datetime | None = instant(default=None)  # its referral is on the waiting list
    version: int = column(default=1)


class PlacementAnswer(Table, table=True):
    """The one answer to an attempt, with the explanation it was given for."""

    __tablename__ = "placement_answer"

    placement_id: UUID = column(primary_key=True)
    attempt: int = column(primary_key=True)
    need_id: UUID = column()
    operator_id: UUID = column()
    restricted: bool = column(default=False)
    outcome: str = column()  # reserved, none, cancelled
    reservation_id: UUID | None = column(default=None)
    candidates: int = column(default=0)
    explanation: list[dict[str, Any]] = column(sa_type=JSONB, default_factory=list)  # the best candidates, see matching/kept.py
    urgency: str | None = column(default=None)
    ruleset: int | None = column(default=None)  # the number of the rules it was given by
    answered_at: datetime = instant()


class Overtaken(Table, table=True):
    """An event that came when what it was about had already ended: nothing was done, and nothing had to be."""

    __tablename__ = "overtaken"

    event_id: UUID = column(primary_key=True)
    type: str = column()
    need_id: UUID = column()
    at: datetime = instant()
