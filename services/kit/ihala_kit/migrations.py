"""Runs a service's Alembic history, as the database's owner; one history a service, numbered, forward only."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import pool, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from ihala_kit.schema import Operations

LOCK_TIMEOUT = "5s"
ONE_AT_A_TIME = 0x1A_5C_8E
_SELECT, _NAMED = "( SELECT ", r' AS "?\w+"?$'  # as PostgreSQL prints one that was written for a value


def migrate(folder: Path, owner_url: str, app_role: str, revision: str = "head") -> None:
    """Bring the database at `owner_url` to `revision`; raises what PostgreSQL says."""
    asyncio.run(migrate_async(folder, owner_url, app_role, revision))


async def migrate_async(folder: Path, owner_url: str, app_role: str, revision: str = "head") -> None:
    """The same, from within a running loop: asyncpg is the one driver we have."""
    engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"), poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, folder, app_role, revision)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, folder: Path, app_role: str, revision: str) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": ONE_AT_A_TIME})
    connection.commit()
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes.update(connection=connection, app_role=app_role)
    command.upgrade(config, revision)


def run_env() -> None:
    """What each service's `migrations/env.py` calls: one transaction for all steps, giving up on a lock after five seconds."""
    connection: Connection = context.config.attributes["connection"]
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def app_role() -> str:
    """Return the role that the service itself uses; a migration grants it what it needs."""
    role: str = context.config.attributes["app_role"]
    return role


def grant(op: Operations, tables: Sequence[str], rights: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Let the application role use `tables`."""
    for table in tables:
        op.execute(f'GRANT {rights} ON "{table}" TO "{app_role()}"')


def row_security(op: Operations, table: str, visible: str, *, restricted: str | None = None) -> None:
    """Show a caller only the rows where `visible` holds, and of those only the ones where `restricted` holds too.

    Both are SQL conditions. The system's own work (consumers, clock) passes by its purpose, which no token can claim. Forced, so that
    not even the owner sees more by accident.
    """
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY visible ON "{table}" USING ({SYSTEM} OR ({visible}))')
    if restricted is not None:
        op.execute(f'CREATE POLICY restricted ON "{table}" AS RESTRICTIVE USING ({SYSTEM} OR ({restricted}))')


def settings_in_place(op: Operations) -> None:
    """Have all row policies read who calls where they compare it, without a SELECT around it: last in a migration that adds policies.

    A SELECT is planned and made ready at every statement, some forty of them for one row by its id, which costs more than the row; read
    in its place a setting costs a tenth of a microsecond a row. The conditions stay the same. Locks each table for an instant.
    """
    policies = op.get_bind().execute(text("SELECT tablename, policyname, qual, with_check FROM pg_policies WHERE schemaname = 'public'"))
    for table, name, using, check in policies.all():
        changes = [
            f"{word} ({in_place(said)})" for word, said in (("USING", using), ("WITH CHECK", check)) if said and in_place(said) != said
        ]
        if changes:
            op.execute(f'ALTER POLICY "{name}" ON "{table}" {" ".join(changes)}')


def in_place(condition: str) -> str:
    """Return a condition, as PostgreSQL prints it, with each SELECT of a setting replaced by the setting."""
    before, begin, rest = condition.partition(_SELECT)
    if not begin:
        return condition
    end = _closing(rest)
    inner, rest = rest[:end], rest[end:]
    if "current_setting(" in inner and not re.search(r"\bFROM\b", inner):
        return f"{before}({re.sub(_NAMED, '', inner)}{in_place(rest)}"
    return f"{before}{_SELECT}{in_place(inner)}{in_place(rest)}"


def _closing(text: str) -> int:
    """Return where the bracket closes that was open before the text. No policy has brackets in a string."""
    depth = 1
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return at
    raise ValueError("the brackets do not match")


# Who calls, as `Database.transaction` told it. Each in a SELECT of its own, so that it is read once a statement and not once a row; where
# most statements ask for a row or two, `settings_in_place` takes that away again.
ORGANIZATION = "(SELECT nullif(current_setting('app.organization_id', true), '')::uuid)"
OPERATOR = "(SELECT nullif(current_setting('app.operator_id', true), '')::uuid)"
CLEARED = "(SELECT current_setting('app.cleared', true) = 'true')"
CLIENT = "(SELECT current_setting('app.client_id', true))"
OFFICER = "(SELECT current_setting('app.acting_officer', true))"  # empty where the client says nothing of who sits at it
SYSTEM = "(SELECT current_setting('app.system', true) <> '')"
