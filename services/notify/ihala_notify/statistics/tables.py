"""Daily sums of what became of messages."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid

from ihala_notify.tables import Table, column


class MessageDay(Table, table=True):
    """How many messages of one kind ended in one way on one day; of restricted needs none. What is not known is an empty text."""

    __tablename__ = "message_day"

    operator_id: UUID = column(Uuid, key=True)
    day: date = column(Date, key=True)  # on which they ended, in Iraq
    channel: str = column(Text, key=True)
    route: str = column(Text, key=True)
    language: str = column(Text, key=True)
    template: str = column(Text, key=True)
    status: str = column(Text, key=True)  # as the API has it: states.Status
    n: int = column(Integer)
