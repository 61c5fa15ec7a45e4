"""What was lent of the limits, and limits of particular clients and organisations. Nothing is personal: clients are systems."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Integer, Text

from ihala_gateway.tables import Table, column


class LimitLease(Table, table=True):
    """What processes have taken together of one limit in one window, to spend there. It never exceeds the limit."""

    __tablename__ = "limit_lease"

    subject: str = column(Text, key=True)  # client:<id> | organization:<id>
    kind: str = column(Text, key=True)  # which limit: see policy.py
    period: int = column(BigInteger, key=True)  # the window: its number: seconds since 1970 divided by its length
    quota: int = column(Integer)  # the limit, as the last one that asked knew it
    leased: int = column(Integer)  # calls, by all processes
    granted: int = column(Integer)  # of these, by the last one that asked


class LimitOverride(Table, table=True):
    """A limit that somebody has instead of the usual one."""

    __tablename__ = "limit_override"

    subject: str = column(Text, key=True)
    kind: str = column(Text, key=True)
    quota: int = column(Integer)  # calls in a window
    changed_at: datetime = column(DateTime(timezone=True))
