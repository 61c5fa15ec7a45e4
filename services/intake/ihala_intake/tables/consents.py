"""Consents with their chained revisions, and the disclosures they allow."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, LargeBinary, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, ids, sealed, texts

_AWAITED = "acknowledge_by IS NOT NULL AND acknowledged_at IS NULL AND silent_since IS NULL"
_SILENT = "silent_since IS NOT NULL AND acknowledged_at IS NULL"


class Consent(Table, table=True):
    """What a person allows now: the newest revision. Its row is the lock that withdrawal and acceptance both take."""

    id: UUID = an_id(key=True)
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    key_id: UUID = an_id("data_key")
    person_id: UUID = an_id("person")
    case_id: UUID = an_id("case_file")
    sensitivity: str = a_code()
    revision: int = a_number()
    state: str = a_code()  # given (on `basis`) | refused | withdrawn | awaited (a minor's: somebody has to decide)
    basis: str = a_code()  # consent | best_interests | vital_interest
    purpose: str = a_code()
    recipients: list[UUID] = ids()  # organisations; empty: any provider, but for a restricted case nobody yet
    objections: list[UUID] = ids()  # organisations that get nothing
    categories: list[str] = texts()
    until: datetime = an_instant()
    changed_at: datetime = an_instant()

    __table_args__ = (
        Index("consent_person", "person_id"),
        Index("consent_awaited", "operator_id", "id", postgresql_where=text("state = 'awaited'")),
        Index("consent_other_basis", "operator_id", "id", postgresql_where=text("basis <> 'consent'")),
    )


class ConsentRevision(Table, table=True):
    """One thing the person said about a consent. Rows are only ever added, each chained to the one before (see `ledger.py`)."""

    __tablename__ = "consent_revision"

    consent_id: UUID = an_id("consent", key=True)
    revision: int = a_number(key=True)
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    sensitivity: str = a_code()
    act: str = a_code()  # given | refused | awaited | changed | withdrawn | decided
    need_id: UUID | None = an_id("need", null=True)  # withdrawn for this need alone
    referral_id: UUID | None = an_id(null=True)  # withdrawn for this referral alone
    given: bool = column(Boolean())
    basis: str = a_code()  # consent; other lawful bases are revisions of their own
    recipients: list[UUID] = ids()
    objections: list[UUID] = ids()
    categories: list[str] = texts()
    until: datetime = an_instant()
    details: bytes = sealed()  # language, how it was said, by whom and to whom, interpreter
    client_id: str = a_code()
    organization_id: UUID = an_id()
    acting_officer: str | None = a_code(null=True)
    at: datetime = an_instant()
    previous: bytes = column(LargeBinary())  # hash of the revision before; 32 zero bytes at the first
    hash: bytes = column(LargeBinary())


class ConsentDecision(Table, table=True):
    """A decision to pass something on without a consent. It holds when a second person has confirmed it."""

    __tablename__ = "consent_decision"

    id: UUID = an_id(key=True)
    consent_id: UUID = an_id("consent")
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    basis: str = a_code()  # best_interests | vital_interest
    state: str = a_code()  # proposed | confirmed | rejected
    recipients: list[UUID] = ids()
    categories: list[str] = texts()
    until: datetime = an_instant()
    details: bytes = sealed()  # the reason, and who says so
    proposed_client: str = a_code()
    proposed_officer: str | None = a_code(null=True)
    proposed_at: datetime = an_instant()
    decided_client: str | None = a_code(null=True)
    decided_officer: str | None = a_code(null=True)
    decided_at: datetime | None = an_instant(null=True)
    revision: int | None = column(Integer(), null=True)

    __table_args__ = (
        Index("consent_decision_consent", "consent_id", "id"),
        Index("consent_decision_proposed", "consent_id", unique=True, postgresql_where=text("state = 'proposed'")),
    )


class Disclosure(Table, table=True):
    """Who may read what of a person for one referral, of which it is the one. Closed, it opens again only by a consent that is renewed."""

    id: UUID = an_id(key=True)
    referral_id: UUID = an_id()
    organization_id: UUID = an_id()  # the receiver
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    need_id: UUID = an_id("need")
    person_id: UUID = an_id("person")
    household_id: UUID | None = an_id("household", null=True)
    consent_id: UUID = an_id("consent")
    revision: int = a_number()  # of the consent; follows it while open
    categories: list[str] = texts()
    sensitivity: str = a_code()
    state: str = a_code()  # open | closed
    opened_at: datetime = an_instant()
    ends_at: datetime | None = an_instant(null=True)  # set when the referral ended after first contact
    closed_at: datetime | None = an_instant(null=True)
    reason: str | None = a_code(null=True)
    acknowledge_by: datetime | None = an_instant(null=True)  # until when the receiver says that it deleted; null: not asked
    acknowledged_at: datetime | None = an_instant(null=True)
    acknowledgement: str | None = a_code(null=True)  # deleted | kept
    legal_basis: str | None = a_code(null=True)  # on which it keeps something
    silent_since: datetime | None = an_instant(null=True)  # it did not answer in time, and the data-protection officer was told

    __table_args__ = (
        Index("disclosure_awaited", "acknowledge_by", "id", postgresql_where=text(_AWAITED)),
        Index("disclosure_silent", "operator_id", "silent_since", "id", postgresql_where=text(_SILENT)),
        Index("disclosure_person", "person_id", "id"),
        Index("disclosure_referral", "referral_id", unique=True),
        Index("disclosure_need", "need_id"),
        Index("disclosure_consent", "consent_id", "id"),
        Index("disclosure_open_consent", "consent_id", postgresql_where=text("state = 'open'")),
        Index("disclosure_open_person", "person_id", "organization_id", postgresql_where=text("state = 'open'")),
        Index("disclosure_open_household", "household_id", "organization_id", postgresql_where=text("state = 'open'")),
        Index("disclosure_open_organization", "organization_id", "id", postgresql_where=text("state = 'open'")),
    )


class Disclosed(Table, table=True):
    """What a receiver really read under one revision of the consent: names of fields, never what stood in them."""

    disclosure_id: UUID = an_id("disclosure", key=True)
    revision: int = a_number(key=True)
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    organization_id: UUID = an_id()  # the receiver
    sensitivity: str = a_code()
    fields: list[str] = texts()
    reads: int = a_number()
    first_read_at: datetime = an_instant()
    last_read_at: datetime = an_instant()
