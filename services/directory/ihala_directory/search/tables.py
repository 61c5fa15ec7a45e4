"""The index: one row a service that can be found now, what is hidden in a table of its own.

Two tables, since a row policy would keep PostgreSQL from looking words up in the index (its operators are not "leakproof"): what is public
needs no policy, and what is hidden has one. A service that is not active, or of an organisation that is not, is in neither.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Float, Text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from ihala_directory.tables import Table, column


def _numbers() -> Any:
    return column(sa_type=ARRAY(Float), default_factory=list)


class SearchEntry(Table, table=True):
    __tablename__ = "search_entry"

    service_id: UUID = column(primary_key=True)
    organization_id: UUID = column()
    tokens: Any = column(sa_type=TSVECTOR)  # see tokens.py
    facets: str = column()  # those of the tokens that are counted, parted by spaces
    latitudes: list[float] = _numbers()  # of its points, WGS 84, in one order with the longitudes
    longitudes: list[float] = _numbers()
    card: str = column()  # what is shown of it, as JSON: models.Card
    made_by: str = column()  # which letters, stems and shape of cards it was made with


class SearchHidden(Table, table=True):
    """The same, for what is hidden: shown to the cleared and to its own organisation. It has no points."""

    __tablename__ = "search_hidden"

    service_id: UUID = column(primary_key=True)
    organization_id: UUID = column()
    tokens: Any = column(sa_type=TSVECTOR)
    facets: str = column()
    latitudes: list[float] = _numbers()
    longitudes: list[float] = _numbers()
    card: str = column()
    made_by: str = column()


class SearchWord(Table, table=True):
    """Words of public entries, by what is left of them without some letter: for typing errors (spelling.py)."""

    __tablename__ = "search_word"

    key: str = column(sa_type=Text, primary_key=True)
    part: str = column(sa_type=Text, primary_key=True)  # the stem


class SearchName(Table, table=True):
    """Names of organisations that have public entries, folded, for suggestions."""

    __tablename__ = "search_name"

    folded: str = column(sa_type=Text, primary_key=True)
    organization_id: UUID = column(primary_key=True)
    name: str = column()
