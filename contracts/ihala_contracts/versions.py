"""Two versions of one event beside each other: whoever emits the new one emits the older with it, until nobody reads that any more.

An older version is made from the newer one by a pure function, which stands here and nowhere else; it must fill every field that the
older version had, so a change that cannot be told in the old words needs another event, not another version.
"""

from collections.abc import Callable
from typing import Any

from ihala_contracts.envelope import Event

Downcast = Callable[[Any], Event]

OLDER: dict[type[Event], Downcast] = {}
"""By the newer model: how its older form is made. Empty while every event is in its first version."""


def with_older(event: Event) -> list[Event]:
    """Return the event after its older forms, oldest first: who reads two versions applies the older one, then its equal."""
    downcast = OLDER.get(type(event))
    return [event] if downcast is None else [*with_older(downcast(event)), event]
