"""Organisations of the tests, and events of every type about one need and one referral."""

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid4

from ihala_contracts.envelope import Envelope, Event
from ihala_contracts.examples import example_of

OPERATOR = UUID("01940000-0000-7000-8000-00000000000a")
ORIGIN = UUID("01940000-0000-7000-8000-00000000000b")
RECEIVER = UUID("01940000-0000-7000-8000-00000000000c")
STRANGER = UUID("01940000-0000-7000-8000-00000000000d")
SERVICE = UUID("01940000-0000-7000-8000-00000000000e")
KINDS = ("operator", "rgc", "wlco", "hlp", "lmrc", "cpf", "state", "cso", "nngo", "ingo", "io", "private", "border", "system")

E = TypeVar("E", bound=Event)

_example = cache(example_of)  # made from a schema, which takes as long as delivering the event does


def sample(model: type[E], **more: Any) -> E:
    """Return an event of this type between our organisations; `more` sets fields. Every optional field has a value."""
    parties = {"operator_id": OPERATOR, "origin_id": ORIGIN, "organization_id": RECEIVER, "service_id": SERVICE, "restricted": False}
    known = {name: value for name, value in parties.items() if name in model.model_fields}
    return model.model_validate(deepcopy(_example(model)) | known | more)


def received(event: E, *, source: str = "referral", time: datetime | None = None, snapshot: bool = False) -> E:
    """Return the event as if it had come from Kafka."""
    envelope = Envelope(
        id=uuid4(), source=source, type=str(type(event).model_fields["type"].default), version=1, key=event.key, sequence=1,
        time=time or datetime.now(UTC), snapshot=snapshot,
    )  # fmt: skip
    event.received(envelope)
    return event
