"""The gateway's own tables, and what each column means. Times are real time: nothing here follows the domain clock.

Nothing is personal: clients are systems, not people.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Base of the gateway's tables: a registry of its own, so that no other project's tables are in its metadata."""


def column(kind: Any, *more: Any, key: bool = False, nullable: bool = False) -> Any:
    """Return one column, which holds nothing personal."""
    return Field(default=None, sa_column=Column(kind, *more, primary_key=key, nullable=nullable, info={"personal": False}))


_AT = DateTime(timezone=True)


class Client(Table, table=True):
    """An OAuth client: one system of one organisation."""

    client_id: str = column(Text, key=True)
    organization_id: UUID = column(Uuid)  # never changes
    organization_name: str = column(Text)
    organization_kind: str = column(Text)
    # the operator itself, or the one that admitted the organisation; never alone a right to the operator's rows
    operator_id: UUID | None = column(Uuid, nullable=True)
    governorates: list[str] = column(ARRAY(Text))  # P-codes
    roles: list[str] = column(ARRAY(Text))
    scopes: list[str] = column(ARRAY(Text))  # the most a token can hold
    cleared: bool = column(Boolean)  # may see restricted cases
    kind: str = column(Text)  # sandbox | live
    name: str = column(Text)  # what its organisation calls the system
    trained_on: date | None = column(Date, nullable=True)
    code_signed_on: date | None = column(Date, nullable=True)  # the code of confidentiality; without both no scope for referrals
    jwks: dict[str, Any] | None = column(JSONB(none_as_null=True), nullable=True)  # public keys, for private_key_jwt
    jwks_uri: str | None = column(Text, nullable=True)  # where they are read from; `jwks` is then what was read last
    jwks_read_at: datetime | None = column(_AT, nullable=True)
    secret_hash: str | None = column(Text, nullable=True)  # see secret_hash.py; sandbox only
    auth_method: str = column(Text)  # private_key_jwt | client_secret | tls_client_auth | self_signed_tls_client_auth (its x5c in jwks)
    tls_subject_dn: str | None = column(Text, nullable=True)  # tls_client_auth: the certificate's subject, as RFC 4514 writes it
    tls_san_dns: str | None = column(Text, nullable=True)  # or a DNS name that the certificate holds
    redirect_uris: list[str] = column(ARRAY(Text))  # where people come back to, to the letter; none: no people
    first_party: bool = column(Boolean)  # the operator's own: asks nobody for consent, and signs in people of all its organisations
    status: str = column(Text)  # pending | active | suspended | revoked
    approved_at: datetime | None = column(_AT, nullable=True)  # None: never yet
    suspended_by: list[str] = column(ARRAY(Text))  # who holds it suspended: operator, organization, directory; active again when none does
    version: int = column(Integer)  # grows with each change; tokens given to an older version are refused
    changed_at: datetime = column(_AT)


class SigningKey(Table, table=True):
    """A key pair of the gateway. Signs from `signs_from` until a newer one does; published until `published_until`."""

    __tablename__ = "signing_key"

    key_id: str = column(Text, key=True)
    purpose: str = column(Text)  # access | internal
    sealed_key: bytes = column(LargeBinary)  # private key, DER, under the master key
    signs_from: datetime = column(_AT)
    published_until: datetime | None = column(_AT, nullable=True)  # None until it is rotated


class SpentAssertion(Table, table=True):
    """A client assertion that was shown once and is worth nothing any more."""

    __tablename__ = "spent_assertion"

    client_id: str = column(Text, key=True)
    jti_hash: bytes = column(LargeBinary, key=True)  # SHA-256: a jti may be of any length
    expires_at: datetime = column(_AT)
