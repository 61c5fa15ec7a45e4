"""Subscriptions and their webhooks, and what each column means. Nothing here is about a person; `url` and `secret` are never logged."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from ihala_notify.tables import Table, column

_AT = DateTime(timezone=True)


class Subscription(Table, table=True):
    """An organisation's wish to follow events. A filter that is None leaves nothing out; what they mean: filters.py."""

    __tablename__ = "subscription"

    id: UUID = column(Uuid, key=True)
    organization_id: UUID = column(Uuid)
    client_id: str = column(Text)  # who asked for it; of a webhook who last set its address or let it go on: for whom it is sent
    kind: str = column(Text)  # feed | webhook | kafka
    types: list[str] | None = column(ARRAY(Text), nullable=True)
    governorates: list[str] | None = column(ARRAY(Text), nullable=True)  # P-codes
    services: list[UUID] | None = column(ARRAY(Uuid), nullable=True)  # its own
    roles: list[str] | None = column(ARRAY(Text), nullable=True)  # origin | provider | operator: its own part in what happens
    state: str = column(Text)  # active | degraded | paused | disabled
    reason: str | None = column(Text, nullable=True)  # code: why it is not active
    changed_at: datetime = column(_AT)  # since when it is in this state
    version: int = column(Integer)  # ETag: what its owner changes
    created_at: datetime = column(_AT)
    ended_at: datetime | None = column(_AT, nullable=True)  # real time: taken away by its owner, nobody sees it any more


class Webhook(Table, table=True):
    """Where and how a subscription of the kind `webhook` is delivered."""

    __tablename__ = "webhook"

    subscription_id: UUID = column(Uuid, ForeignKey("subscription.id"), key=True)
    organization_id: UUID = column(Uuid)
    url: str = column(Text)
    ordered: bool = column(Boolean)  # events of one subject one after another
    cursor: int = column(BigInteger)  # position in the feed up to which everything is settled or waits as a row to be tried again
    lease_owner: str | None = column(Text, nullable=True)  # the process that delivers
    lease_until: datetime | None = column(_AT, nullable=True)  # real time
    failing_since: datetime | None = column(_AT, nullable=True)  # real time; None: the last delivery came through
    failures: int = column(Integer)  # in a row
    rests_until: datetime | None = column(_AT, nullable=True)  # real time, as its receiver asked (Retry-After)
    ahead: list[int] = column(ARRAY(BigInteger))  # positions after the cursor that are settled
    replay_cursor: int | None = column(BigInteger, nullable=True)  # how far what was asked for again is sent
    replay_until: int | None = column(BigInteger, nullable=True)  # the position at which that ends; both NULL: nothing was


class WebhookKey(Table, table=True):
    """A key that signs deliveries. Several are good at a time while one replaces another."""

    __tablename__ = "webhook_key"

    id: UUID = column(Uuid, key=True)
    subscription_id: UUID = column(Uuid, ForeignKey("webhook.subscription_id"))
    organization_id: UUID = column(Uuid)
    kid: str = column(Text)  # its name within the subscription
    kind: str = column(Text)  # hmac | ed25519
    secret: bytes = column(LargeBinary)  # sealed directly under the master key, about `webhook_key/<id>`
    public: str | None = column(Text, nullable=True)  # of ed25519, as receivers know it
    created_at: datetime = column(_AT)
    valid_until: datetime | None = column(_AT, nullable=True)  # real time; None: until it is replaced
