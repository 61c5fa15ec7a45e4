"""What all tables of intake are made of."""

from typing import Any

from ihala_kit.rows import Row
from sqlalchemy import Column, DateTime, ForeignKey, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeEngine
from sqlmodel import Field


class Table(Row, registry=registry()):
    """Base of intake's tables: a registry of its own, so that no other project's tables are in its metadata."""


def column(kind: TypeEngine[Any], *, personal: bool = False, null: bool = False, key: bool = False) -> Any:
    """Return a column. `personal` says whether it tells something about a person: then it only ever holds ciphertext or a keyed hash."""
    made = Column(kind, nullable=null, primary_key=key, info={"personal": personal})
    return Field(default=None, sa_column=made) if null else Field(sa_column=made)


def an_id(of: str | None = None, *, key: bool = False, null: bool = False) -> Any:
    """Return a column of ids; `of` names the table they are ids of, checked by PostgreSQL at the commit."""
    refers = [] if of is None else [ForeignKey(f"{of}.id", deferrable=True, initially="DEFERRED")]
    made = Column(Uuid(), *refers, nullable=null, primary_key=key, info={"personal": False})
    return Field(default=None, sa_column=made) if null else Field(sa_column=made)


def a_code(*, null: bool = False, key: bool = False) -> Any:
    """Return a column of codes: short texts of ours, never what somebody typed."""
    return column(Text(), null=null, key=key)


def a_number(*, key: bool = False) -> Any:
    """Return a column of counts."""
    return column(Integer(), key=key)


def an_instant(*, null: bool = False) -> Any:
    """Return a column of aware times."""
    return column(DateTime(timezone=True), null=null)


def sealed(*, null: bool = False) -> Any:
    """Return a column of JSON, encrypted under the key of the person or the restricted case."""
    return column(LargeBinary(), personal=True, null=null)


def blind(*, key: bool = False) -> Any:
    """Return a column by which something personal is found again but not read (keyed hash)."""
    return column(LargeBinary(), personal=True, key=key)


def texts() -> Any:
    """Return a column of codes in a list."""
    return column(ARRAY(Text()))


def ids() -> Any:
    """Return a column of ids in a list."""
    return column(ARRAY(Uuid()))
