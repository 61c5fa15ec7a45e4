"""The tables of imports. `cleared`: a cleared officer sent the file, so its report is for the cleared; it may tell of shelters."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB

from ihala_directory.tables import Table, column, instant


class ImportFile(Table, table=True):
    """One file that was sent. `content` is there until it is read, its entries until they are loaded."""

    __tablename__ = "import_file"

    id: UUID = column(primary_key=True)
    operator_id: UUID = column()
    client_id: str = column()
    cleared: bool = column(default=False)
    source: str = column()  # whose ids the file has
    kind: str = column()  # sheet, sheet_csv, hsds, hsds_csv
    mode: str = column()  # all_or_nothing, rest
    dry_run: bool = column(default=False)
    state: str = column(default="waiting")  # waiting, loading, done, refused, failed
    rows: int = column(default=0)
    loaded_until: int = column(default=0)  # number of the last entry whose batch is committed
    created: int = column(default=0)  # services
    changed: int = column(default=0)
    unchanged: int = column(default=0)
    refused: int = column(default=0)  # rows with a fault
    content: bytes | None = column(default=None)
    received_at: datetime = instant()
    finished_at: datetime | None = instant(default=None)
    version: int = column(default=1)


class ImportEntry(Table, table=True):
    """One service that the file names, not yet loaded."""

    __tablename__ = "import_entry"

    import_id: UUID = column(primary_key=True)
    number: int = column(primary_key=True)
    operator_id: UUID = column()
    cleared: bool = column(default=False)
    entry: dict[str, Any] = column(sa_type=JSONB, default_factory=dict)  # as in reading.Entry


class ImportLine(Table, table=True):
    """One line of the report: what is wrong with a cell, or what became of a row. It holds nothing that stood in the file."""

    __tablename__ = "import_line"

    import_id: UUID = column(primary_key=True)
    number: int = column(primary_key=True)
    operator_id: UUID = column()
    cleared: bool = column(default=False)
    row: int | None = column(default=None)
    cell: str | None = column(default=None)
    column_key: str | None = column(default=None)
    code: str = column()  # see faults.csv
    params: dict[str, Any] = column(sa_type=JSONB, default_factory=dict)


class ExternalId(Table, table=True):
    """What an entry of an operator is called by one of its sources."""

    __tablename__ = "external_id"

    operator_id: UUID = column(primary_key=True)
    source: str = column(primary_key=True)
    kind: str = column(primary_key=True)  # organization, service, location, service_at_location
    external_id: str = column(primary_key=True)
    id: UUID = column()


class ServiceWithdrawn(Table, table=True):
    """A service that everybody could see once and that is hidden now; written by a trigger."""

    __tablename__ = "service_withdrawn"

    service_id: UUID = column(primary_key=True)
    at: datetime = instant()
