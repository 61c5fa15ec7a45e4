"""Requests as they came in, the cases they opened and the needs of these."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, blind, column, sealed


class Request(Table, table=True):
    """One call of an origin: a person, a consent and needs."""

    id: UUID = an_id(key=True)
    reference: str = a_code()
    key_id: UUID = an_id("data_key")  # seals its identifiers
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    origin_kind: str = a_code()
    office_id: UUID | None = an_id(null=True)  # the office the person chose
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)  # opaque, as the origin names its officer
    received_at: datetime = an_instant()
    occasion_id: UUID | None = an_id("occasion", null=True)  # where the person signed up
    heard_by: str | None = a_code(null=True)  # how they had heard that they can ask

    __table_args__ = (
        Index("request_origin", "origin_id", "id"),
        Index("request_operator", "operator_id", "id"),
        Index("request_occasion", "occasion_id", postgresql_where=text("occasion_id IS NOT NULL")),
    )


class RequestIdentifier(Table, table=True):
    """The origin's own number of a request. One origin says a number once: the second time it means the same request."""

    __tablename__ = "request_identifier"

    id: UUID = an_id(key=True)
    request_id: UUID = an_id("request")
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    system: str = a_code()  # whose number it is: a short name, for example moi.hlp
    mark: bytes = blind()  # keyed hash of system and value
    value: bytes = sealed()

    __table_args__ = (
        Index("request_identifier_once", "origin_id", "mark", unique=True),
        Index("request_identifier_mark", "mark"),
        Index("request_identifier_request", "request_id"),
    )


class CaseFile(Table, table=True):
    """One person's or household's file. A restricted need always has one of its own; its reference is its code name."""

    __tablename__ = "case_file"

    id: UUID = an_id(key=True)
    reference: str = a_code()
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    office_id: UUID | None = an_id(null=True)
    request_id: UUID = an_id("request")  # that opened it
    person_id: UUID = an_id("person")
    household_id: UUID | None = an_id("household", null=True)
    sensitivity: str = a_code()
    state: str = a_code()  # open | closed
    officer: str | None = a_code(null=True)  # who works on it, opaque, as its office names its officers
    closing_reason: str | None = a_code(null=True)  # an officer proposed to close it, and nobody has decided
    closing_by: str | None = a_code(null=True)
    opened_at: datetime = an_instant()
    closed_at: datetime | None = an_instant(null=True)
    closed_reason: str | None = a_code(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("case_file_request", "request_id"),
        Index("case_file_person", "person_id"),
        Index("case_file_opened", "opened_at", "id"),  # retention
        Index("case_file_operator", "operator_id", "state", "id"),
        Index("case_file_office", "operator_id", "office_id", "state", "id", postgresql_where=text("office_id IS NOT NULL")),
        Index("case_file_officer", "operator_id", "officer", "state", "id", postgresql_where=text("officer IS NOT NULL")),
        Index("case_file_unassigned", "operator_id", "id", postgresql_where=text("officer IS NULL AND state = 'open'")),
        Index("case_file_closing", "operator_id", "id", postgresql_where=text("closing_reason IS NOT NULL")),
    )


class Need(Table, table=True):
    """One thing a case needs. `state` is written by `commands.moves` alone."""

    id: UUID = an_id(key=True)
    reference: str = a_code()
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    origin_kind: str = a_code()
    request_id: UUID = an_id("request")
    case_id: UUID = an_id("case_file")
    person_id: UUID = an_id("person")
    consent_id: UUID = an_id("consent")
    key_id: UUID = an_id("data_key")  # seals `details`
    code: str = a_code()  # of the controlled list; `protection` when restricted: then the true one is sealed
    sensitivity: str = a_code()
    urgency: str = a_code()
    governorate: str = a_code()
    district: str | None = a_code(null=True)  # never for a restricted need
    details: bytes = sealed()  # true code and note
    preferred_reservation_id: UUID | None = an_id(null=True)
    match_settled: bool = column(Boolean())  # false while an operator looks at a possible double
    state: str = a_code()
    closed_reason: str | None = a_code(null=True)
    route: str | None = a_code(null=True)  # closed as out of competence: the kind of office that it belongs to
    requested_at: datetime = an_instant()
    announced_at: datetime | None = an_instant(null=True)  # when NeedIdentified went out; null: not yet, or no consent
    waits: bool = column(Boolean())  # may be announced, and will be as soon as referral's sealing key is known
    changed_at: datetime = an_instant()
    caused_by: UUID | None = an_id("need", null=True)  # a receiver of that need asked for this one
    messages_wanted: bool = column(Boolean())  # of a restricted need: the person wishes to be told of news
    version: int = a_number()

    __table_args__ = (
        Index("need_request", "request_id"),
        Index("need_case", "case_id"),
        Index("need_consent", "consent_id"),
        Index("need_person", "person_id"),
        Index("need_caused_by", "caused_by", postgresql_where=text("caused_by IS NOT NULL")),
        Index("need_waits", "requested_at", "id", postgresql_where=text("waits")),
        Index("need_ended", "changed_at", "id", postgresql_where=text("state IN ('verified', 'unverified', 'closed')")),  # retention
    )


class Assistance(Table, table=True):
    """Help that was given: on the spot, by the office that asked (a code and a time, no story), or later, as cash, things or a grant."""

    id: UUID = an_id(key=True)
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()  # that gave it
    request_id: UUID | None = an_id("request", null=True)  # only on the spot
    case_id: UUID = an_id("case_file")
    need_id: UUID | None = an_id("need", null=True)
    step_id: UUID | None = an_id(null=True)  # of the case's plan
    key_id: UUID = an_id("data_key")
    kind: str = a_code()  # on_the_spot | cash | in_kind | grant
    code: str = a_code()  # `protection` when restricted
    sensitivity: str = a_code()
    state: str = a_code()  # promised | partly_given | given | cancelled
    cancelled_reason: str | None = a_code(null=True)
    details: bytes = sealed()  # true code, amount, things
    given_at: datetime = an_instant()  # of promised help, when the first part is due
    version: int = a_number()

    __table_args__ = (
        Index("assistance_request", "request_id"),
        Index("assistance_case", "case_id", "id"),
    )


class Reference(Table, table=True):
    """Every short reference that was given out, so that none is given twice, and what it stands for."""

    reference: str = a_code(key=True)
    kind: str = a_code()  # request | case | need
    about: UUID = an_id()
