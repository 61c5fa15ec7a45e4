"""The tables of joining: applications with their checks, proposals, and versions of entries.

Nothing in them is about a person in need. `*_by` are ids of clients, `acting_officer` is the opaque word a calling system has for its
officer. `hidden` is copied down from the organisation or service, so that no row policy needs a join.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB

from ihala_directory.tables import Table, column, instant, texts


class Application(Table, table=True):
    __tablename__ = "application"

    id: UUID = column(primary_key=True)
    organization_id: UUID = column()  # the id the organisation has, or will have
    operator_id: UUID = column()  # who reviews it
    kind: str = column()
    draft: dict[str, Any] = column(sa_type=JSONB, default_factory=dict)  # as in models/joining.py, ApplicationDraft
    hidden: bool = column(default=False)
    status: str = column(default="applied")  # applied, returned, approved, refused
    words: dict[str, str] = texts()  # the operator's, when it was returned or refused
    refused_for: str | None = column(default=None)  # a code
    applied_by: str = column()
    applied_at: datetime = instant()
    reviewed_by: str | None = column(default=None)
    reviewed_at: datetime | None = instant(default=None)
    changed_at: datetime = instant()
    version: int = column(default=1)


class ApplicationCheck(Table, table=True):
    """One thing that an officer looked at, of who applied or takes part; of each code the newest counts."""

    __tablename__ = "application_check"

    id: UUID = column(primary_key=True)
    application_id: UUID | None = column(default=None)  # none: it took part already
    organization_id: UUID = column()
    operator_id: UUID = column()
    hidden: bool = column(default=False)
    code: str = column()  # see joining/demands.py
    passed: bool = column()
    note: str | None = column(default=None)
    registration: str | None = column(default=None)  # the number that was looked at: another one is another thing to look at
    checked_by: str = column()
    acting_officer: str | None = column(default=None)
    checked_at: datetime = instant()


class Proposal(Table, table=True):
    """An edit that an organisation wishes for its own entry, or a new service; `base_version` is 0 for a new one."""

    __tablename__ = "proposal"

    id: UUID = column(primary_key=True)
    organization_id: UUID = column()
    operator_id: UUID = column()
    about: str = column()  # organization, service
    entry_id: UUID = column()
    base_version: int = column()  # the entry's version that it was written for
    change: dict[str, Any] = column(sa_type=JSONB, default_factory=dict)  # the fields that change, whole
    hidden: bool = column(default=False)
    status: str = column(default="open")  # open, approved, returned, withdrawn
    words: dict[str, str] = texts()  # the operator's, when it was returned
    proposed_by: str = column()
    proposed_at: datetime = instant()
    decided_by: str | None = column(default=None)
    decided_at: datetime | None = instant(default=None)
    version: int = column(default=1)


class EntryVersion(Table, table=True):
    """An organisation or service as it was published; `hidden` when it was then, or has become so."""

    __tablename__ = "entry_version"

    entry_id: UUID = column(primary_key=True)
    version: int = column(primary_key=True)  # the entry's own
    about: str = column()  # organization, service
    organization_id: UUID = column()
    hidden: bool = column(default=False)
    entry: dict[str, Any] = column(sa_type=JSONB, default_factory=dict)
    published_by: str = column()
    published_at: datetime = instant()
