"""Who read what of whom: one chain of rows a person, only ever added to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, texts


class AccessLog(Table, table=True):
    """One read of personal data."""

    __tablename__ = "access_log"

    person_id: UUID = an_id("person", key=True)
    n: int = a_number(key=True)  # 1, 2, 3 … for each person
    at: datetime = an_instant()
    operator_id: UUID = an_id()
    organization_id: UUID = an_id()  # that read
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)  # opaque
    what: str = a_code()  # disclosure | contact | need | identity
    need_id: UUID | None = an_id("need", null=True)
    referral_id: UUID | None = an_id(null=True)
    categories: list[str] = texts()
    previous: bytes = column(LargeBinary())
    hash: bytes = column(LargeBinary())


class AccessChain(Table, table=True):
    """The end of each person's chain: the row to lock before a link is added."""

    __tablename__ = "access_chain"

    person_id: UUID = an_id("person", key=True)
    n: int = a_number()
    head: bytes = column(LargeBinary())
