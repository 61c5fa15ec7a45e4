"""Puts the kit's tables into a service's first migration. Later changes of them get a function of their own (`create_v2`)."""

from typing import Protocol

from sqlalchemy import Table
from sqlalchemy.engine import Connection

from ihala_kit import tables
from ihala_kit.schema_days import INBOX_IN_DAYS, OUTBOX_BY_KEY
from ihala_kit.schema_events import LOCK_FENCES, SAVE_FENCES, WRITE_EVENTS

READ_ONLY = {"clock_offset", "stream_epoch", "closed"}  # only the owner moves the clock, raises the epoch or closes the database
V2 = [tables.refusal]
V5 = [tables.bookmark, tables.closed]

# In one way to PostgreSQL and back; in plpgsql, where a statement sees what was committed before it began: before the lock was had, in one
# plain statement, a repetition would not see the answer that its first request just kept.
_BEGIN_ONCE = """
    CREATE FUNCTION begin_once(
        who text, called text, given text, lock bigint, OUT held boolean, OUT fingerprint bytea, OUT answer bytea
    ) LANGUAGE plpgsql AS $$
    BEGIN
        held := pg_try_advisory_xact_lock(lock);
        IF held THEN
            SELECT i.fingerprint, i.answer INTO fingerprint, answer
            FROM idempotency i WHERE i.client_id = who AND i.route = called AND i.key = given;
        END IF;
    END $$
"""


class Operations(Protocol):
    """The two things used of Alembic's `op`."""

    def get_bind(self) -> Connection:
        """Return the connection that migrates."""

    def execute(self, statement: str) -> None:
        """Run one statement."""


def create_v1(op: Operations, app_role: str) -> None:
    """Create the kit's tables and let `app_role` use them."""
    _create(op, app_role, [table for table in tables.metadata.sorted_tables if table not in [*V2, *V5]])
    op.execute("INSERT INTO stream_epoch VALUES (1)")
    op.execute("INSERT INTO clock_offset VALUES (true, interval '0')")


def create_v2(op: Operations, app_role: str) -> None:
    """Create what a service needs to refuse tokens early."""
    _create(op, app_role, V2)


def create_v3(op: Operations) -> None:
    """Create the question with which a repeatable request begins."""
    op.execute(_BEGIN_ONCE)


def create_v4(op: Operations, app_role: str) -> None:
    """Keep the inbox by the days in which events were made, and find the outbox's rows by key and by shard."""
    for statement in (*INBOX_IN_DAYS, *OUTBOX_BY_KEY):
        op.execute(statement)
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON inbox TO "{app_role}"')
    op.execute("REVOKE EXECUTE ON FUNCTION inbox_days FROM PUBLIC")
    op.execute(f'GRANT EXECUTE ON FUNCTION inbox_days TO "{app_role}"')


def create_v5(op: Operations, app_role: str) -> None:
    """Create what a service needs to be restored from a backup."""
    _create(op, app_role, V5)


def create_v6(op: Operations) -> None:
    """Create what asks and says in one way there and back what events need when they come in and go out."""
    for statement in (WRITE_EVENTS, LOCK_FENCES, SAVE_FENCES):
        op.execute(statement)


def _create(op: Operations, app_role: str, wanted: list[Table]) -> None:
    tables.metadata.create_all(op.get_bind(), tables=wanted, checkfirst=False)
    for table in wanted:
        rights = "SELECT" if table.name in READ_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f'GRANT {rights} ON "{table.name}" TO "{app_role}"')
