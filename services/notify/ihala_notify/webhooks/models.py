"""Bodies of webhooks, their keys and deliveries."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ihala_kit.bodies import Sent
from ihala_kit.instants import Instant
from pydantic import BaseModel, ConfigDict, Field

from ihala_notify.webhooks.addresses import LONGEST_URL

KeyKind = Literal["hmac", "ed25519"]
DeliveryState = Literal["waiting", "delivered", "failed"]
Url = Annotated[
    str | None,
    Field(default=None, max_length=LONGEST_URL, description="Of a webhook: a public https address. No redirect is followed."),
]
Ordered = Annotated[
    bool | None,
    Field(default=None, description="Of a webhook: events of one subject one after another. Else they come as fast as they are taken."),
]


class Key(BaseModel):
    """A key that signs a webhook's requests (Standard Webhooks). Several are good while one replaces another."""

    kid: str
    kind: KeyKind
    public: str | None = Field(description="Of ed25519: `whpk_…`, with which `v1a` signatures are checked.")
    created_at: datetime
    valid_until: datetime | None = Field(description="Until when it still signs beside its successor; absent of the newest.")


class NewKey(Key):
    """A new key. Of hmac, `secret` is told only here."""

    secret: str | None = Field(description="Of hmac: `whsec_…`, with which `v1` signatures are checked. Keep it like a password.")


class WebhookDetails(BaseModel):
    """Where and how a webhook is delivered, and how its receiver fares."""

    url: str
    ordered: bool
    failures: int = Field(description="In a row. After five only the oldest delivery is tried, until one comes through.")
    failing_since: datetime | None


class WebhookChange(Sent):
    """What is to be different; what is not named stays."""

    url: Url
    ordered: Ordered


class Rotation(Sent):
    """A new key for a webhook."""

    kind: KeyKind | None = Field(default=None, description="Without it, of the kind that the newest key has.")
    overlap_hours: int = Field(default=24, ge=0, le=168, description="How long the older keys sign beside it.")


class ReplayRequest(Sent):
    """From when on events are to be sent again."""

    since: Instant = Field(description="Events that came into your feed at this instant or later; at most 30 days are kept.")


class Replay(BaseModel):
    """What is sent again, behind what is new: under the same ids, marked `ihalareplay`."""

    events: int = Field(description="How many events of your feed are looked through; the subscription's filters hold.")


class Delivery(BaseModel):
    """One event brought, or to be brought, to a webhook's address. Kept 30 days."""

    id: UUID
    subscription_id: UUID
    event_id: UUID = Field(description="The event's id, and `webhook-id` of each request.")
    type: str
    subject: str
    sequence: int | None = Field(validation_alias="position", description="The event's place in your feed; absent of a test.")
    replay: bool = Field(validation_alias="asked", description="It was asked for: a replay, a redelivery or a test.")
    state: DeliveryState
    attempts: int
    status: int | None = Field(description="HTTP status of the last request.")
    reason: str | None = Field(
        description="Code: why the last request failed: `timeout`, `unreachable`, `name_unknown`, `certificate_refused`, `tls_failed`, "
        "`connection_lost`, `address_refused`, `redirected`, `answer_malformed`, `status_503` …; "
        "`too_old` when the event is no longer kept; `not_wanted` when the subscription's filters leave it out by now; "
        "of a test `client_may_not_read` when nothing is sent for its client."
    )
    begun_at: datetime
    next_at: datetime | None = Field(description="When it is tried again.")
    settled_at: datetime | None

    model_config = ConfigDict(populate_by_name=True)


class Attempt(BaseModel):
    """One request of a delivery."""

    number: int
    at: datetime
    status: int | None
    reason: str | None
    took_ms: int
    head: str | None = Field(description="The beginning of the answer: at most 200 signs, long numbers and addresses masked.")


class DeliveryDetails(Delivery):
    """A delivery with its last hundred requests, newest first."""

    tries: list[Attempt]
