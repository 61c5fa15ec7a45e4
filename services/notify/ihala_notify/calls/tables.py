"""Call tasks, and what each column means. Nothing here is about a person but a need's id; `taken_by` is an officer's opaque id."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, DateTime, ForeignKey, Integer, SmallInteger, Text, Uuid

from ihala_notify.tables import Table, column

_AT = DateTime(timezone=True)


class CallTask(Table, table=True):
    """One call to make about one need, or one slip to hand over. While it is open, all that is to be said of that need is said in it."""

    __tablename__ = "call_task"

    id: UUID = column(Uuid, key=True)
    need_id: UUID = column(Uuid)
    operator_id: UUID = column(Uuid)  # who owns the need, also after a hand-over
    restricted: bool = column(Boolean)  # only the cleared see it
    reason: str = column(Text)  # why somebody calls, see rules.Why; of what failed first, but wishes_a_slip as what failed last has it
    rank: int = column(SmallInteger)  # of the need's urgency: 0 emergency, 1 urgent, 2 routine
    state: str = column(Text)  # open | taken | done | given_up | dropped
    result: str | None = column(Text, nullable=True)  # of the last call; or why none is made any more
    tries: int = column(SmallInteger)  # calls that reached nobody
    due_at: datetime | None = column(_AT, nullable=True)  # open, taken: when somebody should have called, or the person have come
    taken_by: str | None = column(Text, nullable=True)  # opaque, as the officer's client names her
    taken_at: datetime | None = column(_AT, nullable=True)
    version: int = column(Integer)  # ETag; also grows when there is more to say
    opened_at: datetime = column(_AT)
    ended_at: datetime | None = column(_AT, nullable=True)


class CallItem(Table, table=True):
    """One message that did not arrive, to be said in a call."""

    __tablename__ = "call_item"

    message_id: UUID = column(Uuid, key=True)
    call_id: UUID = column(Uuid, ForeignKey("call_task.id"))
    overtaken: bool = column(Boolean)  # withdrawn or closed since: it is said no more
