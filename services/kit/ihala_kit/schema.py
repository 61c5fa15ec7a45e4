"""Puts the kit's tables into a service's first migration. Later changes of them get a function of their own (`create_v2`)."""

from typing import Protocol

from sqlalchemy import Table
from sqlalchemy.engine import Connection

from ihala_kit import tables

READ_ONLY = {"clock_offset", "stream_epoch"}  # only the owner moves the clock or raises the epoch
V2 = [tables.refusal]


class Operations(Protocol):
    """The two things used of Alembic's `op`."""

    def get_bind(self) -> Connection:
        """Return the connection that migrates."""

    def execute(self, statement: str) -> None:
        """Run one statement."""


def create_v1(op: Operations, app_role: str) -> None:
    """Create the kit's tables and let `app_role` use them."""
    _create(op, app_role, [table for table in tables.metadata.sorted_tables if table not in V2])
    op.execute("INSERT INTO stream_epoch VALUES (1)")
    op.execute("INSERT INTO clock_offset VALUES (true, interval '0')")


def create_v2(op: Operations, app_role: str) -> None:
    """Create what a service needs to refuse tokens early."""
    _create(op, app_role, V2)


def _create(op: Operations, app_role: str, wanted: list[Table]) -> None:
    tables.metadata.create_all(op.get_bind(), tables=wanted, checkfirst=False)
    for table in wanted:
        rights = "SELECT" if table.name in READ_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f'GRANT {rights} ON "{table.name}" TO "{app_role}"')
