"""How requests come in: by what an origin's person is known again, and what waits until a desk makes a request of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, Index, Integer, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, blind, column, sealed, texts


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


class Waiting(Table, table=True):
    """Somebody who was announced, or who asked to be called, until a desk has made a request of it.

    What was said lies in a person of its own, whom nothing finds and whose key is destroyed at the end. Only the operator sees it.
    """

    __tablename__ = "waiting"

    id: UUID = an_id(key=True)
    kind: str = a_code()  # arrival | call_back
    operator_id: UUID = an_id()
    announced_by: UUID | None = an_id(null=True)  # who announced an arrival, and sees nothing of it
    governorate: str = a_code()
    person_id: UUID = an_id("person")
    mark: bytes | None = column(LargeBinary(), personal=True, null=True)  # keyed hash: the announcer's number, or the phone
    details: bytes = sealed()  # the announcer's number, in which language the person agreed
    state: str = a_code()  # waiting | completed | closed | lapsed
    reason: str | None = a_code(null=True)
    tries: int = a_number()  # calls without an answer
    request_id: UUID | None = an_id("request", null=True)  # that it became
    received_at: datetime = an_instant()
    next_at: datetime | None = an_instant(null=True)  # never null while it waits
    changed_at: datetime = an_instant()
    version: int = a_number()

    __table_args__ = (
        Index("waiting_list", "operator_id", "kind", "state", "received_at", "id"),
        Index("waiting_person", "person_id"),
        Index("waiting_announced", "announced_by", "mark", unique=True, postgresql_where=text("kind = 'arrival' AND mark IS NOT NULL")),
        Index("waiting_phone", "mark", "received_at", postgresql_where=text("kind = 'call_back'")),
    )


class AskingRate(Table, table=True):
    """How many people of a governorate asked to be called in one minute. Of nobody in particular."""

    __tablename__ = "asking_rate"

    governorate: str = a_code(key=True)
    minute: datetime = column(DateTime(timezone=True), key=True)
    n: int = a_number()


class Occasion(Table, table=True):
    """An open day, an information session or a community forum. Of nobody in particular."""

    id: UUID = an_id("data_key", key=True)  # and of the key that seals its texts
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    kind: str = a_code()  # open_day | information_session | community_forum
    governorate: str = a_code()
    district: str | None = a_code(null=True)
    held_on: date = column(Date())
    topics: list[str] = texts()  # needs that were informed about
    counts: list[int] = column(ARRAY(Integer()))  # women, men, girls, boys
    heard_by: dict[str, int] = column(JSONB())  # how those who were asked had heard of it
    details: bytes = sealed()  # its name
    concerns: int = a_number()
    made_at: datetime = an_instant()
    changed_at: datetime = an_instant()
    version: int = a_number()

    __table_args__ = (
        Index("occasion_operator", "operator_id", "held_on", "id"),
        Index("occasion_origin", "origin_id", "held_on", "id"),
    )


class Concern(Table, table=True):
    """What a forum is concerned about: no person's data, a check sees to it as far as one can."""

    id: UUID = an_id(key=True)
    occasion_id: UUID = an_id("occasion")
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    sensitivity: str = a_code()
    code: str = a_code()  # `protection` when restricted
    governorate: str = a_code()
    district: str | None = a_code(null=True)  # never when restricted
    households: int | None = column(Integer(), null=True)
    details: bytes = sealed()  # true code, note and answer, under the occasion's key
    state: str = a_code()  # received | being_handled | closed
    filed_at: datetime = an_instant()
    changed_at: datetime = an_instant()
    version: int = a_number()

    __table_args__ = (Index("concern_occasion", "occasion_id", "id"),)
