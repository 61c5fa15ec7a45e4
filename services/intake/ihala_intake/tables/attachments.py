"""Files that belong to a case: sealed parts, small enough for weak lines and for one row each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, blind, sealed


class Attachment(Table, table=True):
    """One file. What came in lies in quarantine until a process of its own has made a clean copy; only that copy is ever given out."""

    id: UUID = an_id(key=True)
    case_id: UUID = an_id("case_file")
    need_id: UUID | None = an_id("need", null=True)  # that it was brought for; null: for the case
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()  # that brought it
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    purpose: str = a_code()  # identity_document | property_document | form | photo | other
    media_type: str = a_code()
    size: int = a_number()  # bytes: as announced, then of the clean copy
    parts: int = a_number()  # how many it comes in, then how many the clean copy has
    state: str = a_code()  # uploading | quarantined | clean | rejected | removed
    reason: str | None = a_code(null=True)  # of a rejection or removal
    details: bytes = sealed()  # its name and a note
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)
    added_at: datetime = an_instant()
    next_at: datetime | None = an_instant(null=True)  # when the system acts: an upload nobody finished, a file to be cleaned
    version: int = a_number()

    __table_args__ = (Index("attachment_case", "case_id", "id"), Index("attachment_origin", "origin_id", "id"))


class AttachmentPart(Table, table=True):
    """A piece of a file, sealed on its own: one row is one small request, and a lost line costs one piece."""

    __tablename__ = "attachment_part"

    attachment_id: UUID = an_id("attachment", key=True)
    kind: str = a_code(key=True)  # raw | clean
    n: int = a_number(key=True)  # 1, 2, 3 …
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    sensitivity: str = a_code()
    content: bytes = sealed()
    mark: bytes = blind()  # keyed hash of what was sent: sending a part again is no change, sending another one is refused
