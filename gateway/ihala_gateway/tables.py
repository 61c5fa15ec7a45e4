"""The gateway's own tables, and what each column means. Times are real time: nothing here follows the domain clock."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Base of the gateway's tables: a registry of its own, so that no other project's tables are in its metadata."""


def _texts() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


def _at(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=nullable))


class Client(Table, table=True):
    """An OAuth client: one system of one organisation. Nothing personal."""

    client_id: str = Field(primary_key=True)
    organization_id: UUID  # never changes
    organization_name: str
    organization_kind: str
    operator_id: UUID | None  # set for clients of an operator and its offices
    governorates: list[str] = _texts()  # P-codes
    roles: list[str] = _texts()
    scopes: list[str] = _texts()  # the most a token can hold
    cleared: bool  # may see restricted cases
    kind: str  # sandbox | live
    trained_on: date | None  # training and code of confidentiality recorded; without it a token never holds intake:request
    jwks: dict[str, Any] | None = Field(sa_column=Column(JSONB(none_as_null=True)))  # public keys, for private_key_jwt
    secret_hash: str | None  # see secret_hash.py; sandbox only
    status: str  # active | suspended
    version: int  # grows with each change; tokens given to an older version are refused
    changed_at: datetime = _at()


class SigningKey(Table, table=True):
    """A key pair of the gateway. Signs from `signs_from` until a newer one does; published until `published_until`."""

    __tablename__ = "signing_key"

    key_id: str = Field(primary_key=True)
    purpose: str  # access | internal
    sealed_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # private key, DER, under the master key
    signs_from: datetime = _at()
    published_until: datetime | None = _at(nullable=True)  # None until it is rotated


class SpentAssertion(Table, table=True):
    """A client assertion that was shown once and is worth nothing any more."""

    __tablename__ = "spent_assertion"

    client_id: str = Field(primary_key=True)
    jti_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))  # SHA-256: a jti may be of any length
    expires_at: datetime = _at()


class AccessLogRow(Table, table=True):
    """One request that the gateway answered. Route templates only: a path or a query could hold something personal."""

    __tablename__ = "access_log"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = _at()
    request_id: str
    client_id: str | None
    organization_id: UUID | None
    method: str
    route: str | None  # None: no route of ours
    status: int  # 0: the caller went away before an answer began
    milliseconds: float
