"""Rulesets: drafts of an operator, and what it published, which never changes again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB

from ihala_directory.tables import Table, column, instant

SHIPPED_BY = UUID(int=0)  # the rules that come with Ihala hold for every operator that has none of its own


class Ruleset(Table, table=True):
    __tablename__ = "ruleset"

    id: UUID = column(primary_key=True)
    operator_id: UUID = column()
    name: str = column()  # what the operator calls it
    state: str = column(default="draft")  # draft, published
    number: int | None = column(default=None)  # of what was published, over all operators: what an explanation names
    body: dict[str, Any] = column(sa_type=JSONB)  # a RuleBody
    valid_from: datetime | None = instant(default=None)
    drafted_by: str = column()  # the client, and its officer as that system names it
    published_by: str | None = column(default=None)
    tried: dict[str, Any] | None = column(sa_type=JSONB, default=None)  # counts of the last dry run
    changed_at: datetime = instant()
    version: int = column(default=1)
