"""Events of the gateway: who may call. Keyed by the client's organisation."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ihala_contracts.envelope import Event

TOPIC = "ihala.gateway.v1"


class _ClientEvent(Event):
    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"

    organization_id: UUID
    client_id: str


class ClientRegistered(_ClientEvent):
    """An organisation asks that a client may call: a new one, or one that wants other scopes or addresses. Waits for its operator."""

    type: Literal["org.ihala.gateway.client-registered"] = "org.ihala.gateway.client-registered"
    version: Literal[1] = 1
    operator_id: UUID  # the organisation that decides
    kind: Literal["sandbox", "live"]
    scopes: list[str]
    asked_at: datetime


class ClientApproved(_ClientEvent):
    """A client may ask for tokens, with these scopes. Sent again when they change."""

    type: Literal["org.ihala.gateway.client-approved"] = "org.ihala.gateway.client-approved"
    version: Literal[1] = 1
    organization_kind: str
    kind: Literal["sandbox", "live"]
    scopes: list[str]
    approved_at: datetime


class ClientSuspended(_ClientEvent):
    """A client gets no tokens any more, and those it has are refused."""

    type: Literal["org.ihala.gateway.client-suspended"] = "org.ihala.gateway.client-suspended"
    version: Literal[1] = 1
    suspended_at: datetime


class TokenRevoked(_ClientEvent):
    """One access token is refused from now on."""

    type: Literal["org.ihala.gateway.token-revoked"] = "org.ihala.gateway.token-revoked"
    version: Literal[1] = 1
    jti: str
    expires_at: datetime
    revoked_at: datetime


class AccountSuspended(Event):
    """A person gets no tokens any more, and those given for her are refused. Whoever may come back signs in anew."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.gateway.account-suspended"] = "org.ihala.gateway.account-suspended"
    version: Literal[1] = 1
    organization_id: UUID
    account_id: UUID  # opaque: who it is stands in the gateway alone
    suspended_at: datetime


class EmergencyAccountUsed(Event):
    """The sealed account for emergencies was opened, somebody signed in with it, or it was closed. Whoever did not expect that asks."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.gateway.emergency-account-used"] = "org.ihala.gateway.emergency-account-used"
    version: Literal[1] = 1
    organization_id: UUID
    account_id: UUID
    what: Literal["opened", "signed-in", "closed"]
    at: datetime


EVENTS: tuple[type[Event], ...] = (ClientRegistered, ClientApproved, ClientSuspended, TokenRevoked, AccountSuspended, EmergencyAccountUsed)
