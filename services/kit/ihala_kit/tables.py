"""The kit's own tables. Every service's database has them, made by `schema.create_v1` in its first migration.

None of them holds anything personal: events carry none, and answers kept for retries are encrypted.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _at(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False)


# Events that are committed and not yet acknowledged by Kafka, in the order they must leave.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    _at("time"),
    Column("traceparent", Text),
    Column("snapshot", Boolean, nullable=False),
    Column("data", Text, nullable=False),
)

# The last number given to each key in each epoch; a restored service raises its epoch and counts from 1 again.
stream = Table(
    "stream",
    metadata,
    Column("key", Uuid, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("n", BigInteger, nullable=False),
)
stream_epoch = Table("stream_epoch", metadata, Column("epoch", Integer, primary_key=True))

# Every event that was applied, so that a second delivery stops here; in parts, one for each day in the events' ids (days.py).
inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
)

# How far each key of each source was applied: lower is skipped, the next is applied, a gap holds the key.
fence = Table(
    "fence",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("key", Uuid, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

# From where a restored service must read again: what lies before this place of a partition is applied.
bookmark = Table(
    "bookmark",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

# A row while nobody may work here but who wrote it (closing.py); only the owner may.
closed = Table(
    "closed",
    metadata,
    Column("only", Boolean, primary_key=True, server_default="true"),
    Column("why", Text, nullable=False),
)

# When this service's reader had last read all there was; older than a minute means that its copies may be stale.
reader = Table("reader", metadata, Column("consumer", Text, primary_key=True), _at("caught_up_at"))

# Events that could not be applied, and those of the same key that wait behind them.
parked = Table(
    "parked",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("key", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # waiting | skipped | released | superseded
    Column("error", Text, nullable=False),  # the kind of error; never its text, which could echo data
    Column("reason", Text),  # why an operator skipped it
    _at("parked_at"),
    Index("parked_waiting", "consumer", "source", "key", "id", postgresql_where=text("state = 'waiting'")),
    Index("parked_once", "consumer", "event_id", unique=True),
)

# Answers kept for retries with the same Idempotency-Key; `key` is its keyed hash in hex, `answer` is encrypted.
idempotency = Table(
    "idempotency",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    _at("created_at"),
    Index("idempotency_age", "created_at"),
)

# What must be done at an instant, one thing a transaction.
due_work = Table(
    "due_work",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Uuid, primary_key=True),
    Column("payload", JSONB, nullable=False),
    _at("due_at"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index("due_work_due", "due_at"),
)

# How far this database's clock was moved; only the owner may, and only in tests and demonstrations.
clock_offset = Table(
    "clock_offset",
    metadata,
    Column("only", Boolean, primary_key=True, server_default="true"),
    Column("offset", Interval, nullable=False),
)

# Keys for sealed facts: our own (private part wrapped by the master key) and the newest public ones of others.
sealing_key = Table(
    "sealing_key",
    metadata,
    Column("key_id", Uuid, primary_key=True),
    Column("private_key", LargeBinary, nullable=False),
    _at("created_at"),
    Column("retired_at", DateTime(timezone=True)),
)
peer_key = Table(
    "peer_key",
    metadata,
    Column("service", Text, primary_key=True),
    Column("key_id", Uuid, nullable=False),
    Column("public_key", JSONB, nullable=False),
    _at("published_at"),
)

# Whose internal tokens are refused before they run out (refusals.py): those made before `before`, or all while it is empty.
refusal = Table(
    "refusal",
    metadata,
    Column("kind", Text, primary_key=True),  # client | account | token
    Column("subject", Text, primary_key=True),
    Column("before", DateTime(timezone=True)),
    Column("forget_at", DateTime(timezone=True)),
    Index("refusal_over", "forget_at"),
)
