"""The table of holidays."""

from datetime import date, datetime
from uuid import UUID

from ihala_directory.tables import Table, column, instant, texts

COUNTRY = "IQ"


class Holiday(Table, table=True):
    """A day on which the offices of an area are closed, as an operator declared it."""

    __tablename__ = "holiday"

    id: UUID = column(primary_key=True)
    operator_id: UUID = column()
    day: date = column()
    area: str = column()  # P-code, or IQ for the whole country
    names: dict[str, str] = texts()
    declared_at: datetime = instant()
    version: int = column(default=1)
