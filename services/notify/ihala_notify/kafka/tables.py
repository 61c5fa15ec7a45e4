"""Who may read on Kafka, and how far each topic is written. Times are real time; nothing here is about a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Text, Uuid

from ihala_notify.tables import Table, column

_AT = DateTime(timezone=True)


class KafkaClient(Table, table=True):
    """A client as the gateway's events tell of it, and what Kafka's access list holds for it."""

    __tablename__ = "kafka_client"

    client_id: str = column(Text, key=True)
    organization_id: UUID = column(Uuid)
    allowed: bool = column(Boolean)
    listed: bool | None = column(Boolean, nullable=True)  # what was last done to the list; it is due while that is not `allowed`
    changed_at: datetime = column(_AT)


class KafkaTopic(Table, table=True):
    """An organisation's topic."""

    __tablename__ = "kafka_topic"

    organization_id: UUID = column(Uuid, key=True)
    open: bool = column(Boolean)  # some client may read it; else nothing is written, and goes on from `position` later
    made_at: datetime | None = column(_AT, nullable=True)  # None: not there yet, as far as we know
    position: int = column(BigInteger)  # of the feed: up to here everything is on Kafka
    written_at: datetime = column(_AT)  # whose turn it is: who was written longest ago
