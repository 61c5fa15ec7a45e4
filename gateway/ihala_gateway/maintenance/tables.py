"""Which services are under maintenance."""

from datetime import datetime

from sqlalchemy import DateTime, Text

from ihala_gateway.tables import Table, column


class Maintenance(Table, table=True):
    """A service whose calls are refused for now."""

    service: str = column(Text, key=True)  # its name, or * for all of them
    began_at: datetime = column(DateTime(timezone=True))
    until: datetime | None = column(DateTime(timezone=True), nullable=True)  # when it is expected back; it does not end by itself
