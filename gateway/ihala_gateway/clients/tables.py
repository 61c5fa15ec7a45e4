"""What organisations ask for their clients, how their keys are used, and the organisations as the directory tells of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from ihala_gateway.tables import Table, column

_AT = DateTime(timezone=True)


class ClientRequest(Table, table=True):
    """An organisation asks for what only the operator gives: a new client, other scopes, other addresses."""

    __tablename__ = "client_request"

    id: UUID = column(Uuid, key=True)
    client_id: str = column(Text)
    organization_id: UUID = column(Uuid)
    operator_id: UUID = column(Uuid)  # the organisation that decides
    scopes: list[str] = column(ARRAY(Text))
    redirect_uris: list[str] = column(ARRAY(Text))
    jwks_uri: str | None = column(Text, nullable=True)
    state: str = column(Text)  # open | approved | returned
    words: str | None = column(Text, nullable=True)  # of the operator, when it returns it
    asked_client: str = column(Text)
    asked_officer: str | None = column(Text, nullable=True)  # opaque
    asked_at: datetime = column(_AT)
    decided_client: str | None = column(Text, nullable=True)
    decided_officer: str | None = column(Text, nullable=True)
    decided_at: datetime | None = column(_AT, nullable=True)


class ClientKey(Table, table=True):
    """What is known of a client's key beside the key itself, which stands in `client.jwks`."""

    __tablename__ = "client_key"

    client_id: str = column(Text, key=True)
    kid: str = column(Text, key=True)
    added_at: datetime = column(_AT)
    ends_at: datetime | None = column(_AT, nullable=True)  # a newer one takes its place from then on
    used_at: datetime | None = column(_AT, nullable=True)  # to the minute or so: written by batch


class SuspendedOrganization(Table, table=True):
    """An organisation that the directory suspended, known or not: nobody comes to it until it is reinstated."""

    __tablename__ = "suspended_organization"

    organization_id: UUID = column(Uuid, key=True)
    suspended_at: datetime = column(_AT)


class KnownOrganization(Table, table=True):
    """An organisation as the directory told of it last."""

    __tablename__ = "known_organization"

    organization_id: UUID = column(Uuid, key=True)
    name: str = column(Text)
    kind: str = column(Text)
    operator_id: UUID | None = column(Uuid, nullable=True)  # the operator that admitted it
    cleared: bool = column(Boolean)
