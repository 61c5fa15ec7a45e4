"""What every event has: a key that orders it, a place in that key's sequence, and CloudEvents attributes around its data."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PrivateAttr, TypeAdapter


class Envelope(BaseModel):
    """The CloudEvents 1.0 attributes of one event, as they travel in Kafka headers (`ce_…`).

    `sequence` is dense per (source, key, epoch), from 1: a reader that sees n+2 after n knows that it misses one.
    `snapshot` marks an event that repeats a state: it sets a reader's place instead of following it.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    source: str  # the service that wrote it: "intake", "referral", …
    type: str
    version: int
    key: UUID
    sequence: int
    epoch: int = 1
    time: datetime
    traceparent: str | None = None
    snapshot: bool = False


class Event(BaseModel):
    """Base of all events: ids, codes, times and deadlines, never anything personal."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[str]
    key_field: ClassVar[str] = "need_id"

    _envelope: Envelope | None = PrivateAttr(default=None)

    @property
    def key(self) -> UUID:
        """Return the id whose events stay in one partition and in order."""
        value: UUID = getattr(self, self.key_field)
        return value

    @property
    def envelope(self) -> Envelope:
        """Return what surrounds a received event; raises LookupError on one that was never sent."""
        if self._envelope is None:
            raise LookupError("this event was made here and has not been sent")
        return self._envelope

    def received(self, envelope: Envelope) -> "Event":
        """Return self with the envelope it arrived in."""
        self._envelope = envelope
        return self


def type_of(model: type[Event]) -> str:
    """Return the CloudEvents type, e.g. `org.ihala.referral.accepted`."""
    return str(model.model_fields["type"].default)


def version_of(model: type[Event]) -> int:
    """Return the version of the event's data."""
    return int(model.model_fields["version"].default)


def schema_name(model: type[Event]) -> str:
    """Return the file name of the model's JSON Schema: `referral.accepted.v1.json`."""
    return f"{type_of(model).removeprefix('org.ihala.')}.v{version_of(model)}.json"


def schema_of(model: type[Event]) -> dict[str, object]:
    """Return the JSON Schema (2020-12) of the event's data, as it is written."""
    return TypeAdapter(model).json_schema(mode="serialization")


class SealingKeyPublished(Event):
    """A service made a new public key: facts for it are sealed under the newest one. Written by every service that reads sealed facts."""

    key_field: ClassVar[str] = "key_id"

    key_id: UUID
    service: str
    public_key: dict[str, str]  # JWK (RFC 7517), EC P-256, public part alone
    published_at: datetime


class ErasureReported(Event):
    """A service destroyed its keys of all needs that a PersonErased named. Written by every service that seals things under such keys."""

    key_field: ClassVar[str] = "erasure_id"

    erasure_id: UUID
    keys_destroyed: int
    reported_at: datetime
