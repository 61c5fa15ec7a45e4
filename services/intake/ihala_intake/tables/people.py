"""Persons, their households and keys. What is known of a person is one sealed JSON a row (see `details.py`)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, blind, column, sealed


class DataKey(Table, table=True):
    """The key that sealed things were sealed with; its row stays as a tombstone when the key is destroyed."""

    __tablename__ = "data_key"

    id: UUID = an_id(key=True)  # of the person, or of the restricted case
    wrapped: bytes | None = column(LargeBinary(), null=True)  # under the master key, which is not in the database; null: destroyed
    made_at: datetime = an_instant()
    destroyed_at: datetime | None = an_instant(null=True)

    __table_args__ = (
        Index("data_key_master", text("get_byte(wrapped, 0)"), "id", postgresql_where=text("wrapped IS NOT NULL")),  # for rewrapping
    )


class Person(Table, table=True):
    """One person, as one file knows them. A restricted case has a person of its own, tied to nobody else's row."""

    id: UUID = an_id(key=True)
    key_id: UUID = an_id("data_key")  # its own id; for a restricted case the case's
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()  # organisation that told of the person
    sensitivity: str = a_code()
    household_id: UUID | None = an_id("household", null=True)  # never set for a restricted case
    identity_held_by: str = a_code()  # intake | origin: then `details` holds a code and a focal point
    details: bytes = sealed()
    made_at: datetime = an_instant()
    changed_at: datetime = an_instant()
    version: int = a_number()

    __table_args__ = (Index("person_household", "household_id", postgresql_where="household_id IS NOT NULL"),)


class PersonMark(Table, table=True):
    """By what a person is found: keyed hashes of a phone, a document. Never for a restricted case, which must not be found by others."""

    __tablename__ = "person_mark"

    person_id: UUID = an_id("person", key=True)
    kind: str = a_code(key=True)  # see marks.py, and same_person/marks.py for what names a person together
    value: bytes = blind(key=True)
    operator_id: UUID = an_id()

    __table_args__ = (Index("person_mark_value", "operator_id", "kind", "value", postgresql_include=["person_id"]),)


class Household(Table, table=True):
    """People who live together. Who is in it now stands with the persons, who ever was in `household_member`."""

    id: UUID = an_id(key=True)
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    made_at: datetime = an_instant()
    changed_at: datetime = an_instant()
    version: int = a_number()


class HouseholdMember(Table, table=True):
    """That a person belonged to a household, and since and until when. The role is said of the person, and sealed there."""

    __tablename__ = "household_member"

    id: UUID = an_id(key=True)
    household_id: UUID = an_id("household")
    person_id: UUID = an_id("person")
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    joined_at: datetime = an_instant()
    left_at: datetime | None = an_instant(null=True)
    left_reason: str | None = a_code(null=True)

    __table_args__ = (
        Index("household_member_now", "person_id", unique=True, postgresql_where=text("left_at IS NULL")),
        Index("household_member_household", "household_id", "id"),
        Index("household_member_person", "person_id", "id"),
    )
