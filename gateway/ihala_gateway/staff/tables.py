"""Accounts of people, what proves that somebody is one of them, and their sessions. All times are real time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, ForeignKey, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from ihala_gateway.tables import Table, column

_AT = DateTime(timezone=True)


def _of_account(*, key: bool = False, nullable: bool = False) -> UUID:
    owner: UUID = column(Uuid, ForeignKey("account.account_id", ondelete="CASCADE"), key=key, nullable=nullable)
    return owner


class Account(Table, table=True):
    """A person who signs in. The sign-in name is the one personal thing that the gateway holds: sealed, found by its keyed hash."""

    account_id: UUID = column(Uuid, key=True)  # opaque: what tokens and logs say
    name_hash: bytes = column(LargeBinary)  # see names.py; unique
    sealed_name: bytes = Field(default=None, sa_column=Column(LargeBinary, nullable=False, info={"personal": True}))
    kind: str = column(Text)  # sandbox | live | emergency
    organization_id: UUID = column(Uuid)  # never changes
    organization_name: str = column(Text)
    organization_kind: str = column(Text)
    # the operator itself, or the one that admitted the organisation; never alone a right to the operator's rows
    operator_id: UUID | None = column(Uuid, nullable=True)
    governorates: list[str] = column(ARRAY(Text))  # P-codes
    roles: list[str] = column(ARRAY(Text))  # see roles.py
    cleared: bool = column(Boolean)  # may see restricted cases
    language: str = column(Text)  # ar | ckb | en
    trained_on: date | None = column(Date, nullable=True)
    code_signed_on: date | None = column(Date, nullable=True)  # the code of confidentiality; without both no scope for referrals
    password_hash: str | None = column(Text, nullable=True)  # Argon2id; None until the invitation was taken up
    outside_hash: bytes | None = column(LargeBinary, nullable=True)  # keyed hash of an outside provider's issuer and subject
    status: str = column(Text)  # invited | active | suspended
    suspended_by: list[str] = column(ARRAY(Text))  # who holds it suspended: administrator, organization; it works again when none does
    invitation_hash: bytes | None = column(LargeBinary, nullable=True)  # SHA-256 of the link's secret, used once
    invitation_until: datetime | None = column(_AT, nullable=True)
    opened_until: datetime | None = column(_AT, nullable=True)  # emergency accounts only: sealed outside this time
    version: int = column(Integer)  # grows with each change of rights; tokens given to an older version are refused
    changed_at: datetime = column(_AT)
    created_at: datetime = column(_AT)


class StaffSession(Table, table=True):
    """Somebody is signed in at one browser."""

    __tablename__ = "staff_session"

    session_hash: bytes = column(LargeBinary, key=True)  # SHA-256 of the cookie's value, which only the browser has
    session_id: UUID = column(Uuid)  # what the list of sessions shows
    account_id: UUID = _of_account()
    methods: list[str] = column(ARRAY(Text))  # how it was proven who this is: RFC 8176
    language: str = column(Text)
    shared_desk: bool = column(Boolean)
    signed_in_at: datetime = column(_AT)
    seen_at: datetime = column(_AT)
    idle_seconds: int = column(Integer)
    ends_at: datetime = column(_AT)  # whatever happens


class Ceremony(Table, table=True):
    """A step between two pages: a password was right and the second factor is awaited, or a browser was asked to sign a challenge."""

    __tablename__ = "staff_ceremony"

    ceremony_hash: bytes = column(LargeBinary, key=True)  # SHA-256 of the cookie's value
    purpose: str = column(Text)  # see steps.py
    account_id: UUID | None = _of_account(nullable=True)
    challenge: bytes | None = column(LargeBinary, nullable=True)  # what a passkey signs, an outside provider returns; or a sealed seed
    next_path: str = column(Text)
    shared_desk: bool = column(Boolean)
    device_known: bool = column(Boolean)  # this browser signed in to this account before
    expires_at: datetime = column(_AT)


class Totp(Table, table=True):
    """The seed of an authenticator app's codes (RFC 6238). Sealed."""

    __tablename__ = "staff_totp"

    account_id: UUID = _of_account(key=True)
    sealed_seed: bytes = column(LargeBinary)
    confirmed_at: datetime = column(_AT)  # when one code was right; before that the seed is in the step
    last_step: int = column(BigInteger)  # 30 s steps since 1970; a code is worth nothing at or before it


class Passkey(Table, table=True):
    """A public key of an authenticator (WebAuthn)."""

    __tablename__ = "staff_passkey"

    credential_id: bytes = column(LargeBinary, key=True)
    passkey_id: UUID = column(Uuid)  # what the list shows
    account_id: UUID = _of_account()
    public_key: bytes = column(LargeBinary)  # COSE
    sign_count: int = column(BigInteger)
    created_at: datetime = column(_AT)
    used_at: datetime | None = column(_AT, nullable=True)


class RecoveryCode(Table, table=True):
    """One code for the day the phone is lost; deleted when it is used."""

    __tablename__ = "staff_recovery_code"

    account_id: UUID = _of_account(key=True)
    code_hash: bytes = column(LargeBinary, key=True)  # keyed


class EmergencyUse(Table, table=True):
    """An emergency account was opened, used or closed. Never deleted."""

    __tablename__ = "emergency_use"

    id: UUID = column(Uuid, key=True)
    account_id: UUID = column(Uuid, ForeignKey("account.account_id"))
    what: str = column(Text)  # opened | signed-in | closed
    reason: str | None = column(Text, nullable=True)  # why it was opened; about the operator's need, never about a person
    at: datetime = column(_AT)


class Tries(Table, table=True):
    """How often something was tried of late: a sign-in name, a device, a network address. Counted before the try, so that no race helps."""

    __tablename__ = "staff_tries"

    bucket: bytes = column(LargeBinary, key=True)  # keyed hash of what is counted: neither name nor address can be read from it
    failures: int = column(Integer)
    closed_until: datetime = column(_AT)
    changed_at: datetime = column(_AT)
