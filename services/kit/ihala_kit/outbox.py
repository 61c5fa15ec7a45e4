"""Events out: `emit` buffers; at the end of the transaction they are numbered and written, last, in the same commit as the change.

The number is drawn after every row of the change is locked, so one key's events can never leave in another order than they
happened in (the obvious designs lose or reorder some: tests/kit/test_order_hazards.py).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from ihala_contracts.envelope import Event, type_of, version_of
from ihala_contracts.versions import with_older
from pydantic_core import to_json
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.ids import new_id
from ihala_kit.straight import at_commit
from ihala_kit.telemetry import inject

_WRITE = "SELECT write_events({})"


@dataclass(frozen=True, slots=True)
class Pending:
    """An event of this transaction that has no number yet."""

    event: Event
    traceparent: str | None
    snapshot: bool


def emit(tx: AsyncSession, event: Event, *, snapshot: bool = False) -> None:
    """Send `event`, and its older versions that are still read, if and when this transaction commits."""
    tx.info["events"] += [Pending(each, inject(), snapshot) for each in with_older(event)]


def write(tx: AsyncSession) -> int:
    """Have what was emitted numbered and written with the commit, the last that it does; return how many."""
    pending: list[Pending] = tx.info["events"]
    if not pending:
        return 0
    behind = Counter(item.event.key for item in pending)  # how many more events of the key come
    rows = []
    for item in pending:
        behind[item.event.key] -= 1
        rows.append(_row(item, behind[item.event.key]))
    at_commit(tx, _WRITE, to_json(rows).decode())
    return len(pending)


def _row(item: Pending, behind: int) -> dict[str, object]:
    """Return what write_events asks for."""
    event = item.event
    return {
        "id": new_id(), "topic": event.topic, "key": event.key, "type": type_of(type(event)), "version": version_of(type(event)),
        "behind": behind, "time": datetime.now(UTC), "traceparent": item.traceparent, "snapshot": item.snapshot,
        "data": event.model_dump_json(),
    }  # fmt: skip
