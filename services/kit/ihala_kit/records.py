"""What came from the bus: a record, and what its headers say of the event in it. Without the bus's client, which few processes need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ihala_contracts.envelope import Envelope


class Undecodable(Exception):
    """A record that is not one of our events: it has no key to order by."""


@dataclass(frozen=True, slots=True)
class Received:
    """A record and what its headers say; `envelope` is None when they do not say it rightly."""

    topic: str
    partition: int
    position: int
    headers: dict[str, str]
    value: bytes
    envelope: Envelope | None


def envelope_of(headers: Mapping[str, str]) -> Envelope:
    """Return the attributes of a received event; raises Undecodable."""
    try:
        return Envelope(
            id=UUID(headers["ce_id"]),
            source=headers["ce_source"].rsplit("/", 1)[-1],
            type=headers["ce_type"],
            version=int(headers["ce_dataschema"].rsplit(".v", 1)[-1]),
            key=UUID(headers["ce_partitionkey"]),
            sequence=int(headers["ce_sequence"]),
            epoch=int(headers["ce_epoch"]),
            time=_time(headers["ce_time"]),
            traceparent=headers.get("traceparent"),
            snapshot=headers.get("ce_snapshot") == "true",
        )
    except (KeyError, ValueError) as error:
        raise Undecodable(type(error).__name__) from None


def _time(words: str) -> datetime:
    found = datetime.fromisoformat(words)
    if found.tzinfo is None:
        raise ValueError("a time without a zone is none")
    return found
