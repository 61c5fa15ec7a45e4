"""Tables of the access log: its rows, the segments that chain them, and what was called how often. Nothing is personal.

Who sits at a client stands there by the opaque sign that her own system gives her, or by her account's id.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Float, Identity, Integer, LargeBinary, Text, Uuid
from sqlmodel import Field

from ihala_gateway.tables import Table, column

_AT = DateTime(timezone=True)


class AccessLogRow(Table, table=True):
    """One request that the gateway answered. Route templates only: a path or a query could hold something personal."""

    __tablename__ = "access_log"

    id: int = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True, info={"personal": False}))
    at: datetime = column(_AT)  # when it came
    request_id: str = column(Text)
    client_id: str | None = column(Text, nullable=True)
    organization_id: UUID | None = column(Uuid, nullable=True)
    account_id: str | None = column(Text, nullable=True)  # of whoever signed in, where the token is a person's
    acting_officer: str | None = column(Text, nullable=True)  # opaque, as the calling system names its officer
    method: str = column(Text)
    route: str | None = column(Text, nullable=True)  # None: no route of ours
    status: int = column(Integer)  # 0: the caller went away before an answer began
    milliseconds: float = column(Float)
    bytes_in: int | None = column(BigInteger, nullable=True)  # of the request's body; None: before this was counted
    bytes_out: int | None = column(BigInteger, nullable=True)  # of the answer's
    segment: int | None = column(BigInteger, nullable=True)  # None: written before there were segments
    number: int | None = column(Integer, nullable=True)  # in its segment, from 1
    hash: bytes | None = column(LargeBinary, nullable=True)  # over the row and the hash before it: see chain.py


class AccessLogSegment(Table, table=True):
    """What one process wrote in a row: at most a day. It stays when its rows go, so that the chain of segments holds."""

    __tablename__ = "access_log_segment"

    number: int = column(BigInteger, key=True)  # dense, from 1
    opened_at: datetime = column(_AT)
    opening: bytes = column(LargeBinary)  # hash over number, time and the opening of the segment before
    rows: int = column(Integer)
    head: bytes = column(LargeBinary)  # hash of the last row; of the opening where there is none
    last_at: datetime = column(_AT)  # when something was last written
    lost: int = column(Integer)  # requests that were given up while the database was away
    closed_at: datetime | None = column(_AT, nullable=True)  # None: open, or its process was killed
    dropped_at: datetime | None = column(_AT, nullable=True)  # when its rows were old enough to go
    emptied: bool = column(Boolean)  # they are gone
    seal: bytes = column(LargeBinary)  # keyed hash over all of this but `emptied`; the key is not in the database


class AccessLogTip(Table, table=True):
    """The newest segment, sealed: one row, by which it is seen when the last segments are missing."""

    __tablename__ = "access_log_tip"

    here: bool = column(Boolean, key=True)
    segment: int = column(BigInteger)
    seal: bytes = column(LargeBinary)


class Usage(Table, table=True):
    """What a client called on a day (UTC) by one route, in sums."""

    day: date = column(Date, key=True)
    client_id: str = column(Text, key=True)  # "": nobody, on public routes
    method: str = column(Text, key=True)
    route: str = column(Text, key=True)  # template; "": no route of ours
    deprecated: bool = column(Boolean, key=True)  # when it was called
    organization_id: UUID | None = column(Uuid, nullable=True)
    service: str = column(Text)  # "": the gateway's own addresses
    version: str = column(Text)  # v1, R4; "": the route has none
    calls: int = column(BigInteger)
    refused: int = column(BigInteger)  # of these: 4xx
    failed: int = column(BigInteger)  # of these: 5xx, or no answer
    bytes_in: int = column(BigInteger)
    bytes_out: int = column(BigInteger)
    milliseconds: float = column(Float)  # all together
