"""How this service's tables write their columns: each says what it means, and whether it holds something personal."""

from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

E = TypeVar("E", bound=StrEnum)
AT = DateTime(timezone=True)


class OneOf(TypeDecorator[E], Generic[E]):
    """A text column whose values are the members of an enumeration."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Return the member."""
        return None if value is None else self.kind(value)


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """Base of this service's tables, with metadata of their own."""


def needed(kind: Any, comment: str, *, personal: bool = False, of: str | None = None, **more: Any) -> Any:
    """Return a column that always has a value; `of` names the table whose id it is."""
    keys = [ForeignKey(f"{of}.id")] if of else []
    return Field(sa_column=Column(kind, *keys, nullable=False, comment=comment, info={"personal": personal}, **more))


def _empty() -> list[Any]:
    """Return a new list; pydantic looks at the signature of a factory each time, which is slow for the built-in `list`."""
    return []


def listed(kind: Any, comment: str) -> Any:
    """Return a column that holds a list, empty at first."""
    return Field(default_factory=_empty, sa_column=Column(ARRAY(kind), nullable=False, comment=comment, info={"personal": False}))


def counted(comment: str, first: int = 0) -> Any:
    """Return a column that holds a small number, `first` at first."""
    return Field(default=first, sa_column=Column(Integer, nullable=False, comment=comment, info={"personal": False}))


def flag(comment: str) -> Any:
    """Return a column that says yes or no, no at first."""
    return Field(default=False, sa_column=Column(Boolean, nullable=False, comment=comment, info={"personal": False}))


def maybe(kind: Any, comment: str, *, personal: bool = False) -> Any:
    """Return a column that may be empty."""
    return Field(default=None, sa_column=Column(kind, nullable=True, comment=comment, info={"personal": personal}))
