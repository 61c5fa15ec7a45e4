"""How requests come in: by what an origin's person is known again, and what waits until a desk makes a request of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from ihala_intake.tables.base import Table, an_id, an_instant, blind


class NaturalKey(Table, table=True):
    """By what a person is known again inside one origin. Never for a restricted case, and never across origins."""

    __tablename__ = "natural_key"

    origin_id: UUID = an_id(key=True)
    mark: bytes = blind(key=True)  # keyed hash, see ways_in/natural.py
    operator_id: UUID = an_id()
    person_id: UUID = an_id("person")

    __table_args__ = (Index("natural_key_person", "person_id"),)


class NeedAgain(Table, table=True):
    """A request asked for a need that an earlier one had brought, and that still waits: it is one need, not two."""

    __tablename__ = "need_again"

    request_id: UUID = an_id("request", key=True)
    need_id: UUID = an_id("need", key=True)
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    at: datetime = an_instant()

    __table_args__ = (Index("need_again_need", "need_id"),)
