"""Files of requests on their way in, and the reports of what became of their rows. Seen by who sent them alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, sealed


class RequestFile(Table, table=True):
    """One file. Its content, and then its rows, are sealed under a key of its own that is destroyed when they are taken."""

    __tablename__ = "request_file"

    id: UUID = an_id("data_key", key=True)  # and of its key
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    origin_kind: str = a_code()
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)
    cleared: bool = column(Boolean())  # who sent it was
    of_operator: UUID | None = an_id(null=True)  # as the sender's token named it
    system: str = a_code()  # whose numbers the file has
    kind: str = a_code()  # xlsx | csv
    dry_run: bool = column(Boolean())
    state: str = a_code()  # waiting | loading | done | refused | failed
    rows: int = a_number()  # that hold anything
    loaded_until: int = a_number()  # the row up to which all is done
    taken: int = a_number()
    known: int = a_number()  # brought before, by number
    refused: int = a_number()
    content: bytes | None = sealed(null=True)
    received_at: datetime = an_instant()
    finished_at: datetime | None = an_instant(null=True)
    version: int = a_number()

    __table_args__ = (Index("request_file_origin", "origin_id", "id"),)


class RequestFileRow(Table, table=True):
    """One row that was read and not yet tried."""

    __tablename__ = "request_file_row"

    file_id: UUID = an_id("request_file", key=True)
    row: int = a_number(key=True)
    origin_id: UUID = an_id()
    content: bytes = sealed()


class RequestFileLine(Table, table=True):
    """One line of the report: what is wrong where, or what became of a row. It repeats nothing of the file."""

    __tablename__ = "request_file_line"

    file_id: UUID = an_id("request_file", key=True)
    n: int = a_number(key=True)
    origin_id: UUID = an_id()
    row: int | None = column(Integer(), null=True)
    cell: str | None = a_code(null=True)
    column_key: str | None = a_code(null=True)
    code: str = a_code()
    request_id: UUID | None = an_id("request", null=True)

    __table_args__ = (Index("request_file_line_fault", "file_id", "n", postgresql_where=text("request_id IS NULL")),)
